import { exp, expBounded, expParts } from "./exponential.ts";
import type { Lane, ScalarLane, Value } from "./lane.ts";
import { log1p } from "./logarithm.ts";
import { clamp, type Function1, isNaN, scale } from "./part.ts";

/* 1 / (1 + e^-x) and its kin, from e^-|x|, which never overflows. */

/** The logistic function as value 2^k, the errors of e^-|x| and of the denominator fed back. */
const logisticParts = (L: Lane, x: Value) => {
  const { y, k, error } = expParts(L, clamp(L, L.neg(L.abs(x)), -800, 0));
  const negative = L.less(x, 0);
  // Below 2^-100 the power is nothing beside 1.
  const power = L.pow2(L.select(L.less(k, -100), -100, k));
  const e = L.mul(y, power);
  const denominator = L.add(1, e);
  const lost = L.add(L.mul(power, error), L.sub(e, L.sub(denominator, 1)));
  const q = L.div(L.select(negative, y, 1), denominator);
  const left = L.sub(L.select(negative, error, 0), L.mul(q, lost));
  // For x < 0 the denominator is at most 1 + e^x: to first order, dividing is subtracting.
  const value = L.add(q, L.mul(left, L.sub(1, L.mul(e, L.sub(1, L.mul(0.5, e))))));
  return { value, k: L.select(negative, k, 0) };
};

export const sigmoid: Function1 = (L, x) => {
  const { value, k } = logisticParts(L, x);
  return L.select(isNaN(L, x), x, scale(L, value, k));
};

/** x / (1 + e^-x); -0 far below. */
export const silu: Function1 = (L, x) => {
  const { value, k } = logisticParts(L, x);
  return L.select(isNaN(L, x), x, scale(L, L.mul(L.max(x, -800), value), k));
};

/** For float32. */
const logisticShort = (L: ScalarLane, x: Value): Value => {
  const e = expBounded(L, clamp(L, L.neg(L.abs(x)), -200, 0));
  return L.div(L.select(L.less(x, 0), e, 1), L.add(1, e));
};

export const sigmoidShort: Function1 = (L, x) => L.select(isNaN(L, x), x, logisticShort(L, x));

export const siluShort: Function1 = (L, x) => L.select(isNaN(L, x), x, L.mul(L.max(x, -200), logisticShort(L, x)));

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|). */
export const softplus: Function1 = (L, x) => L.add(L.max(x, 0), log1p(L, exp(L, L.neg(L.abs(x)))));

/** log(1 / (1 + e^-x)). */
export const logSigmoid: Function1 = (L, x) => L.neg(softplus(L, L.neg(x)));
