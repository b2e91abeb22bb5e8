import { expParts } from "./exponential.ts";
import type { Lane, Value } from "./lane.ts";
import { clamp, type Function1, isNaN, odd, polynomial, scale } from "./part.ts";

/** x P(x^2) / Q(x^2), added to x, is tanh x for |x| < 0.625 (Cephes). */
const tanhP = [-1.61468768441708447952e3, -9.92877231001918586564e1, -9.64399179425052238628e-1] as const;
const tanhQ = [4.84406305325125486048e3, 2.23548839060100448583e3, 1.12811678491632931402e2, 1] as const;

/** tanh x: a rational function near 0, else ±1 ∓ 2 / (e^2|x| + 1) with the denominator's error fed back: 1.03 ulp. */
export const tanh: Function1 = (L, x) => {
  const magnitude = L.abs(x);
  const small = L.less(magnitude, 0.625);
  const negative = L.less(x, 0);
  const z = L.mul(x, x);
  const { y, k, error } = expParts(L, L.select(L.less(22, magnitude), 44, L.add(magnitude, magnitude)));
  const power = L.pow2(k);
  const e = L.mul(y, power);
  const numerator = L.select(small, L.mul(L.mul(x, z), polynomial(L, z, tanhP)), L.select(negative, 2, -2));
  const denominator = L.select(small, polynomial(L, z, tanhQ), L.add(e, 1));
  const q = L.div(numerator, denominator);
  const lost = L.select(small, 0, L.add(L.mul(power, error), L.sub(e, L.sub(denominator, 1))));
  const correction = L.mul(L.mul(q, L.abs(q)), L.mul(-0.5, lost));
  const base = L.select(small, x, L.select(negative, -1, 1));
  return L.select(L.or(isNaN(L, x), L.equal(x, 0)), x, L.add(base, L.add(q, correction)));
};

/**
 * tanh x for float32: x P(x^2) / Q(x^2) is close to t = tanh(x / 2), and tanh x = 2 t / (1 + t^2), which forgives the
 * more of t's error the larger x is, and never exceeds 1: P and Q are fitted with that weight, to 2^-27. Beyond 9.25, where
 * it rounds to ±1, x is held. Checked at every float32: 0.627 ulp, and it never falls.
 */
export const tanhShort: Function1 = (L, x) => {
  const bounded = clamp(L, x, -9.25, 9.25);
  const z = L.mul(bounded, bounded);
  const p = polynomial(L, z, [408980.12539618055, 12170.803663535862, 46.598839986253566]);
  const q = polynomial(L, z, [817960.2569780505, 92504.92006614576, 985.6420363740459, 1]);
  const n = L.mul(bounded, p);
  return L.div(L.mul(L.add(n, n), q), L.add(L.mul(n, n), L.mul(q, q)));
};

/** (e^|x| + sign e^-|x|) / 2, as (y + error + sign 2^-2k / y) 2^(k - 1). */
const halfSum = (L: Lane, x: Value, sign: 1 | -1): Value => {
  const { y, k, error } = expParts(L, clamp(L, L.abs(x), 0, 711));
  const power = L.pow2(L.mul(-2, L.select(L.less(40, k), 40, k)));
  const other = L.div(L.mul(sign, power), y);
  return scale(L, L.add(y, L.add(error, other)), L.sub(k, 1));
};

export const cosh: Function1 = (L, x) => L.select(isNaN(L, x), x, halfSum(L, x, 1));

/** 1/3!, 1/5!, …: (sinh x - x) / x^3 for |x| < 1, in x^2. */
const sinhSeries = [
  0.16666666666666666, 0.008333333333333333, 0.0001984126984126984, 2.7557319223985893e-6, 2.505210838544172e-8,
  1.6059043836821613e-10, 7.647163731819816e-13, 2.8114572543455206e-15,
] as const;

export const sinh: Function1 = (L, x) => {
  const z = L.mul(x, x);
  const near = L.add(x, L.mul(L.mul(x, z), polynomial(L, z, sinhSeries)));
  return L.select(L.less(L.abs(x), 1), near, odd(L, x, halfSum(L, x, -1)));
};
