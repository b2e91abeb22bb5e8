import type { Lane, Value } from "./lane.ts";
import { type Function1, isNaN, polynomial } from "./part.ts";

/** The logarithm's values where its series does not hold. */
const special = (L: Lane, x: Value, regular: Value): Value => {
  const itself = L.or(isNaN(L, x), L.equal(x, Infinity));
  return L.select(L.equal(x, 0), -Infinity, L.select(L.less(x, 0), NaN, L.select(itself, x, regular)));
};

/*
 * The series and the two parts of ln 2 are those of FreeBSD's e_log.c:
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc.
 * business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice
 * is preserved.
 */
const coefficients = [
  6.66666666666673513e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
] as const;
const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;

/** k log 2 + log(1 + f), by 2 artanh(f / (2 + f)); a small number may be added to the lower parts. */
const series = (L: Lane, f: Value, k: Value, small?: Value): Value => {
  const s = L.div(f, L.add(2, f));
  const z = L.mul(s, s);
  const r = L.mul(z, polynomial(L, z, coefficients));
  const h = L.mul(L.mul(0.5, f), f);
  const lower = L.mul(k, ln2Low);
  const low = L.add(L.mul(s, L.add(h, r)), small === undefined ? lower : L.add(lower, small));
  return L.sub(L.mul(k, ln2High), L.sub(L.sub(h, low), f));
};

/** log x: 0.85 ulp. */
export const log: Function1 = (L, x) => {
  const subnormal = L.less(x, 2.2250738585072014e-308);
  const normal = L.select(subnormal, L.mul(x, 2 ** 54), x);
  const f = L.sub(L.mantissa(normal), 1);
  const k = L.sub(L.exponent(normal), L.select(subnormal, 54, 0));
  return special(L, x, series(L, f, k));
};

/** log x for float32: 0.501 ulp. */
export const logShort: Function1 = (L, x) => {
  const f = L.sub(L.mantissa(x), 1);
  const s = L.div(f, L.add(2, f));
  const z = L.mul(s, s);
  const p = polynomial(L, z, [0.6666666564127861, 0.400003362216664, 0.2853723820385088, 0.23583570770979242]);
  return special(L, x, L.add(L.mul(L.exponent(x), 0.6931471805599453), L.mul(s, L.add(2, L.mul(z, p)))));
};

/** log(1 + x): the logarithm of the rounded sum, and what the rounding lost. */
export const log1p: Function1 = (L, x) => {
  const sum = L.add(1, x);
  const k = L.exponent(sum);
  const near = L.equal(k, 0);
  const f = L.select(near, x, L.sub(L.mantissa(sum), 1));
  const lost = L.select(L.less(1, x), L.sub(1, L.sub(sum, x)), L.sub(x, L.sub(sum, 1)));
  const small = L.select(L.or(near, L.less(54, k)), 0, L.div(lost, sum));
  const finite = L.select(L.less(x, Infinity), series(L, f, k, small), x);
  const inside = L.select(L.less(-1, x), finite, L.select(L.equal(x, -1), -Infinity, NaN));
  return L.select(L.equal(x, 0), x, inside);
};
