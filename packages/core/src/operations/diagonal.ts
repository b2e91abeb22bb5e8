import type { NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { formatShape, normalizeAxis, roomFor, type Shape } from "../array/shape.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import type { AxisClash, Reduced, SizeAt } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Lesser } from "../static/natural.ts";
import type { Unless } from "../static/text.ts";
import { expandDims, reshape, transpose } from "./reshape.ts";
import { pad } from "./set.ts";
import { slice } from "./slice.ts";

/** The two axes give way to a last one. */
type Diagonal<S extends Shape, A extends number, B extends number> =
  Reduced<S, readonly [A, B], false> extends infer Rest extends Shape
    ? number extends Rest["length"]
      ? Shape
      : [...Rest, Lesser<SizeAt<S, `${A}`>, SizeAt<S, `${B}`>>]
    : never;

/**
 * The elements whose places along two axes are equal, the last two by default; they lie along a new last axis.
 *
 * @throws ShapeError when an axis is out of range, or the axes are one
 * @example
 * import { array, diagonal, toNested } from "gradfold";
 * toNested(diagonal(array([[1, 2], [3, 4]]))); // => [ 1, 4 ]
 */
export const diagonal = typed<
  <S extends Shape, const A extends number = -2, const B extends number = -1>(
    x: NDArray<S>,
    axis1?: Unless<AxisClash<"diagonal", S, A>, A>,
    axis2?: Unless<AxisClash<"diagonal", S, B>, B>,
  ) => NDArray<Diagonal<S, A, B>>
>((x: NDArray, axis1 = -2, axis2 = -1): NDArray => {
  const array = operand("diagonal", x);
  const { shape } = array;
  const [first, second] = [normalizeAxis("diagonal", axis1, shape), normalizeAxis("diagonal", axis2, shape)];
  if (first === second)
    throw new ShapeError(
      `diagonal: an axis is given twice: ${formatShape([axis1, axis2])} of ${formatShape(shape)}. ` +
        "The k-th diagonal of a matrix is diag(x, k)",
    );
  const rest = shape.map((_, i) => i).filter((i) => i !== first && i !== second);
  const [m = 0, n = 0] = [shape[first], shape[second]];
  const lead: Shape = rest.map((i) => shape[i] ?? 1);
  const rows = reshape(transpose(array, [...rest, first, second]), [...lead, m * n]);
  // The next element of the diagonal is one row down and one column on; below a wide matrix' square there are none.
  return slice(rows, [...lead.map(() => null), [0, Math.min(m, n) * (n + 1), n + 1]]);
});

/** Of a vector a matrix, of a matrix a vector. */
type Diag<S extends Shape, K extends number> = number extends S["length"]
  ? Shape
  : S extends readonly [infer N extends number]
    ? K extends 0
      ? [N, N]
      : [number, number]
    : S extends readonly [infer M extends number, infer N extends number]
      ? [K] extends [0]
        ? [Lesser<M, N>]
        : [number]
      : [number];

/** A vector on the diagonal: each element is followed by as many zeros as there are elements. */
const onDiagonal = (x: NDArray, n: number): NDArray => {
  const rows = pad(expandDims(x, 1), [
    [0, 0],
    [0, n],
  ]);
  return reshape(slice(reshape(rows, [-1]), [[0, n * n]]), [n, n]);
};

/**
 * The matrix with a vector on its k-th diagonal and zeros elsewhere; or the k-th diagonal of a matrix. Above the main
 * diagonal k is positive, below it negative. Of a stack of matrices take {@link diagonal}.
 *
 * @param k - which diagonal, 0 by default
 * @throws ShapeError when `x` is neither a vector nor a matrix; DomainError when k is not whole
 * @example
 * import { array, diag, toNested } from "gradfold";
 * toNested(diag(array([1, 2]))); // => [ [ 1, 0 ], [ 0, 2 ] ]
 * toNested(diag(array([[1, 2], [3, 4]]), 1)); // => [ 2 ]
 */
export const diag = typed<<S extends Shape, const K extends number = 0>(x: NDArray<S>, k?: K) => NDArray<Diag<S, K>>>(
  (x: NDArray, k = 0) => {
    const array = operand("diag", x);
    const { shape } = array;
    if (!Number.isSafeInteger(k)) throw new DomainError(`diag: k must be a whole number, not ${describe(k)}.`);
    const [above, below] = [Math.max(k, 0), Math.max(-k, 0)];
    if (shape.length === 2) return diagonal(slice(array, [[below], [above]]));
    const [n] = shape;
    if (n === undefined || shape.length !== 1)
      throw new ShapeError(`diag: a vector or a matrix is needed, not ${formatShape(shape)}. Use diagonal for stacks`);
    roomFor("diag", [n + above + below, n + above + below], array.dtype);
    return pad(onDiagonal(array, n), [
      [below, above],
      [above, below],
    ]);
  },
);
