import { allocate, type Store } from "../scalar/dtype.ts";
import { block2, orderOf } from "./order.ts";
import { byPanels, isWorthPacking } from "./panel.ts";
import { type Block, type Sizes, tile, tileSize } from "./tile.ts";

/** Writes the product of two matrices from `start` on, row-major, in the order that its sizes as written prescribe. */
export const multiply = (out: Store, start: number, a: Block, b: Block, sizes: Sizes): void => {
  if (out instanceof Int32Array) byIntegers(out, start, a, b, sizes);
  else if (isWide(sizes)) byTiles(out, start, a, b, sizes);
  else byDots(out, start, a, b, sizes);
};

/** In blocks where results lie side by side in registers; a few results are dot products in lanes. */
export const isWide = ({ m, n }: Pick<Sizes, "m" | "n">): boolean => n >= 4 || (m >= 4 && n >= 2);

const byDots = (out: Store, start: number, a: Block, b: Block, { m, k, n }: Sizes): void =>
  orderOf(out).dots1(k)(out, start, m, n, a.data, a.start, a.row, a.column, b.data, b.start, b.column, b.row);

/** As many terms as two levels of blocks add up one after another. */
const chunk = block2 * block2;

const byTiles = (out: Store, start: number, a: Block, b: Block, { m, k, n }: Sizes): void => {
  if (k <= chunk) {
    byTilesOnce(out, start, a, b, { m, k, n });
    return;
  }
  const chunks = Math.ceil(k / chunk);
  const parts = allocate(out instanceof Float32Array ? "float32" : "float64", chunks * m * n);
  for (let c = 0; c < chunks; c++) {
    const skip = c * chunk;
    const left = { ...a, start: a.start + skip * a.column };
    const right = { ...b, start: b.start + skip * b.row };
    byTilesOnce(parts, c * m * n, left, right, { m, k: Math.min(chunk, k - skip), n });
  }
  const { sum2 } = orderOf(out);
  for (let i = 0; i < m * n; i++) out[start + i] = sum2(chunks, parts, i, m * n);
};

const byTilesOnce = (out: Store, start: number, a: Block, b: Block, sizes: Sizes): void => {
  const { m, k, n } = sizes;
  const block: TileBlock = isWorthPacking(sizes) ? byPanels : byStridedTiles;
  for (let from = 0; from < k; from += block2) {
    const terms = Math.min(block2, k - from);
    const left = { ...a, start: a.start + from * a.column };
    const right = { ...b, start: b.start + from * b.row };
    block(out, start, left, right, { m, k: terms, n }, from === 0);
  }
};

/** One block of terms, added to what stands there unless it is the first. */
type TileBlock = (out: Store, start: number, a: Block, b: Block, sizes: Sizes, first: boolean) => void;

const byStridedTiles: TileBlock = (out, start, a, b, { m, k, n }, first) => {
  const single = out instanceof Float32Array;
  for (let i = 0; i < m; i += tileSize)
    for (let j = 0; j < n; j += tileSize) {
      const run = tile(Math.min(tileSize, m - i), Math.min(tileSize, n - j), single);
      const p = a.start + i * a.row;
      const q = b.start + j * b.column;
      run(out, start + i * n + j, n, first, k, a.data, p, a.row, a.column, b.data, q, b.row, b.column);
    }
};

/** Integers wrap at 32 bits, in whatever order they are added. */
const byIntegers = (out: Int32Array, start: number, a: Block, b: Block, { m, k, n }: Sizes): void => {
  for (let i = 0, o = start; i < m; i++)
    for (let j = 0; j < n; j++, o++) {
      let sum = 0;
      for (let l = 0; l < k; l++) {
        const x = a.data[a.start + i * a.row + l * a.column] ?? 0;
        const y = b.data[b.start + j * b.column + l * b.row] ?? 0;
        sum = (sum + Math.imul(x, y)) | 0;
      }
      out[o] = sum;
    }
};
