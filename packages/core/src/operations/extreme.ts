import type { NDArray } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { div } from "./arithmetic.ts";
import { equal } from "./compare.ts";
import { reduceAlong, reducing, reduction, refuseNothing } from "./family/reduction.ts";
import { spreadAlong, sum } from "./spread.ts";
import { unchosen } from "./unchosen.ts";
import { where } from "./where.ts";

/** Where an element is the extreme one: those that tie share the derivative evenly. */
const winners = (x: NDArray, y: NDArray, axes: readonly number[]): NDArray => equal(x, spreadAlong(y, x.shape, axes));

const tangent = (t: NDArray, x: NDArray, y: NDArray, axes: readonly number[]): NDArray => {
  const won = winners(x, y, axes);
  return div(sum(where(won, t, 0), axes), sum(won, axes));
};

const cotangent = (c: NDArray, x: NDArray, y: NDArray, axes: readonly number[]): NDArray => {
  const won = winners(x, y, axes);
  const along = (of: NDArray): NDArray => spreadAlong(of, x.shape, axes);
  return where(won, along(div(c, sum(won, axes))), along(unchosen(y)));
};

export const maxAlong = (axes: readonly number[]): Primitive =>
  reducing({ name: "max", reduce: (over) => reduceAlong("maximum", over), tangent, cotangent }, axes);

export const minAlong = (axes: readonly number[]): Primitive =>
  reducing({ name: "min", reduce: (over) => reduceAlong("minimum", over), tangent, cotangent }, axes);

/**
 * The greatest element over some axes, all of them by default; NaN wins, and -0 < +0. Elements that tie share the
 * derivative evenly; where one is NaN, all derivatives are NaN.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range, or there is no element along the axes
 * @example
 * import { array, max, toNested } from "gradfold";
 * toNested(max(array([[1, 5], [3, 4]]), 0)); // => [ 3, 5 ]
 */
export const max = reduction(
  "max",
  (x, axes) => {
    refuseNothing("max", x, axes);
    return axes.length === 0 ? x : bind(maxAlong(axes), [x]);
  },
  {},
  "The greater of two is maximum(a, b)",
);

/**
 * The least element over some axes, all of them by default; NaN wins, and -0 < +0. Elements that tie share the
 * derivative evenly; where one is NaN, all derivatives are NaN.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range, or there is no element along the axes
 * @example
 * import { array, min, toNested } from "gradfold";
 * toNested(min(array([[1, 5], [3, 4]]), 1)); // => [ 1, 3 ]
 */
export const min = reduction(
  "min",
  (x, axes) => {
    refuseNothing("min", x, axes);
    return axes.length === 0 ? x : bind(minAlong(axes), [x]);
  },
  {},
  "The lesser of two is minimum(a, b)",
);
