import { compileCode, range, rounding } from "../scalar/code.ts";
import type { Store } from "../scalar/dtype.ts";

/** The sizes of a product: m x k times k x n. */
export interface Sizes {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

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

/** Source of a tile of some rows and columns: accumulators in variables, so that each operand is read once a tile. */
const print = (rows: number, columns: number, single: boolean): string => {
  const round = rounding(single);
  const cells = range(rows).flatMap((i) => range(columns).map((j) => ({ i, j, c: `c${i}${j}` })));
  return `(out, o, width, first, k, a, p, aRow, aColumn, b, q, bRow, bColumn) => {
    let ${cells.map(({ c }) => `${c} = -0`).join(", ")};
    for (let i = 0; i < k; i++, p += aColumn, q += bRow) {
      ${range(rows)
        .map((i) => `const a${i} = a[p + ${i} * aRow];`)
        .join(" ")}
      ${range(columns)
        .map((j) => `const b${j} = b[q + ${j} * bColumn];`)
        .join(" ")}
      ${cells.map(({ i, j, c }) => `${c} = ${round(`${c} + ${round(`a${i} * b${j}`)}`)};`).join(" ")}
    }
    if (first) { ${cells.map(({ i, j, c }) => `out[o + ${i} * width + ${j}] = ${c};`).join(" ")} }
    else { ${cells.map(({ i, j, c }) => `out[o + ${i} * width + ${j}] += ${c};`).join(" ")} }
  }`;
};

const compiled = new Map<string, Tile>();

export const tile = (rows: number, columns: number, single: boolean): Tile => {
  const key = `${rows} ${columns} ${single}`;
  const old = compiled.get(key);
  if (old !== undefined) return old;
  const made = compileCode<Tile>(print(rows, columns, single), { fround: Math.fround });
  compiled.set(key, made);
  return made;
};
