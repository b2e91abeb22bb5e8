import type { NDArray } from "../array/array.ts";
import { roomFor } from "../array/shape.ts";
import { optionsOf } from "../input/options.ts";
import { div, sub } from "../operations/arithmetic.ts";
import { matmul } from "../operations/contract.ts";
import { concatenate } from "../operations/join.ts";
import { norm } from "../operations/norm.ts";
import { transpose } from "../operations/reshape.ts";
import { slice } from "../operations/slice.ts";
import type { DType } from "../scalar/dtype.ts";
import { typed } from "../static/door.ts";
import { checkFloat } from "./draw.ts";
import { checkKey, type Key } from "./key.ts";
import { normal } from "./normal.ts";

/**
 * Gram and Schmidt's rows: each freed of the parts along those before it, and made of length 1. Halves are treated as
 * one, so that nearly all work is matrix products.
 */
const orthonormal = (rows: NDArray): NDArray => {
  const [n = 0] = rows.shape;
  if (n <= 1) return div(rows, norm(rows, 1, { keepDims: true }));
  const half = Math.floor(n / 2);
  const first = orthonormal(slice(rows, [[0, half]]));
  const rest = slice(rows, [[half]]);
  const parts = matmul(matmul(rest, transpose(first)), first);
  return concatenate([first, orthonormal(sub(rest, parts))]);
};

/**
 * A random orthogonal matrix, every one equally likely; with fewer columns than rows, orthonormal columns, and with more,
 * orthonormal rows. It is Q of the QR decomposition of normal numbers whose R has a positive diagonal, as in JAX, by
 * Gram and Schmidt's process, applied twice.
 *
 * F. Mezzadri, "How to generate random matrices from the classical compact groups", Notices of the AMS 54, 2007.
 *
 * @param n - rows
 * @param options - `columns`: n by default; `dtype`: float64 (default) or float32
 * @throws DomainError when a size is negative or not whole; DTypeError for other dtypes
 * @example
 * import { random } from "gradfold";
 * random.orthogonal(random.key(0), 3, { columns: 2 }).shape; // => [ 3, 2 ]
 */
export const orthogonal = typed<
  <const N extends number, const M extends number = N>(
    key: Key,
    n: N,
    options?: {
      /** How many columns there are; n by default. */
      readonly columns?: M;
      /** float64 (the default) or float32. */
      readonly dtype?: DType;
    },
  ) => NDArray<[N, M]>
>((from: Key, n: number, options?: { readonly columns?: number; readonly dtype?: DType }) => {
  const { columns, dtype } = optionsOf("random.orthogonal", options, { columns: n, dtype: "float64" });
  checkKey("orthogonal", from);
  checkFloat("orthogonal", dtype);
  const [rows = 0, width = 0] = roomFor("random.orthogonal", [n, columns], dtype);
  const drawn = normal(from, [Math.max(rows, width), Math.min(rows, width)], { dtype });
  // Once leaves errors where rows are nearly parallel; of what is nearly orthonormal, twice leaves none to speak of.
  const basis = orthonormal(orthonormal(transpose(drawn)));
  return rows < width ? basis : transpose(basis);
});
