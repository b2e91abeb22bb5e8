import type { NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { pick, sizeOf } from "../array/shape.ts";
import { DomainError } from "../error/error.ts";
import { floating } from "../scalar/dtype.ts";
import { div, square, sub } from "./arithmetic.ts";
import { reduction, withAxes } from "./family/reduction.ts";
import { mean } from "./mean.ts";
import { flatRoot } from "./root.ts";
import { cast, sum } from "./spread.ts";

export interface Options {
  /** Delta degrees of freedom: the count is lessened by it. */
  readonly ddof: number;
}

/**
 * The sum of the squares of what differs from the mean, over the count. A rounded mean leaves a mean of the differences,
 * which is taken off, too: Σ d² - (Σ d)² / n, the correction of the two passes by Chan, Golub and LeVeque, "Algorithms for
 * computing the sample variance", 1983, as a sum of squares, which is never negative.
 */
const spreadOf = (name: string, x: NDArray, axes: readonly number[], ddof: number): NDArray => {
  if (!Number.isFinite(ddof)) throw new DomainError(`${name}: ddof must be a finite number, not ${describe(ddof)}.`);
  const centred = (y: NDArray): NDArray => sub(y, withAxes(mean(y, axes), x.shape, axes));
  const differences = centred(centred(cast(x, floating(x.dtype))));
  return div(sum(square(differences), axes), Math.max(sizeOf(pick(x.shape, axes)) - ddof, 0));
};

/**
 * The variance over some axes, all of them by default: the sum of (x - mean)², divided by the count less `ddof`. A mean far
 * from 0 costs no digits, also where the dtype rounds it; of nothing it is NaN.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1; `ddof`: 0 by default, 1 for the unbiased estimate
 * @throws ShapeError when an axis is out of range; DomainError when `ddof` is not finite
 * @example
 * import { array, toNested, variance } from "gradfold";
 * toNested(variance(array([[1, 3], [2, 6]]), 1)); // => [ 1, 4 ]
 */
export const variance = reduction<"variance", Options>(
  "variance",
  (x, axes, { ddof }) => spreadOf("variance", x, axes, ddof),
  { ddof: 0 },
);

/**
 * The standard deviation over some axes, all of them by default: the square root of the variance. Where it is 0 its
 * derivative is 0.
 *
 * @param axes - one axis or several; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1; `ddof`: 0 by default, 1 for the unbiased variance
 * @throws ShapeError when an axis is out of range; DomainError when `ddof` is not finite
 * @example
 * import { array, std, toNested } from "gradfold";
 * toNested(std(array([[1, 3], [2, 6]]), 1)); // => [ 1, 2 ]
 */
export const std = reduction<"std", Options>("std", (x, axes, { ddof }) => flatRoot(spreadOf("std", x, axes, ddof)), {
  ddof: 0,
});
