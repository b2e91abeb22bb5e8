import { binary } from "../family/binary.ts";
import type { Operation } from "../family/operation.ts";
import * as scalar from "../scalar/power.ts";
import type { Binary } from "../static/broadcast.ts";
import { mul, sub } from "./arithmetic.ts";
import { equal } from "./compare.ts";
import { log } from "./elementary.ts";
import { where } from "./where.ts";

/**
 * a^b at every place, broadcast: within 0.81 ulp in float64 and 0.5 in float32. Special values are those of IEEE 754,
 * as in NumPy: a^0 and 1^b are 1, of NaN too; a negative number to a power that is not whole is NaN. The derivatives
 * are 0 where a power of 0 stays 0: that of a^0 in a, and in b where a is 0 (the limit for b > 0).
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, pow, toNested } from "@gradfold/core";
 * toNested(pow(array([2, 9, 0]), array([10, 0.5, 0]))); // => [ 1024, 3, 1 ]
 */
export const pow: Operation<Binary<"pow">> = binary({
  name: "pow",
  meaning: scalar.pow,
  derivatives: [
    // Where b is 0 the power b - 1 would be infinite at 0.
    (t, a, b) => mul(t, mul(b, pow(a, where(equal(b, 0), 1, sub(b, 1))))),
    (t, a, _, y) => mul(t, mul(y, log(where(equal(a, 0), 1, a)))),
  ],
  domain: [
    [0.2, 4],
    [-3, 3],
  ],
});
