import { describe } from "../array/description.ts";
import { DomainError } from "../error/error.ts";
import { floating } from "../scalar/dtype.ts";
import { abs, square } from "./arithmetic.ts";
import { max } from "./extreme.ts";
import { reduction, refuseNothing } from "./family/reduction.ts";
import { flatRoot } from "./root.ts";
import { cast, sum } from "./spread.ts";

export interface Options {
  /** 1, 2 (the default) or "inf": the sum of magnitudes, the Euclidean length, or the greatest magnitude. */
  readonly ord: 1 | 2 | "inf";
}

/**
 * The norm over some axes, all of them by default: the square root of the sum of squares (`ord` 2), the sum of sizes
 * (`ord` 1) or the greatest size (`ord` "inf"). The derivative at 0 is 0. Squares may overflow beyond 1e154 in float64.
 *
 * @param axes - one axis or several, taken as one vector; negative ones count from the end
 * @param options - `keepDims`: leave the axes, with size 1; `ord`: 1, 2 (by default) or "inf"
 * @throws ShapeError when an axis is out of range, or nothing is asked for its greatest size; DomainError when there is
 *   no such `ord`
 * @example
 * import { array, norm, toNested } from "gradfold";
 * toNested(norm(array([[3, -4], [5, 12]]), 1)); // => [ 5, 13 ]
 */
export const norm = reduction<"norm", Options>(
  "norm",
  (x, axes, { ord }) => {
    const numbers = cast(x, floating(x.dtype));
    switch (ord) {
      case 1:
        return sum(abs(numbers), axes);
      case 2:
        return flatRoot(sum(square(numbers), axes));
      case "inf":
        refuseNothing("norm", x, axes);
        return max(abs(numbers), axes);
      default:
        throw new DomainError(`norm: the order must be 1, 2 or "inf", not ${describe(ord)}.`);
    }
  },
  { ord: 2 },
  "The order is an option: norm(x, undefined, { ord: 2 })",
);
