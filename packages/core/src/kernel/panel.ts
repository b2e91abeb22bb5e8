import { compileCode, range } from "../scalar/code.ts";
import type { Store } from "../scalar/dtype.ts";
import { lazy } from "../scalar/lazy.ts";
import { block2 } from "./order.ts";
import { type Block, type Sizes, tileSize } from "./tile.ts";

/*
 * Products of large matrices: strips of rows and of columns are packed side by side in a heap and multiplied by asm.js.
 * That is JavaScript which says the types of its numbers, so that an engine can keep them in registers and round in
 * single precision at once; an engine that does not care runs the same statements, to the same bits.
 */

/** As many rows are packed at once; as many terms as a block has. */
const mostRows = 256;

/* A heap holds a strip of columns, then its products with strips of rows, then these. */
const products = block2 * tileSize;
const rows = products + mostRows * tileSize;
/** In bytes, the least that asm.js may have. */
const heapBytes = 2 ** 20;

/** A heap, and what multiplies so many strips of rows there by the strip of columns, of so many terms each. */
interface Panel {
  readonly heap: Float32Array | Float64Array;
  readonly run: (strips: number, terms: number) => void;
}

type Link = (stdlib: object, foreign: object, buffer: ArrayBuffer) => Pick<Panel, "run">;

/** How asm.js marks a number's type, and a place in a heap of such numbers. */
interface Notation {
  readonly heap: "Float32Array" | "Float64Array";
  readonly shift: number;
  readonly mark: (x: string) => string;
  readonly nothing: string;
}

const single: Notation = { heap: "Float32Array", shift: 2, mark: (x) => `fround(${x})`, nothing: "fround(-0.0)" };
const double: Notation = { heap: "Float64Array", shift: 3, mark: (x) => `+(${x})`, nothing: "-0.0" };

const print = ({ heap, shift, mark, nothing }: Notation): string => {
  const each = (line: (i: number) => string): string => range(tileSize).map(line).join(" ");
  const cells = range(tileSize ** 2).map((cell) => ({
    sum: `c${cell}`,
    product: `a${Math.floor(cell / tileSize)} * b${cell % tileSize}`,
    place: cell << shift,
  }));
  const strip = tileSize << shift;
  return `function (stdlib, foreign, buffer) {
    "use asm";
    var fround = stdlib.Math.fround, imul = stdlib.Math.imul, heap = new stdlib.${heap}(buffer);
    function run(strips, terms) {
      strips = strips | 0; terms = terms | 0;
      var p = ${rows << shift}, q = 0, o = ${products << shift}, end = 0;
      var ${range(tileSize)
        .map((i) => `a${i} = ${nothing}, b${i} = ${nothing}`)
        .join(", ")};
      var ${cells.map(({ sum }) => `${sum} = ${nothing}`).join(", ")};
      end = imul(terms, ${strip});
      for (; strips | 0; strips = (strips - 1) | 0) {
        ${cells.map(({ sum }) => `${sum} = ${nothing};`).join(" ")}
        for (q = 0; (q | 0) != (end | 0); q = (q + ${strip}) | 0) {
          ${each((i) => `a${i} = ${mark(`heap[(p + ${i << shift}) >> ${shift}]`)};`)}
          ${each((i) => `b${i} = ${mark(`heap[(q + ${i << shift}) >> ${shift}]`)};`)}
          ${cells.map(({ sum, product }) => `${sum} = ${mark(`${sum} + ${mark(product)}`)};`).join(" ")}
          p = (p + ${strip}) | 0;
        }
        ${cells.map(({ sum, place }) => `heap[(o + ${place}) >> ${shift}] = ${sum};`).join(" ")}
        o = (o + ${strip * tileSize}) | 0;
      }
    }
    return { run: run };
  }`;
};

const link = (notation: Notation): Panel => {
  const buffer = new ArrayBuffer(heapBytes);
  const { run } = compileCode<Link>(print(notation), {})({ Math, Float32Array, Float64Array }, {}, buffer);
  return { heap: notation === single ? new Float32Array(buffer) : new Float64Array(buffer), run };
};

const panel32 = lazy(() => link(single));
const panel64 = lazy(() => link(double));

/** Packs lines of a matrix as strips, each term by term. Beside the last lines stands what stood there before. */
const pack = (
  heap: Store,
  to: number,
  data: Store,
  start: number,
  lines: number,
  byLine: number,
  terms: number,
  byTerm: number,
): void => {
  for (let line = 0; line < lines; line++) {
    let p = start + line * byLine;
    let o = to + (line - (line % tileSize)) * terms + (line % tileSize);
    for (let l = 0; l < terms; l++, p += byTerm, o += tileSize) heap[o] = data[p] ?? 0;
  }
};

/** From so many rows and columns on, packing costs less than it saves. */
const worthPacking = 4 * tileSize;

export const isWorthPacking = ({ m, n }: Sizes): boolean => m >= worthPacking && n >= worthPacking;

/** One block of terms, added to what stands there unless it is the first. */
export const byPanels = (out: Store, start: number, a: Block, b: Block, { m, k, n }: Sizes, first: boolean): void => {
  const { heap, run } = out instanceof Float32Array ? panel32() : panel64();
  for (let top = 0; top < m; top += mostRows) {
    const height = Math.min(mostRows, m - top);
    pack(heap, rows, a.data, a.start + top * a.row, height, a.row, k, a.column);
    for (let left = 0; left < n; left += tileSize) {
      const width = Math.min(tileSize, n - left);
      pack(heap, 0, b.data, b.start + left * b.column, width, b.column, k, b.row);
      run(Math.ceil(height / tileSize), k);
      for (let i = 0; i < height; i++) {
        const from = products + i * tileSize;
        const to = start + (top + i) * n + left;
        for (let j = 0; j < width; j++)
          out[to + j] = first ? (heap[from + j] ?? 0) : (out[to + j] ?? 0) + (heap[from + j] ?? 0);
      }
    }
  }
};
