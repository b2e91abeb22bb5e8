import { expTail } from "./exponential.ts";
import type { Lane, Value } from "./lane.ts";
import { clamp, exactProduct, type Function1, type Function2, nearest, polynomial, scale, upper } from "./part.ts";

/** 1/√x, with the rounding errors of the root and of the quotient fed back. */
export const rsqrt: Function1 = (L, x) => {
  // The square of the root would lose its lower part, or overflow.
  const small = L.less(x, 2 ** -800);
  const large = L.less(2 ** 800, x);
  const moved = L.mul(x, L.select(small, 2 ** 200, L.select(large, 2 ** -200, 1)));
  const s = L.sqrt(moved);
  const y = L.div(1, s);
  const squared = exactProduct(L, s, s);
  const one = exactProduct(L, y, s);
  const ofRoot = L.mul(L.mul(L.mul(0.5, L.sub(L.sub(moved, squared.high), squared.low)), y), y);
  const ofQuotient = L.sub(L.sub(1, one.high), one.low);
  const better = L.add(y, L.mul(y, L.sub(ofQuotient, ofRoot)));
  const regular = L.mul(better, L.select(small, 2 ** 100, L.select(large, 2 ** -100, 1)));
  const isRegular = L.and(L.less(0, x), L.less(x, Infinity));
  return L.select(isRegular, regular, L.div(1, L.sqrt(x)));
};

/*
 * The coefficients and the parts of constants are those of FreeBSD's e_pow.c:
 * Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify, and distribute this
 * software is freely granted, provided that this notice is preserved.
 */
const logSeries = [
  5.99999999999994648725e-1, 4.28571428578550184252e-1, 3.33333329818377432918e-1, 2.72728123808534006489e-1,
  2.30660745775561754067e-1, 2.06975017800338417784e-1,
] as const;
/** 2 / (3 ln 2) and its two parts. */
const cp = 9.61796693925975554329e-1;
const cpHigh = 9.61796700954437255859e-1;
const cpLow = -7.02846165095275826516e-9;
/** log2 1.5 in two parts. */
const log2OneAndHalfHigh = 5.84962487220764160156e-1;
const log2OneAndHalfLow = 1.35003920212974897128e-8;
const ln2 = 6.93147180559945286227e-1;
const ln2High = 6.93147182464599609375e-1;
const ln2Low = -1.90465429995776804525e-9;

/** log2 of a positive number in two parts, the first of 21 bits: its series is in (m - c) / (m + c), c = 1 or 3/2. */
const log2 = (L: Lane, size: Value) => {
  const subnormal = L.less(size, 2.2250738585072014e-308);
  const normal = L.select(subnormal, L.mul(size, 2 ** 54), size);
  const half = L.mantissa(normal);
  // From [√½, √2) to [√¾, √3).
  const isLow = L.less(half, 0.8660254037844386);
  const m = L.select(isLow, L.mul(2, half), half);
  const n = L.sub(L.sub(L.exponent(normal), L.select(subnormal, 54, 0)), L.select(isLow, 1, 0));
  const isHigh = L.less(1.224744871391589, m);
  const centre = L.select(isHigh, 1.5, 1);
  const logHigh = L.select(isHigh, log2OneAndHalfHigh, 0);
  const logLow = L.select(isHigh, log2OneAndHalfLow, 0);
  // s = (m - centre) / (m + centre) in two parts
  const u = L.sub(m, centre);
  const sum = L.add(m, centre);
  const v = L.div(1, sum);
  const s = L.mul(u, v);
  const sHigh = upper(L, s);
  const sumHigh = upper(L, sum);
  const sumLow = L.sub(m, L.sub(sumHigh, centre));
  const sLow = L.mul(v, L.sub(L.sub(u, L.mul(sHigh, sumHigh)), L.mul(sHigh, sumLow)));
  // 3 + s^2 + …, in two parts, times s
  const s2 = L.mul(s, s);
  const series = L.mul(L.mul(s2, s2), polynomial(L, s2, logSeries));
  const r = L.add(series, L.mul(sLow, L.add(sHigh, s)));
  const square = L.mul(sHigh, sHigh);
  const t = upper(L, L.add(L.add(3, square), r));
  const tLow = L.sub(r, L.sub(L.sub(t, 3), square));
  const a = L.mul(sHigh, t);
  const b = L.add(L.mul(sLow, t), L.mul(tLow, s));
  const p = upper(L, L.add(a, b));
  const pLow = L.sub(b, L.sub(p, a));
  const zHigh = L.mul(cpHigh, p);
  const zLow = L.add(L.add(L.mul(cpLow, p), L.mul(pLow, cp)), logLow);
  const high = upper(L, L.add(L.add(L.add(zHigh, zLow), logHigh), n));
  return { high, low: L.sub(zLow, L.sub(L.sub(L.sub(high, n), logHigh), zHigh)) };
};

/** 2^(high + low) where high + low is from -1080 to 1025. */
const power2 = (L: Lane, high: Value, low: Value): Value => {
  const k = nearest(L, L.add(low, high));
  const rest = L.sub(high, k);
  const t = upper(L, L.add(low, rest));
  const u = L.mul(t, ln2High);
  const v = L.add(L.mul(L.sub(low, L.sub(t, rest)), ln2), L.mul(t, ln2Low));
  const z = L.add(u, v);
  const w = L.sub(v, L.sub(z, u));
  const q = L.mul(L.mul(z, z), polynomial(L, z, expTail));
  return scale(L, L.add(1, L.add(z, L.add(q, L.add(w, L.mul(z, w))))), k);
};

/** x^y = 2^(y log2 |x|), log2 and product in two parts. */
export const pow: Function2 = (L, x, y) => {
  const size = L.abs(x);
  const bounded = clamp(L, y, -1e20, 1e20);
  const { high, low } = log2(L, size);
  const yHigh = upper(L, bounded);
  const productHigh = L.mul(yHigh, high);
  const productLow = L.add(L.mul(L.sub(bounded, yHigh), high), L.mul(bounded, low));
  const exponent = L.add(productLow, productHigh);
  const over = L.lessEqual(1025, exponent);
  const isRegular = L.and(L.lessEqual(-1080, exponent), L.not(over));
  const regular = power2(L, L.select(isRegular, productHigh, 0), L.select(isRegular, productLow, 0));
  const ofSize = L.select(isRegular, regular, L.select(over, Infinity, 0));
  return powSpecial(L, x, y, size, ofSize);
};

/** The special values of IEEE 754 (as in C and NumPy): 1 to any power and any x^0 are 1, NaN or not. */
const powSpecial = (L: Lane, x: Value, y: Value, size: Value, ofSize: Value): Value => {
  const negativeY = L.less(y, 0);
  const isWhole = L.equal(L.floor(y), y);
  const half = L.mul(y, 0.5);
  const isOdd = L.and(isWhole, L.and(L.notEqual(L.floor(half), half), L.less(L.abs(y), 2 ** 53)));
  const negative = L.less(x, 0);
  const atZero = L.select(L.equal(size, 0), L.select(negativeY, Infinity, 0), ofSize);
  const atInfinity = L.select(L.equal(size, Infinity), L.select(negativeY, 0, Infinity), atZero);
  const atOne = L.select(L.equal(size, 1), 1, atInfinity);
  const isSigned = L.and(L.or(negative, L.less(L.div(1, x), 0)), isOdd);
  const signed = L.select(isSigned, L.neg(atOne), atOne);
  const isReal = L.or(L.not(negative), L.or(isWhole, L.equal(size, Infinity)));
  const isNumber = L.and(L.equal(x, x), L.equal(y, y));
  const value = L.select(L.and(isReal, isNumber), signed, NaN);
  return L.select(L.or(L.equal(y, 0), L.equal(x, 1)), 1, value);
};
