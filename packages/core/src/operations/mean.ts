import { pick, sizeOf } from "../array/shape.ts";
import { floating } from "../scalar/dtype.ts";
import { div } from "./arithmetic.ts";
import { reduction } from "./family/reduction.ts";
import { cast, sum } from "./spread.ts";

/**
 * The mean over some axes, all of them by default: the sum divided by the count. The mean of nothing is NaN.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1
 * @throws ShapeError when an axis is out of range
 * @example
 * import { array, mean, toNested } from "gradfold";
 * toNested(mean(array([[1, 2], [3, 4]]), 0)); // => [ 2, 3 ]
 */
export const mean = reduction("mean", (x, axes) =>
  div(sum(cast(x, floating(x.dtype)), axes), sizeOf(pick(x.shape, axes))),
);
