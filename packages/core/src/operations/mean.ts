import type { Operand } from "../array.ts";
import { operand } from "../operand.ts";
import { type Axes, normalizeAxes, sizeOf } from "../shape.ts";
import type { Reduction } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import { div } from "./arithmetic.ts";
import { sum } from "./spread.ts";

/**
 * The mean over some axes, all of them by default: the sum divided by the count. The mean of nothing is NaN.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range
 * @example
 * import { array, mean, toNested } from "@gradfold/core";
 * toNested(mean(array([[1, 2], [3, 4]]), 0)); // => [ 2, 3 ]
 */
export const mean = typed<Reduction<"mean">>((x: Operand, axes?: Axes, options?: { readonly keepDims?: boolean }) => {
  const array = operand("mean", x);
  const count = sizeOf(normalizeAxes("mean", axes, array.shape).map((axis) => array.shape[axis] ?? 1));
  return div(sum(array, axes, options), count);
});
