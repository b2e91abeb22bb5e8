import type { Lane, Mask, Value } from "./lane.ts";

/*
 * Scalar functions that the machine does not give with the same bits everywhere. For each: the float64 function, and a
 * shorter float64 function for float32 arrays, whose result is rounded once. Errors are the largest found over 10^6
 * points, in units of the last place.
 */

type Function1 = (L: Lane, x: Value) => Value;

/** Horner's rule from the highest coefficient down; one that is 1 costs no product. */
const polynomial = (L: Lane, z: Value, coefficients: readonly [...number[], number, number]): Value => {
  const [last = 0, previous = 0, ...rest] = coefficients.toReversed();
  return rest.reduce((sum, c) => L.add(L.mul(z, sum), c), L.add(last === 1 ? z : L.mul(z, last), previous));
};

/** The nearest whole number, ties to even, for |x| < 2^51: JavaScript has no such function, two additions have. */
const nearest = (L: Lane, x: Value): Value => L.sub(L.add(x, 6755399441055744), 6755399441055744);

/** Keeps a number between bounds, and NaN as it is. */
const clamp = (L: Lane, x: Value, low: number, high: number): Value => L.pmin(L.pmax(x, low), high);

const isNaN = (L: Lane, x: Value): Mask => L.notEqual(x, x);

/** y 2^k in two factors, so that a subnormal or overflowing result is rounded once. */
const scale = (L: Lane, y: Value, k: Value): Value => {
  const half = L.floor(L.mul(k, 0.5));
  return L.mul(L.mul(y, L.pow2(half)), L.pow2(L.sub(k, half)));
};

const log2e = 1.4426950408889634;
const ln2 = 0.6931471805599453;
/** ln 2 in two parts (Cody and Waite); the first has 32 bits, so that its product with k is exact. */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/** (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2: Remez, error 2^-64. */
const expTail = [
  0.5, 0.16666666666666682, 0.041666666666666095, 0.008333333333317035, 0.0013888888889115427, 0.0001984126989638054,
  2.4801586926951727e-5, 2.755723486442574e-6, 2.75575816191314e-7, 2.5112036170890887e-8, 2.082668869221173e-9,
] as const;

/** The same to 2^-34. */
const expTailShort = [
  0.5000000067679264, 0.16666665868938876, 0.04166629495221194, 0.008333497062577088, 0.0013944659433775377,
  0.00019790351685360137,
] as const;

/** e^x = y 2^k for x from -746 to 710, with the rounding error of y. */
const expParts = (L: Lane, x: Value): { y: Value; k: Value; error: Value } => {
  const k = nearest(L, L.mul(x, log2e));
  const high = L.sub(x, L.mul(k, ln2High));
  const low = L.mul(k, ln2Low);
  const r = L.sub(high, low);
  const t = L.sub(L.mul(L.mul(r, r), polynomial(L, r, expTail)), low);
  const w = L.add(high, t);
  const y = L.add(1, w);
  return { y, k, error: L.sub(w, L.sub(y, 1)) };
};

/** e^x: 0.84 ulp. */
export const exp: Function1 = (L, x) => {
  const { y, k } = expParts(L, clamp(L, x, -746, 710));
  return L.select(isNaN(L, x), x, scale(L, y, k));
};

/** e^x for float32: 0.501 ulp. */
export const expShort: Function1 = (L, x) => {
  const bounded = clamp(L, x, -110, 100);
  const k = nearest(L, L.mul(bounded, log2e));
  const r = L.sub(bounded, L.mul(k, ln2));
  const t = L.mul(L.mul(r, r), polynomial(L, r, expTailShort));
  return L.select(isNaN(L, x), x, L.mul(L.add(1, L.add(r, t)), L.pow2(k)));
};

/** The logarithm's values where its series does not hold. */
const logSpecial = (L: Lane, x: Value, regular: Value): Value => {
  const itself = L.or(isNaN(L, x), L.equal(x, Infinity));
  return L.select(L.equal(x, 0), -Infinity, L.select(L.less(x, 0), NaN, L.select(itself, x, regular)));
};

/*
 * The series and the two parts of ln 2 are those of FreeBSD's e_log.c:
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc.
 * business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice
 * is preserved.
 */
const logSeries = [
  6.66666666666673513e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
] as const;
const logLn2High = 6.9314718036912381649e-1;
const logLn2Low = 1.90821492927058770002e-10;

/** log x, by 2 artanh(f / (2 + f)): 0.82 ulp. */
export const log: Function1 = (L, x) => {
  const subnormal = L.less(x, 2.2250738585072014e-308);
  const normal = L.select(subnormal, L.mul(x, 2 ** 54), x);
  const f = L.sub(L.mantissa(normal), 1);
  const k = L.sub(L.exponent(normal), L.select(subnormal, 54, 0));
  const s = L.div(f, L.add(2, f));
  const z = L.mul(s, s);
  const r = L.mul(z, polynomial(L, z, logSeries));
  const h = L.mul(L.mul(0.5, f), f);
  const low = L.add(L.mul(s, L.add(h, r)), L.mul(k, logLn2Low));
  return logSpecial(L, x, L.sub(L.mul(k, logLn2High), L.sub(L.sub(h, low), f)));
};

/** log x for float32: 0.5 ulp. */
export const logShort: Function1 = (L, x) => {
  const f = L.sub(L.mantissa(x), 1);
  const s = L.div(f, L.add(2, f));
  const z = L.mul(s, s);
  const series = polynomial(L, z, [0.6666666564127861, 0.400003362216664, 0.2853723820385088, 0.23583570770979242]);
  return logSpecial(L, x, L.add(L.mul(L.exponent(x), ln2), L.mul(s, L.add(2, L.mul(z, series)))));
};

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
