import type { Lane, Value } from "./lane.ts";
import { exactProduct, type Function1, type Function2, isNaN, odd, type Pair, polynomial, upper } from "./part.ts";

/* The inverse trigonometric functions. */

/*
 * The coefficients, and the arctangents in two parts, are those of FreeBSD's e_asin.c and s_atan.c:
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro and SunSoft, Sun Microsystems,
 * Inc. businesses. Permission to use, copy, modify, and distribute this software is freely granted, provided that this
 * notice is preserved.
 */
const arcsineP = [
  1.66666666666666657415e-1, -3.25565818622400915405e-1, 2.01212532134862925881e-1, -4.00555345006794114027e-2,
  7.91534994289814532176e-4, 3.4793310759602116757e-5,
] as const;
const arcsineQ = [
  1, -2.40339491173441421878, 2.02094576023350569471, -6.8828397160545329303e-1, 7.70381505559019352791e-2,
] as const;
const arctangent = [
  3.33333333333329318027e-1, -1.99999999998764832476e-1, 1.42857142725034663711e-1, -1.1111110405462355788e-1,
  9.09088713343650656196e-2, -7.69187620504482999495e-2, 6.66107313738753120669e-2, -5.83357013379057348645e-2,
  4.97687799461593236017e-2, -3.6531572744216915527e-2, 1.62858201153657823623e-2,
] as const;
const halfPi = { high: 1.5707963267948966, low: 6.123233995736766e-17 };

/** (asin s - s) / s for s = √z up to 1/2. */
const arcsineRest = (L: Lane, z: Value): Value =>
  L.div(L.mul(z, polynomial(L, z, arcsineP)), polynomial(L, z, arcsineQ));

/** For |x| > 1/2 both come from asin of √((1 - |x|)/2), whose upper part has an exact square. */
const halfAngle = (L: Lane, x: Value) => {
  const size = L.abs(x);
  const far = L.less(0.5, size);
  const z = L.select(far, L.mul(L.sub(1, size), 0.5), L.mul(x, x));
  const s = L.sqrt(z);
  const top = upper(L, s);
  const low = L.select(L.equal(s, 0), 0, L.div(L.sub(z, L.mul(top, top)), L.add(s, top)));
  return { size, far, s, top, low, rest: arcsineRest(L, z) };
};

export const asin: Function1 = (L, x) => {
  const { size, far, s, top, low, rest } = halfAngle(L, x);
  // π/2 - 2 (top + low + s rest), from the smallest up
  const p = L.sub(L.mul(L.mul(2, s), rest), L.sub(halfPi.low, L.mul(2, low)));
  const quarterPi = halfPi.high / 2;
  const q = L.sub(quarterPi, L.mul(2, top));
  const value = L.select(far, L.sub(quarterPi, L.sub(p, q)), L.add(size, L.mul(size, rest)));
  return odd(L, x, value);
};

export const acos: Function1 = (L, x) => {
  const { far, s, top, low, rest } = halfAngle(L, x);
  const near = L.sub(halfPi.high, L.sub(x, L.sub(halfPi.low, L.mul(x, rest))));
  const product = L.mul(s, rest);
  const positive = L.mul(2, L.add(top, L.add(product, low)));
  const negative = L.sub(2 * halfPi.high, L.mul(2, L.add(s, L.sub(product, halfPi.low))));
  return L.select(far, L.select(L.less(x, 0), negative, positive), near);
};

/** Where the arctangent is expanded: its value there in two parts, and up to which x. */
const centres = [
  { at: 0, high: 0, low: 0, until: 7 / 16 },
  { at: 0.5, high: 4.63647609000806093515e-1, low: 2.26987774529616870924e-17, until: 11 / 16 },
  { at: 1, high: 7.85398163397448278999e-1, low: 3.06161699786838301793e-17, until: 19 / 16 },
  { at: 1.5, high: 9.82793723247329054082e-1, low: 1.39033110312309984516e-17, until: 39 / 16 },
  { at: Infinity, high: 1.570796326794896558, low: 6.12323399573676603587e-17, until: Infinity },
] as const;

/** atan x = atan c + atan t with t = (x - c) / (1 + c x); for c = ∞ that is -1/x. For x from 0 on. */
const arctangentParts = (L: Lane, x: Value): Pair => {
  const nearest = (of: (centre: (typeof centres)[number]) => Value | number): Value | number =>
    centres
      .toReversed()
      .map((centre) => ({ value: of(centre), until: centre.until }))
      .reduce((rest, { value, until }) => ({ value: L.select(L.less(x, until), value, rest.value), until })).value;
  const top = nearest(({ at }) => (at === Infinity ? -1 : at === 0 ? x : L.sub(x, at)));
  const bottom = nearest(({ at }) => (at === Infinity ? x : at === 0 ? 1 : L.add(1, L.mul(at, x))));
  const t = L.div(top, bottom);
  const z = L.mul(t, t);
  const low = L.sub(
    nearest((centre) => centre.low),
    L.mul(t, L.mul(z, polynomial(L, z, arctangent))),
  );
  const high = nearest((centre) => centre.high);
  // Exact but for t, which is added to the lower part: |high| >= |t|, or high is 0.
  const sum = L.add(high, t);
  return { high: sum, low: L.add(L.sub(t, L.sub(sum, high)), low) };
};

export const atan: Function1 = (L, x) => {
  const { high, low } = arctangentParts(L, L.abs(x));
  return odd(L, x, L.add(high, low));
};

/** The angle of (x, y), from that of the smaller coordinate over the larger one, whose rounding error is fed back. */
export const atan2: Function2 = (L, y, x) => {
  const [sizeX, sizeY] = [L.abs(x), L.abs(y)];
  const steep = L.less(sizeX, sizeY);
  const [least, most] = [L.select(steep, sizeX, sizeY), L.select(steep, sizeY, sizeX)];
  const same = L.equal(least, most);
  const q = L.select(same, L.select(L.equal(most, 0), 0, 1), L.div(least, most));
  // In the size of 1, so that nothing overflows; a quotient below 2^-60 needs no correction.
  const normal = L.select(L.less(most, 2 ** -900), 2 ** 200, L.select(L.less(2 ** 900, most), 2 ** -200, 1));
  const power = L.pow2(L.neg(L.exponent(L.select(L.less(most, Infinity), L.mul(most, normal), 1))));
  const down = (value: Value): Value => L.mul(L.mul(value, normal), power);
  const [a, b] = [down(least), down(most)];
  const product = exactProduct(L, q, b);
  const left = L.sub(L.sub(a, product.high), product.low);
  const isPlain = L.and(L.and(L.less(2 ** -60, q), L.less(most, Infinity)), L.notEqual(least, most));
  const error = L.select(isPlain, L.div(left, L.mul(b, L.add(1, L.mul(q, q)))), 0);
  const angle = arctangentParts(L, q);
  const negativeX = L.or(L.less(x, 0), L.less(L.div(1, x), 0));
  // The angle in the first quarter turn and its error, from the axis that is nearer.
  const flips = L.select(negativeX, L.select(steep, 1, -1), L.select(steep, -1, 1));
  const axis = L.select(steep, 1, L.select(negativeX, 2, 0));
  const base = L.mul(axis, halfPi.high);
  const turned = L.mul(flips, angle.high);
  const high = L.add(base, turned);
  const lost = L.sub(turned, L.sub(high, base));
  const low = L.add(lost, L.add(L.mul(axis, halfPi.low), L.mul(flips, L.add(angle.low, error))));
  const tiny = L.and(L.equal(axis, 0), L.less(q, 2 ** -60));
  const size = L.select(tiny, q, L.add(high, low));
  const negativeY = L.or(L.less(y, 0), L.less(L.div(1, y), 0));
  const nothing = L.or(isNaN(L, x), isNaN(L, y));
  return L.select(nothing, NaN, L.select(negativeY, L.neg(size), size));
};
