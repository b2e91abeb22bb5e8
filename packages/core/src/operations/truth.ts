import type { NDArray } from "../array/array.ts";
import { bind } from "../array/primitive.ts";
import { notEqual } from "./compare.ts";
import { maxAlong, minAlong } from "./extreme.ts";
import { reduction } from "./family/reduction.ts";

const truths = (x: NDArray): NDArray => (x.dtype === "bool" ? x : notEqual(x, 0));

/**
 * Whether all elements over some axes, all of them by default, are other than 0; NaN is. Of nothing it is true.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range
 * @example
 * import { all, array, toNested } from "gradfold";
 * toNested(all(array([[1, 0], [3, 4]]), 1)); // => [ false, true ]
 */
export const all = reduction("all", (x, axes) => {
  const found = truths(x);
  return axes.length === 0 ? found : bind(minAlong(axes), [found]);
});

/**
 * Whether any element over some axes, all of them by default, is other than 0; NaN is. Of nothing it is false.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range
 * @example
 * import { any, array, toNested } from "gradfold";
 * toNested(any(array([[1, 0], [0, 0]]), 1)); // => [ true, false ]
 */
export const any = reduction("any", (x, axes) => {
  const found = truths(x);
  return axes.length === 0 ? found : bind(maxAlong(axes), [found]);
});
