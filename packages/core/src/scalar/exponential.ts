import type { Lane, Value } from "./lane.ts";
import { clamp, exactSum, type Function1, isNaN, nearest, polynomial, scale } from "./part.ts";

const log2e = 1.4426950408889634;
const ln2 = 0.6931471805599453;
/** ln 2 in two parts (Cody and Waite); the first has 32 bits, so that its product with k is exact. */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/** (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2: Remez, error 2^-64. */
export const expTail = [
  0.5, 0.16666666666666682, 0.041666666666666095, 0.008333333333317035, 0.0013888888889115427, 0.0001984126989638054,
  2.4801586926951727e-5, 2.755723486442574e-6, 2.75575816191314e-7, 2.5112036170890887e-8, 2.082668869221173e-9,
] as const;

/** The same to 2^-34. */
const expTailShort = [
  0.5000000067679264, 0.16666665868938876, 0.04166629495221194, 0.008333497062577088, 0.0013944659433775377,
  0.00019790351685360137,
] as const;

/** e^x = (1 + high + t) 2^k, for x from -746 to 711. */
const expSum = (L: Lane, x: Value) => {
  const k = nearest(L, L.mul(x, log2e));
  const high = L.sub(x, L.mul(k, ln2High));
  const low = L.mul(k, ln2Low);
  const r = L.sub(high, low);
  return { k, high, t: L.sub(L.mul(L.mul(r, r), polynomial(L, r, expTail)), low) };
};

/** e^x = y 2^k for x from -746 to 711, with the rounding error of y. */
export const expParts = (L: Lane, x: Value): { y: Value; k: Value; error: Value } => {
  const { k, high, t } = expSum(L, x);
  const w = L.add(high, t);
  const y = L.add(1, w);
  return { y, k, error: L.sub(w, L.sub(y, 1)) };
};

/** e^x: 0.84 ulp. */
export const exp: Function1 = (L, x) => {
  const { y, k } = expParts(L, clamp(L, x, -746, 710));
  return L.select(isNaN(L, x), x, scale(L, y, k));
};

/** e^x = (1 + p) 2^k, for float32 and x from -746 to 710. */
const expPartsShort = (L: Lane, x: Value) => {
  const k = nearest(L, L.mul(x, log2e));
  const r = L.sub(x, L.mul(k, ln2));
  return { p: L.add(r, L.mul(L.mul(r, r), polynomial(L, r, expTailShort))), power: L.pow2(k) };
};

/** e^x for float32, without its special values and for x from -700 to 700. */
export const expBounded: Function1 = (L, x) => {
  const { p, power } = expPartsShort(L, x);
  return L.mul(L.add(1, p), power);
};

/** e^x for float32: 0.501 ulp. */
export const expShort: Function1 = (L, x) => L.select(isNaN(L, x), x, expBounded(L, clamp(L, x, -110, 100)));

/** e^x - 1 = 2^k ((1 - 2^-k) + high + t), the rounding errors of the first sum kept. */
export const expm1: Function1 = (L, x) => {
  const { k, high, t } = expSum(L, clamp(L, x, -40, 710));
  const inverse = L.pow2(L.neg(L.select(L.less(60, k), 60, k)));
  const a = L.sub(1, inverse);
  const sum = exactSum(L, a, high);
  const y = L.add(sum.high, L.add(t, L.add(sum.low, L.sub(L.sub(1, a), inverse))));
  return L.select(L.or(isNaN(L, x), L.equal(x, 0)), x, scale(L, y, k));
};

/** e^x - 1 for float32. */
export const expm1Short: Function1 = (L, x) => {
  const { p, power } = expPartsShort(L, clamp(L, x, -40, 100));
  return L.select(L.or(isNaN(L, x), L.equal(x, 0)), x, L.add(L.sub(power, 1), L.mul(power, p)));
};
