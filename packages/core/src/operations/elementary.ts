import * as exponential from "../scalar/exponential.ts";
import * as logarithm from "../scalar/logarithm.ts";
import * as power from "../scalar/power.ts";
import { add } from "./add.ts";
import { along, over } from "./along.ts";
import { mul, neg } from "./arithmetic.ts";
import { unary } from "./family/unary.ts";

const anywhere = [-3, 3] as const;
const positive = [0.2, 4] as const;

/**
 * The square root at every place, correctly rounded; NaN below 0.
 *
 * @example
 * import { array, sqrt, toNested } from "gradfold";
 * toNested(sqrt(array([4, 9]))); // => [ 2, 3 ]
 */
export const sqrt = unary({
  name: "sqrt",
  meaning: (L, x) => L.sqrt(x),
  derivative: (t, _, y) => over(t, mul(2, y)),
  domain: [positive],
});

/**
 * e^x at every place: within 0.84 ulp in float64 and 0.501 in float32.
 *
 * @example
 * import { array, exp, toNested } from "gradfold";
 * toNested(exp(array([0, 1]))); // => [ 1, 2.7182818284590455 ]
 */
export const exp = unary({
  name: "exp",
  meaning: { float64: exponential.exp, float32: exponential.expShort },
  derivative: (t, _, y) => along(t, y),
  domain: [anywhere],
});

/**
 * The natural logarithm at every place, within 0.85 ulp in float64 and 0.501 in float32; NaN below 0.
 *
 * @example
 * import { array, log, toNested } from "gradfold";
 * toNested(log(array([0, 1]))); // => [ -Infinity, 0 ]
 */
export const log = unary({
  name: "log",
  meaning: { float64: logarithm.log, float32: logarithm.logShort },
  derivative: (t, x) => over(t, x),
  domain: [positive],
});

/**
 * 1/√x at every place: within 0.5 ulp in float64 and in float32; NaN below 0.
 *
 * @example
 * import { array, rsqrt, toNested } from "gradfold";
 * toNested(rsqrt(array([4, 0]))); // => [ 0.5, Infinity ]
 */
export const rsqrt = unary({
  name: "rsqrt",
  meaning: power.rsqrt,
  derivative: (t, x, y) => over(along(mul(-0.5, t), y), x),
  domain: [positive],
});

/**
 * 1/x at every place, correctly rounded.
 *
 * @example
 * import { array, reciprocal, toNested } from "gradfold";
 * toNested(reciprocal(array([4, -0]))); // => [ 0.25, -Infinity ]
 */
export const reciprocal = unary({
  name: "reciprocal",
  meaning: (L, x) => L.div(1, x),
  derivative: (t, _, y) => neg(along(along(t, y), y)),
  domain: [positive],
});

/**
 * e^x - 1 at every place, precise near 0 too: within 0.96 ulp in float64 and 0.506 in float32.
 *
 * @example
 * import { array, expm1, toNested } from "gradfold";
 * toNested(expm1(array([1e-10, -1000]))); // => [ 1.00000000005e-10, -1 ]
 */
export const expm1 = unary({
  name: "expm1",
  meaning: { float64: exponential.expm1, float32: exponential.expm1Short },
  derivative: (t, x) => along(t, exp(x)),
  domain: [anywhere],
});

/**
 * log(1 + x) at every place, precise near 0 too: within 0.8 ulp in float64 and 0.5 in float32; NaN below -1.
 *
 * @example
 * import { array, log1p, toNested } from "gradfold";
 * toNested(log1p(array([1e-10, -1]))); // => [ 9.999999999500001e-11, -Infinity ]
 */
export const log1p = unary({
  name: "log1p",
  meaning: logarithm.log1p,
  derivative: (t, x) => over(t, add(1, x)),
  domain: [[-0.7, 3]],
});
