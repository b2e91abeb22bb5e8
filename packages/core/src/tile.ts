import { compileCode, range, rounding } from "./code.ts";
import type { Store } from "./dtype.ts";

/** A matrix inside a buffer: where it starts, and its strides down a column and along a row. */
export interface Block {
  readonly data: Store;
  readonly start: number;
  readonly row: number;
  readonly column: number;
}

/**
 * Adds up k products for each of a few neighbouring results, one accumulator from -0 for each, and writes the sums at
 * `o`, rows `width` apart; unless they are the first, they are added to what stands there.
 */
export type Tile = (
  out: Store,
  o: number,
  width: number,
  first: boolean,
  k: number,
  a: Store,
  p: number,
  aRow: number,
  aColumn: number,
  b: Store,
  q: number,
  bRow: number,
  bColumn: number,
) => void;

export const tileSize = 4;

/**
 * Source of a tile of some rows and columns: accumulators in variables, so that each operand is read once a tile. Of
 * packed operands the terms lie `tileSize` elements apart.
 */
const print = (rows: number, columns: number, single: boolean, packed: boolean): string => {
  const round = rounding(single);
  const left = (i: number): string => (packed ? `a[p + ${i}]` : `a[p + ${i} * aRow]`);
  const right = (j: number): string => (packed ? `b[q + ${j}]` : `b[q + ${j} * bColumn]`);
  const [toNextOfA, toNextOfB] = packed ? [tileSize, tileSize] : ["aColumn", "bRow"];
  const cells = range(rows).flatMap((i) => range(columns).map((j) => ({ i, j, c: `c${i}${j}` })));
  return `(out, o, width, first, k, a, p, aRow, aColumn, b, q, bRow, bColumn) => {
    let ${cells.map(({ c }) => `${c} = -0`).join(", ")};
    for (let i = 0; i < k; i++, p += ${toNextOfA}, q += ${toNextOfB}) {
      ${range(rows)
        .map((i) => `const a${i} = ${left(i)};`)
        .join(" ")}
      ${range(columns)
        .map((j) => `const b${j} = ${right(j)};`)
        .join(" ")}
      ${cells.map(({ i, j, c }) => `${c} = ${round(`${c} + ${round(`a${i} * b${j}`)}`)};`).join(" ")}
    }
    if (first) { ${cells.map(({ i, j, c }) => `out[o + ${i} * width + ${j}] = ${c};`).join(" ")} }
    else { ${cells.map(({ i, j, c }) => `out[o + ${i} * width + ${j}] += ${c};`).join(" ")} }
  }`;
};

const compiled = new Map<string, Tile>();

export const tile = (rows: number, columns: number, single: boolean, packed: boolean): Tile => {
  const key = `${rows} ${columns} ${single} ${packed}`;
  const old = compiled.get(key);
  if (old !== undefined) return old;
  const made = compileCode<Tile>(print(rows, columns, single, packed), { fround: Math.fround });
  compiled.set(key, made);
  return made;
};

/** The strips of `tileSize` rows of a matrix, one after another, each term by term, as float64. */
export const pack = ({ data, start, row, column }: Block, rows: number, terms: number): Float64Array => {
  const packed = new Float64Array(Math.ceil(rows / tileSize) * tileSize * terms);
  for (let i = 0; i < rows; i += tileSize) {
    const count = Math.min(tileSize, rows - i);
    for (let r = 0; r < count; r++)
      for (let l = 0, p = start + (i + r) * row, o = i * terms + r; l < terms; l++, p += column, o += tileSize)
        packed[o] = data[p] ?? 0;
  }
  return packed;
};
