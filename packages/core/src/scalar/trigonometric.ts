import type { Lane, Value } from "./lane.ts";
import { exactProduct, type Function1, nearest, type Pair, polynomial } from "./part.ts";
import { large, reduce, type Reduced, reduceLarge } from "./reduction.ts";

/*
 * The coefficients of sine and cosine between -π/4 and π/4 are those of FreeBSD's k_sin.c and k_cos.c:
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun Microsystems, Inc.
 * business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice
 * is preserved.
 */
const sineFirst = -1.66666666666666324348e-1;
const sineRest = [
  8.33333333332248946124e-3, -1.98412698298579493134e-4, 2.75573137070700676789e-6, -2.50507602534068634195e-8,
  1.58969099521155010221e-10,
] as const;
const cosineRest = [
  4.16666666666666019037e-2, -1.38888888888741095749e-3, 2.48015872894767294178e-5, -2.75573143513906633035e-7,
  2.0875723212981748279e-9, -1.13596475577881948265e-11,
] as const;

/** sin(high + low), by the sum of two parts. */
const sineParts = (L: Lane, { high, low }: Pair): Pair => {
  const z = L.mul(high, high);
  const cube = L.mul(z, high);
  const r = polynomial(L, z, sineRest);
  const most = L.sub(L.mul(z, L.sub(L.mul(0.5, low), L.mul(cube, r))), low);
  return { high, low: L.neg(L.sub(most, L.mul(cube, sineFirst))) };
};

/** cos(high + low), by the sum of two parts. */
const cosineParts = (L: Lane, { high, low }: Pair): Pair => {
  const z = L.mul(high, high);
  const r = L.mul(z, polynomial(L, z, cosineRest));
  const half = L.mul(0.5, z);
  const w = L.sub(1, half);
  return { high: w, low: L.add(L.sub(L.sub(1, w), half), L.sub(L.mul(z, r), L.mul(high, low))) };
};

/** n mod 4, of which quarter turn an angle is. */
const quarter = (L: Lane, n: Value): Value => L.sub(n, L.mul(4, L.floor(L.mul(n, 0.25))));

const isOdd = (L: Lane, q: Value) => L.or(L.equal(q, 1), L.equal(q, 3));

const sum = (L: Lane, { high, low }: Pair): Value => L.add(high, low);

/** The sine after a whole number of quarter turns. */
const turned =
  (turns: 0 | 1) =>
  (L: Lane, reduced: Reduced): Value => {
    const q = quarter(L, turns === 0 ? reduced.n : L.add(reduced.n, turns));
    const value = L.select(isOdd(L, q), sum(L, cosineParts(L, reduced)), sum(L, sineParts(L, reduced)));
    return L.select(L.lessEqual(2, q), L.neg(value), value);
  };

/** A function of the reduced argument; the costly reduction is only made where it is needed. */
const ofAngle =
  (f: (L: Lane, reduced: Reduced) => Value, isOddFunction: boolean, short = f): Function1 =>
  (L, x) => {
    const size = L.abs(x);
    const isLarge = L.and(L.lessEqual(large, size), L.less(size, Infinity));
    const usual = short(L, (short === f ? reduce : reduceShort)(L, x));
    const value = L.rarely(isLarge, usual, x, (M, y) => f(M, reduceLarge(M, y)));
    return isOddFunction ? L.select(L.equal(x, 0), x, value) : value;
  };

/** For float32: π/2 in two parts. */
const reduceShort = (L: Lane, x: Value): Reduced => {
  const n = nearest(L, L.mul(x, 0.6366197723675814));
  const high = L.sub(L.sub(x, L.mul(n, 1.5707963267341256)), L.mul(n, 6.077100506506192e-11));
  return { n, high, low: high };
};

/** The same as `turned` for float32, without the lower part: Remez, 2^-37 and 2^-44. */
const turnedShort =
  (turns: 0 | 1) =>
  (L: Lane, { n, high }: Reduced): Value => {
    const z = L.mul(high, high);
    const q = quarter(L, turns === 0 ? n : L.add(n, turns));
    const s = polynomial(
      L,
      z,
      [-0.16666666641606293, 0.008333329383491435, -0.00019839334054090203, 2.718303965672374e-6],
    );
    const c = polynomial(
      L,
      z,
      [-0.499999999995447, 0.04166666656200218, -0.0013888881074427578, 2.4799040096286193e-5, -2.718003046593611e-7],
    );
    const value = L.select(isOdd(L, q), L.add(1, L.mul(z, c)), L.add(high, L.mul(L.mul(high, z), s)));
    return L.select(L.lessEqual(2, q), L.neg(value), value);
  };

export const sin = ofAngle(turned(0), true);
export const cos = ofAngle(turned(1), false);
export const sinShort = ofAngle(turned(0), true, turnedShort(0));
export const cosShort = ofAngle(turned(1), false, turnedShort(1));

/** sin/cos, or -cos/sin after an odd number of quarter turns, with the error of the quotient fed back. */
const quotient = (L: Lane, reduced: Reduced): Value => {
  const normal = (pair: Pair): Pair => {
    const high = sum(L, pair);
    return { high, low: L.add(L.sub(pair.high, high), pair.low) };
  };
  const s = normal(sineParts(L, reduced));
  const c = normal(cosineParts(L, reduced));
  const odd = isOdd(L, quarter(L, reduced.n));
  const top = { high: L.select(odd, L.neg(c.high), s.high), low: L.select(odd, L.neg(c.low), s.low) };
  const bottom = { high: L.select(odd, s.high, c.high), low: L.select(odd, s.low, c.low) };
  const q = L.div(top.high, bottom.high);
  const product = exactProduct(L, q, bottom.high);
  const left = L.sub(L.add(L.sub(L.sub(top.high, product.high), product.low), top.low), L.mul(q, bottom.low));
  return L.add(q, L.div(left, bottom.high));
};

export const tan = ofAngle(quotient, true);
