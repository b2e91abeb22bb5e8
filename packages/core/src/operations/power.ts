import * as scalar from "../scalar/power.ts";
import type { Binary } from "../static/broadcast.ts";
import { along } from "./along.ts";
import { abs, mul, sub } from "./arithmetic.ts";
import { equal, less } from "./compare.ts";
import { log } from "./elementary.ts";
import { binary } from "./family/binary.ts";
import { logicalAnd, logicalNot, logicalOr } from "./logic.ts";
import { where } from "./where.ts";

/**
 * a^b at every place, broadcast: within 0.81 ulp in float64 and 0.5 in float32. Special values are those of IEEE 754,
 * as in NumPy: a^0 and 1^b are 1, of NaN too; a negative number to a power that is not whole is NaN. The derivative
 * of a^0 in a is 0 for every a, and that in b is 0 where the power is 0 or a is (the limit for b > 0).
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, pow, toNested } from "gradfold";
 * toNested(pow(array([2, 9, 0]), array([10, 0.5, 0]))); // => [ 1024, 3, 1 ]
 */
export const pow: Binary<"pow"> = binary({
  name: "pow",
  meaning: scalar.pow,
  derivatives: [
    // Where both are 0, b - 1 is an infinite power.
    (t, a, b) => {
      const isNone = logicalAnd(equal(b, 0), logicalNot(less(0, abs(a))));
      return where(isNone, 0, along(t, mul(b, pow(where(isNone, 1, a), sub(b, 1)))));
    },
    (t, a, _, y) => {
      const isFlat = equal(y, 0);
      return where(isFlat, 0, along(t, mul(y, log(where(logicalOr(isFlat, equal(a, 0)), 1, a)))));
    },
  ],
  domain: [
    [0.2, 4],
    [-3, 3],
  ],
});
