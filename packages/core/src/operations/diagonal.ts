import type { NDArray } from "../array.ts";
import { ShapeError } from "../error.ts";
import { operand } from "../operand.ts";
import { formatShape, normalizeAxis, type Shape } from "../shape.ts";
import { reshape, transpose } from "./reshape.ts";
import { slice } from "./slice.ts";

/**
 * The elements whose places along two axes are equal, the last two by default; they lie along a new last axis.
 *
 * @throws ShapeError when an axis is out of range, or the axes are one
 * @example
 * import { array, diagonal, toNested } from "@gradfold/core";
 * toNested(diagonal(array([[1, 2], [3, 4]]))); // => [ 1, 4 ]
 */
export const diagonal = (x: NDArray, axis1 = -2, axis2 = -1): NDArray => {
  const array = operand("diagonal", x);
  const { shape } = array;
  const [first, second] = [normalizeAxis("diagonal", axis1, shape), normalizeAxis("diagonal", axis2, shape)];
  if (first === second)
    throw new ShapeError(`diagonal: an axis is given twice: ${formatShape([axis1, axis2])} of ${formatShape(shape)}`);
  const rest = shape.map((_, i) => i).filter((i) => i !== first && i !== second);
  const [m = 0, n = 0] = [shape[first], shape[second]];
  const lead: Shape = rest.map((i) => shape[i] ?? 1);
  const rows = reshape(transpose(array, [...rest, first, second]), [...lead, m * n]);
  // The next element of the diagonal is one row down and one column on; below a wide matrix' square there are none.
  return slice(rows, [...lead.map(() => null), [0, Math.min(m, n) * (n + 1), n + 1]]);
};
