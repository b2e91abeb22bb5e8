import { add, array, div, mul, type NDArray, type Scalar, square, sub } from "@gradfold/core";
import { fit } from "./leafwise.ts";

/* Moving averages m ← b m + (1 - b) x. From zeros they start too small, by the factor 1 - b^t: the bias. */

/** b^0: where the running product of powers starts. */
export const one: Scalar = array(1);

export const average = (b: number, x: NDArray, m: NDArray): NDArray => add(mul(x, 1 - b), mul(m, b));

export const averageOfSquares = (b: number, x: NDArray, v: NDArray): NDArray => average(b, square(x), v);

/** A moving average without its bias; `power` is b^t. */
export const unbiased = (m: NDArray, power: Scalar): NDArray => div(m, fit(sub(1, power), m));
