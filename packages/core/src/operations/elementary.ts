import { unary } from "../family/unary.ts";
import * as scalar from "../scalar.ts";
import { div, mul, square, sub } from "./arithmetic.ts";

const anywhere = [-3, 3] as const;
const positive = [0.2, 4] as const;

/**
 * The square root at every place, correctly rounded; NaN below 0.
 *
 * @example
 * import { array, sqrt, toNested } from "@gradfold/core";
 * toNested(sqrt(array([4, 9]))); // => [ 2, 3 ]
 */
export const sqrt = unary({
  name: "sqrt",
  meaning: (L, x) => L.sqrt(x),
  derivative: (t, _, y) => div(t, mul(2, y)),
  domain: [positive],
});

/**
 * e^x at every place: within 0.84 ulp in float64 and 0.501 in float32.
 *
 * @example
 * import { array, exp, toNested } from "@gradfold/core";
 * toNested(exp(array([0, 1]))); // => [ 1, 2.7182818284590455 ]
 */
export const exp = unary({
  name: "exp",
  meaning: { float64: scalar.exp, float32: scalar.expShort },
  derivative: (t, _, y) => mul(t, y),
  domain: [anywhere],
});

/**
 * The natural logarithm at every place, within 0.82 ulp in float64 and 0.5 in float32; NaN below 0.
 *
 * @example
 * import { array, log, toNested } from "@gradfold/core";
 * toNested(log(array([0, 1]))); // => [ -Infinity, 0 ]
 */
export const log = unary({
  name: "log",
  meaning: { float64: scalar.log, float32: scalar.logShort },
  derivative: (t, x) => div(t, x),
  domain: [positive],
});

/**
 * The hyperbolic tangent at every place, within 1.03 ulp in float64 and 0.627 in float32.
 *
 * @example
 * import { array, tanh, toNested } from "@gradfold/core";
 * toNested(tanh(array([0, 100]))); // => [ 0, 1 ]
 */
export const tanh = unary({
  name: "tanh",
  meaning: { float64: scalar.tanh, float32: scalar.tanhShort },
  derivative: (t, _, y) => mul(t, sub(1, square(y))),
  domain: [anywhere],
});
