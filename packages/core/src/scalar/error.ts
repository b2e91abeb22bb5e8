import { expParts } from "./exponential.ts";
import type { Lane, Mask, Value } from "./lane.ts";
import { clamp, exactProduct, type Function1, isNaN, odd, scale, upper } from "./part.ts";

/* The error function and the normal distribution. */

/*
 * The coefficients are those of FreeBSD's s_erf.c:
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc.
 * business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice
 * is preserved.
 */
const pieces = {
  /** erf u = u + u P(u^2) / Q(u^2) for u < 0.84375. */
  near: {
    p: [
      1.28379167095512558561e-1, -3.2504210724700149937e-1, -2.84817495755985104766e-2, -5.77027029648944159157e-3,
      -2.37630166566501626084e-5,
    ],
    q: [
      1, 3.97917223959155352819e-1, 6.50222499887672944485e-2, 5.08130628187576562776e-3, 1.32494738004321644526e-4,
      -3.9602282787753681232e-6,
    ],
  },
  /** erf u = c + P(u - 1) / Q(u - 1) for u < 1.25. */
  middle: {
    p: [
      -2.36211856075265944077e-3, 4.14856118683748331666e-1, -3.72207876035701323847e-1, 3.18346619901161753674e-1,
      -1.10894694282396677476e-1, 3.54783043256182359371e-2, -2.166375594868790843e-3,
    ],
    q: [
      1, 1.06420880400844228286e-1, 5.40397917702171048937e-1, 7.18286544141962662868e-2, 1.26171219808761642112e-1,
      1.36370839120290507362e-2, 1.1984499846799107417e-2,
    ],
  },
  /** erfc u = exp(-u^2 - 0.5625 + P(1/u^2) / Q(1/u^2)) / u for u < 1/0.35. */
  far: {
    p: [
      -9.86494403484714822705e-3, -6.93858572707181764372e-1, -1.05586262253232909814e1, -6.23753324503260060396e1,
      -1.62396669462573470355e2, -1.84605092906711035994e2, -8.12874355063065934246e1, -9.81432934416914548592,
    ],
    q: [
      1, 1.96512716674392571292e1, 1.376577541435190426e2, 4.34565877475229228821e2, 6.45387271733267880336e2,
      4.29008140027567833386e2, 1.08635005541779435134e2, 6.57024977031928170135, -6.04244152148580987438e-2,
    ],
  },
  /** The same for u < 28. */
  farther: {
    p: [
      -9.86494292470009928597e-3, -7.99283237680523006574e-1, -1.77579549177547519889e1, -1.60636384855821916062e2,
      -6.37566443368389627722e2, -1.02509513161107724954e3, -4.83519191608651397019e2,
    ],
    q: [
      1, 3.03380607434824582924e1, 3.25792512996573918826e2, 1.53672958608443695994e3, 3.19985821950859553908e3,
      2.55305040643316442583e3, 4.74528541206955367215e2, -2.24409524465858183362e1,
    ],
  },
} as const;

/** The constant c of the middle piece. */
const middle = 8.45062911510467529297e-1;

interface Pieces {
  readonly isNear: Mask;
  readonly isMiddle: Mask;
  /** The quotient P / Q of the piece. */
  readonly ratio: Value;
  /** exp(-u^2) = power 2^k up to the middle; beyond it, erfc u = power / u 2^k. */
  readonly power: Value;
  readonly error: Value;
  readonly k: Value;
}

/** The piece of u, and -u^2 = first + second, of which the first is of few bits. */
const piecesOf = (L: Lane, u: Value, first: Value, second: Value): Pieces => {
  const isNear = L.less(u, 0.84375);
  const isMiddle = L.less(u, 1.25);
  const isFar = L.less(u, 2.857142857142857);
  const bounded = L.select(isMiddle, 1.25, u);
  const inverse = L.div(1, L.mul(bounded, bounded));
  const z = L.select(isNear, L.mul(u, u), L.select(isMiddle, L.sub(u, 1), inverse));
  const horner = (part: "p" | "q", degree: number): Value => {
    const coefficient = (i: number): Value => {
      const [near, mid, far, farther] = [pieces.near, pieces.middle, pieces.far, pieces.farther].map(
        (piece) => piece[part][i] ?? 0,
      );
      return L.select(isNear, near ?? 0, L.select(isMiddle, mid ?? 0, L.select(isFar, far ?? 0, farther ?? 0)));
    };
    let sum = coefficient(degree);
    for (let i = degree - 1; i >= 0; i--) sum = L.add(L.mul(z, sum), coefficient(i));
    return sum;
  };
  const ratio = L.div(horner("p", 7), horner("q", 8));
  const a = expParts(L, L.sub(first, L.select(isMiddle, 0, 0.5625)));
  const b = expParts(L, L.add(second, L.select(isMiddle, 0, ratio)));
  const error = L.add(L.mul(a.error, b.y), L.mul(a.y, b.error));
  return { isNear, isMiddle, ratio, power: L.mul(a.y, b.y), error, k: L.add(a.k, b.k) };
};

/** From |x| = 6 on, 1 is the nearest number. */
export const erf: Function1 = (L, x) => {
  const u = clamp(L, L.abs(x), 0, 6);
  const top = upper(L, u);
  const parts = piecesOf(L, u, L.neg(L.mul(top, top)), L.mul(L.sub(top, u), L.add(top, u)));
  const { isNear, isMiddle, ratio, power, k } = parts;
  const far = L.sub(1, L.mul(L.div(power, L.select(isMiddle, 1.25, u)), L.pow2(k)));
  const value = L.select(isNear, L.add(u, L.mul(u, ratio)), L.select(isMiddle, L.add(middle, ratio), far));
  return odd(L, x, value);
};

/**
 * The normal distribution function as value 2^k: erfc(-x/√2) / 2, where x^2 / 2 is exact in the exponent. What the
 * rounding of x/√2 does is made good by erfc' = -2/√π exp(-u^2), or beyond the middle in the factor 1/u.
 */
const normalParts = (L: Lane, x: Value) => {
  const size = clamp(L, L.abs(x), 0, 39);
  const top = upper(L, size);
  const { high: u, low } = exactProduct(L, size, L.add(0, Math.SQRT1_2));
  const lost = L.sub(low, L.mul(size, 4.833646656726457e-17));
  const first = L.mul(-0.5, L.mul(top, top));
  const second = L.mul(0.5, L.mul(L.sub(top, size), L.add(top, size)));
  const { isNear, isMiddle, ratio, power, error, k } = piecesOf(L, u, first, second);
  const negative = L.less(x, 0);
  const change = L.mul(
    L.mul(L.select(isMiddle, power, 0), L.pow2(L.select(isMiddle, k, 0))),
    L.mul(lost, 1.1283791670955126),
  );
  const erfRest = L.add(L.mul(u, ratio), L.select(isNear, change, 0));
  const nearNegative = L.sub(0.5, L.add(erfRest, L.sub(u, 0.5)));
  const near = L.select(negative, nearNegative, L.add(1, L.add(u, erfRest)));
  const beyond = L.add(ratio, change);
  const mid = L.select(negative, L.sub(1 - middle, beyond), L.add(1 + middle, beyond));
  const close = L.select(isNear, near, mid);
  const ofTail = L.div(power, u);
  const tail = L.add(ofTail, L.div(L.sub(error, L.mul(ofTail, lost)), u));
  const upperTail = L.sub(2, L.mul(tail, L.pow2(L.select(L.less(k, -100), -100, k))));
  const isTail = L.and(negative, L.not(isMiddle));
  const value = L.select(isMiddle, close, L.select(negative, tail, upperTail));
  return { value, k: L.sub(L.select(isTail, k, 0), 1) };
};

/** Φ(x), the share of the standard normal distribution below x. */
export const normalCdf: Function1 = (L, x) => {
  const { value, k } = normalParts(L, x);
  return L.select(isNaN(L, x), x, scale(L, value, k));
};

/** x Φ(x), rounded once where it is subnormal; -0 far below. */
export const gelu: Function1 = (L, x) => {
  const { value, k } = normalParts(L, x);
  return L.select(isNaN(L, x), x, scale(L, L.mul(L.max(x, -100), value), k));
};
