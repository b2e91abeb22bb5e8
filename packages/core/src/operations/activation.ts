import type { NDArray } from "../array/array.ts";
import * as exponential from "../scalar/exponential.ts";
import * as logistic from "../scalar/logistic.ts";
import { add } from "./add.ts";
import { mul, neg, sub } from "./arithmetic.ts";
import { greater, less } from "./compare.ts";
import { exp, expm1 } from "./elementary.ts";
import { binary } from "./family/binary.ts";
import { exact } from "./family/rule.ts";
import { unary } from "./family/unary.ts";
import { unchosen } from "./unchosen.ts";
import { where } from "./where.ts";

const anywhere = [-3, 3] as const;
const negative = [-3, -0.2] as const;

/**
 * The logistic function 1 / (1 + e^-x) at every place: within 1.28 ulp in float64 and 0.501 in float32. Its derivative
 * y (1 - y) has an error of half an ulp of 1, and is 0 where y rounds to 1: from x = 37 on, in float32 from 17 on.
 *
 * @example
 * import { array, sigmoid, toNested } from "gradfold";
 * toNested(sigmoid(array([0, -1000, 1000]))); // => [ 0.5, 0, 1 ]
 */
export const sigmoid = unary({
  name: "sigmoid",
  meaning: { float64: logistic.sigmoid, float32: logistic.sigmoidShort },
  derivative: (t, _, y) => mul(t, mul(y, sub(1, y))),
  domain: [anywhere],
});

/**
 * log(1 / (1 + e^-x)) at every place, finite for all finite x: within 1.54 ulp in float64 and 0.5 in float32.
 *
 * @example
 * import { array, logSigmoid, toNested } from "gradfold";
 * toNested(logSigmoid(array([0, -1000, 1000]))); // => [ -0.6931471805599453, -1000, -0 ]
 */
export const logSigmoid = unary({
  name: "logSigmoid",
  meaning: logistic.logSigmoid,
  derivative: (t, x) => mul(t, sigmoid(neg(x))),
  domain: [anywhere],
});

/**
 * log(1 + e^x), a smooth max(x, 0), at every place, finite for all finite x: within 1.5 ulp in float64 and 0.5 in
 * float32.
 *
 * @example
 * import { array, softplus, toNested } from "gradfold";
 * toNested(softplus(array([0, -1000, 1000]))); // => [ 0.6931471805599453, 0, 1000 ]
 */
export const softplus = unary({
  name: "softplus",
  meaning: logistic.softplus,
  derivative: (t, x) => mul(t, sigmoid(x)),
  domain: [anywhere],
});

/**
 * x / (1 + e^-x), also named swish, at every place: within 2.39 ulp in float64 and 0.501 in float32.
 *
 * @example
 * import { array, silu, toNested } from "gradfold";
 * toNested(silu(array([0, 1]))); // => [ 0, 0.7310585786300049 ]
 */
export const silu = unary({
  name: "silu",
  meaning: { float64: logistic.silu, float32: logistic.siluShort },
  derivative: (t, x, y) => {
    const s = sigmoid(x);
    // Of what is infinite nothing is left, but a product with 0 would be NaN.
    return mul(t, add(s, mul(where(less(y, Infinity), y, 0), sub(1, s))));
  },
  domain: [anywhere],
});

/**
 * max(x, 0) at every place; NaN stays NaN, integers stay integers. Its derivative at 0 is 0, at NaN it is NaN.
 *
 * @example
 * import { array, relu, toNested } from "gradfold";
 * toNested(relu(array([-1, 2]))); // => [ 0, 2 ]
 */
export const relu = unary({
  name: "relu",
  meaning: (L, x) => L.max(x, 0),
  derivative: (t, x, y) => where(greater(x, 0), t, unchosen(y)),
  domain: [[0.2, 4]],
  dtypes: exact,
});

/**
 * x where it is positive, else `negativeSlope` x, at every place, broadcast. Its derivative at 0 is `negativeSlope`.
 * Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
 *
 * @param b - `negativeSlope`: a number, or an array that broadcasts to x (0.01)
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, leakyRelu, toNested } from "gradfold";
 * toNested(leakyRelu(array([-2, 2]))); // => [ -0.02, 2 ]
 * toNested(leakyRelu(array([-2, 2]), 0.5)); // => [ -1, 2 ]
 */
export const leakyRelu = binary({
  name: "leakyRelu",
  meaning: (L, x, slope) => L.select(L.less(0, x), x, L.mul(slope, x)),
  derivatives: [
    (t, x, slope) => where(greater(x, 0), t, mul(t, add(slope, unchosen(x)))),
    (t, x) => where(greater(x, 0), 0, mul(t, x)),
  ],
  domain: [negative, anywhere],
  otherwise: 0.01,
});

/**
 * x where it is not positive: elsewhere e^x might be infinite, and its derivative times 0 NaN. Not a minimum, which would
 * halve the second derivative at 0.
 */
const bounded = (x: NDArray): NDArray => where(greater(x, 0), 0, x);

/**
 * x where it is positive, else `alpha` (e^x - 1), at every place, broadcast: within 1.55 ulp in float64 and 0.507 in
 * float32. Its derivative at 0 is `alpha`. Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network
 * learning by exponential linear units", 2015.
 *
 * @param b - `alpha`: a number, or an array that broadcasts to x (1)
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, elu, toNested } from "gradfold";
 * toNested(elu(array([-1000, 2]))); // => [ -1, 2 ]
 * toNested(elu(array([-1000, 2]), 0.5)); // => [ -0.5, 2 ]
 */
export const elu = binary({
  name: "elu",
  meaning: {
    float64: (L, x, alpha) => L.select(L.less(0, x), x, L.mul(alpha, exponential.expm1(L, x))),
    float32: (L, x, alpha) => L.select(L.less(0, x), x, L.mul(alpha, exponential.expm1Short(L, x))),
  },
  derivatives: [
    (t, x, alpha) => where(greater(x, 0), t, mul(t, mul(alpha, exp(bounded(x))))),
    (t, x) => where(greater(x, 0), 0, mul(t, expm1(bounded(x)))),
  ],
  domain: [negative, anywhere],
  otherwise: 1,
});
