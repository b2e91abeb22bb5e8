import type { Lane, Mask, ScalarLane, Value } from "./lane.ts";

/* What scalar functions have in common: polynomials, rounding, and sums and products with their rounding errors. */

export type Function1 = (L: ScalarLane, x: Value) => Value;
export type Function2 = (L: ScalarLane, a: Value, b: Value) => Value;

/** A number as the sum of two, the second too small to change the first. */
export interface Pair {
  readonly high: Value;
  readonly low: Value;
}

/** Horner's rule from the highest coefficient down; one that is 1 costs no product. */
export const polynomial = (L: Lane, z: Value, coefficients: readonly [...number[], number, number]): Value => {
  const [last = 0, previous = 0, ...rest] = coefficients.toReversed();
  return rest.reduce((sum, c) => L.add(L.mul(z, sum), c), L.add(last === 1 ? z : L.mul(z, last), previous));
};

/** The nearest whole number, ties to even, for |x| < 2^51: JavaScript has no such function, two additions have. */
export const nearest = (L: Lane, x: Value): Value => L.sub(L.add(x, 6755399441055744), 6755399441055744);

/** Keeps a number between bounds, and NaN as it is. */
export const clamp = (L: Lane, x: Value, low: number, high: number): Value => L.pmin(L.pmax(x, low), high);

export const isNaN = (L: Lane, x: Value): Mask => L.notEqual(x, x);

/** The result for |x| with the sign of x; zeros and NaN stay what they are. */
export const odd = (L: Lane, x: Value, ofMagnitude: Value): Value =>
  L.select(L.or(isNaN(L, x), L.equal(x, 0)), x, L.select(L.less(x, 0), L.neg(ofMagnitude), ofMagnitude));

/** y 2^k in two factors, so that a subnormal or overflowing result is rounded once. */
export const scale = (L: Lane, y: Value, k: Value): Value => {
  const half = L.floor(L.mul(k, 0.5));
  return L.mul(L.mul(y, L.pow2(half)), L.pow2(L.sub(k, half)));
};

/** The upper 21 bits of x, by arithmetic alone (Veltkamp): products of two such numbers are exact. */
export const upper = (L: Lane, x: Value): Value => {
  const c = L.mul(x, 2 ** 32 + 1);
  return L.sub(c, L.sub(c, x));
};

/** a + b with its rounding error (Knuth). */
export const exactSum = (L: Lane, a: Value | number, b: Value): Pair => {
  const high = L.add(a, b);
  const ofB = L.sub(high, a);
  return { high, low: L.add(L.sub(a, L.sub(high, ofB)), L.sub(b, ofB)) };
};

/** a b with its rounding error (Dekker), for factors that neither overflow when split nor make subnormal products. */
export const exactProduct = (L: Lane, a: Value, b: Value): Pair => {
  const halves = (x: Value) => {
    const c = L.mul(x, 2 ** 27 + 1);
    const high = L.sub(c, L.sub(c, x));
    return [high, L.sub(x, high)] as const;
  };
  const [ah, al] = halves(a);
  const [bh, bl] = halves(b);
  const high = L.mul(a, b);
  const cross = L.add(L.add(L.sub(L.mul(ah, bh), high), L.mul(ah, bl)), L.mul(al, bh));
  return { high, low: L.add(cross, L.mul(al, bl)) };
};
