import type { NDArray } from "../array/array.ts";
import * as inverse from "../scalar/inverse.ts";
import * as scalar from "../scalar/trigonometric.ts";
import { add } from "./add.ts";
import { over } from "./along.ts";
import { abs, div, mul, neg, square, sub } from "./arithmetic.ts";
import { lessEqual } from "./compare.ts";
import { sqrt } from "./elementary.ts";
import { binary } from "./family/binary.ts";
import { unary } from "./family/unary.ts";
import { where } from "./where.ts";

const anywhere = [-3, 3] as const;
const inside = [-0.8, 0.6] as const;

/**
 * The sine of radians at every place, right for all numbers, however large: within 0.78 ulp in float64 and 0.501 in
 * float32.
 *
 * @example
 * import { array, sin, toNested } from "gradfold";
 * toNested(sin(array([0, 1, 1e22]))); // => [ 0, 0.8414709848078965, -0.8522008497671888 ]
 */
export const sin = unary({
  name: "sin",
  meaning: { float64: scalar.sin, float32: scalar.sinShort },
  derivative: (t, x) => mul(t, cos(x)),
  domain: [anywhere],
});

/**
 * The cosine of radians at every place, right for all numbers, however large: within 0.78 ulp in float64 and 0.5 in
 * float32.
 *
 * @example
 * import { array, cos, toNested } from "gradfold";
 * toNested(cos(array([0, 1, 1e22]))); // => [ 1, 0.5403023058681398, 0.523214785395139 ]
 */
export const cos = unary({
  name: "cos",
  meaning: { float64: scalar.cos, float32: scalar.cosShort },
  derivative: (t, x) => neg(mul(t, sin(x))),
  domain: [anywhere],
});

/**
 * The tangent of radians at every place, right for all numbers, however large: within 0.98 ulp in float64 and 0.5 in
 * float32.
 *
 * @example
 * import { array, tan, toNested } from "gradfold";
 * toNested(tan(array([0, 1]))); // => [ 0, 1.5574077246549023 ]
 */
export const tan = unary({
  name: "tan",
  meaning: scalar.tan,
  derivative: (t, _, y) => mul(t, add(1, square(y))),
  domain: [[-1.2, 1]],
});

/** t / √(1 - x^2), precise near 1 too. */
const overRoot = (t: NDArray, x: NDArray): NDArray => over(t, sqrt(mul(sub(1, x), add(1, x))));

/**
 * The arcsine at every place, in radians from -π/2 to π/2: within 0.87 ulp in float64 and 0.5 in float32; NaN outside
 * of [-1, 1].
 *
 * @example
 * import { array, asin, toNested } from "gradfold";
 * toNested(asin(array([0, 1]))); // => [ 0, 1.5707963267948966 ]
 */
export const asin = unary({
  name: "asin",
  meaning: inverse.asin,
  derivative: overRoot,
  domain: [inside],
});

/**
 * The arccosine at every place, in radians from 0 to π: within 0.89 ulp in float64 and 0.5 in float32; NaN outside of
 * [-1, 1].
 *
 * @example
 * import { acos, array, toNested } from "gradfold";
 * toNested(acos(array([1, -1]))); // => [ 0, 3.141592653589793 ]
 */
export const acos = unary({
  name: "acos",
  meaning: inverse.acos,
  derivative: (t, x) => neg(overRoot(t, x)),
  domain: [inside],
});

/**
 * The arctangent at every place, in radians from -π/2 to π/2: within 0.7 ulp in float64 and 0.5 in float32.
 *
 * @example
 * import { array, atan, toNested } from "gradfold";
 * toNested(atan(array([1, Infinity]))); // => [ 0.7853981633974483, 1.5707963267948966 ]
 */
export const atan = unary({
  name: "atan",
  meaning: inverse.atan,
  derivative: (t, x) => div(t, add(1, square(x))),
  domain: [anywhere],
});

/**
 * The derivatives of the angle of (x, y) are x and -y over x^2 + y^2, of which squares over- or underflow. By the greater
 * coordinate g and the ratio r of the lesser one to it they are 1 and r over g (1 + r^2).
 */
const turning = (t: NDArray, y: NDArray, x: NDArray) => {
  const isFlat = lessEqual(abs(y), abs(x));
  const greater = where(isFlat, x, y);
  const ratio = div(where(isFlat, y, x), greater);
  return { along: div(div(t, greater), add(1, square(ratio))), isFlat, ratio };
};

/**
 * The angle of the point (x, y) at every place, broadcast, in radians from -π to π, with the signs of zeros as in C:
 * within 0.72 ulp in float64 and 0.5 in float32.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, atan2, toNested } from "gradfold";
 * toNested(atan2(array([1, 0]), array([-1, -2]))); // => [ 2.356194490192345, 3.141592653589793 ]
 */
export const atan2 = binary({
  name: "atan2",
  meaning: inverse.atan2,
  derivatives: [
    (t, y, x) => {
      const { along, isFlat, ratio } = turning(t, y, x);
      return mul(along, where(isFlat, 1, ratio));
    },
    (t, y, x) => {
      const { along, isFlat, ratio } = turning(t, y, x);
      return neg(mul(along, where(isFlat, ratio, 1)));
    },
  ],
  domain: [[0.2, 4], anywhere],
});
