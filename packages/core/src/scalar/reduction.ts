import type { Lane, Value } from "./lane.ts";
import { exactProduct, exactSum, nearest, type Pair } from "./part.ts";

/* The argument of a sine, less a multiple of π/2. */

/** x = n π/2 + (high + low), |high| at most about π/4. */
export interface Reduced extends Pair {
  readonly n: Value;
}

const twoOverPi = 0.6366197723675814;

/** Where the two ways meet: the products of n and the parts of π/2 are exact below. */
export const large = 823549;

/** For |x| below `large`: π/2 in three parts of 33 bits and a tail (Cody and Waite). */
export const reduce = (L: Lane, x: Value): Reduced => {
  const n = nearest(L, L.mul(x, twoOverPi));
  const first = L.sub(x, L.mul(n, 1.5707963267341256));
  const second = exactSum(L, first, L.mul(n, -6.077100506303966e-11));
  const third = exactSum(L, second.high, L.mul(n, -2.0222662487111665e-21));
  const rest = L.sub(L.add(second.low, third.low), L.mul(n, 8.4784276603689e-32));
  const high = L.add(third.high, rest);
  return { n, high, low: L.add(L.sub(third.high, high), rest) };
};

/** 2/π in digits of base 2^26 from -2^25 to 2^25, the first of weight 2^-26. */
const digits = [
  42722830, -18553791, 21659402, -11021835, 13858563, 28715354, -28372764, 4324945, 26128251, -4434405, 29957007,
  -29209133, -8382171, -17915747, 6588224, -31593699, -20666723, -1144797, 24988591, -12286742, -26099557, -12191772,
  5137526, -29785261, 15192690, 4585660, -8500721, -14681960, -34794, 25231091, -3906857, -32871137, 28629499, 15891633,
  -26356782, -29399394, 25143478, -11371604, 33225084, 24853767, 15195689, 19476135, -16853012, 18845021, 2185229,
];

/** The `count` entries from place `at` on, chosen by the bits of `at` from the highest down. */
const window = (L: Lane, entries: readonly number[], at: Value, count: number): readonly (Value | number)[] => {
  let rest = at;
  let kept: readonly (Value | number)[] = entries;
  for (const step of [32, 16, 8, 4, 2, 1]) {
    const isFar = L.lessEqual(step, rest);
    rest = L.sub(rest, L.select(isFar, step, 0));
    kept = kept.slice(0, count + step - 1).map((near, i) => {
      const far = kept[i + step];
      return far === undefined ? near : L.select(isFar, far, near);
    });
  }
  return kept.slice(0, count);
};

const base = 2 ** 26;

/**
 * For larger |x|: three digits of x times those nine of 2/π that make neither multiples of 4 nor less than 2^-130 (Payne
 * and Hanek, "Radian reduction for trigonometric functions", 1983).
 */
export const reduceLarge = (L: Lane, x: Value): Reduced => {
  const size = L.abs(x);
  const k = L.sub(L.exponent(size), 53);
  const place = L.floor(L.mul(k, 1 / 26));
  // |x| = (a0 + a1 2^26 + a2 2^52) 2^(26 place)
  const whole = L.mul(L.mul(L.mantissa(size), 2 ** 53), L.pow2(L.sub(k, L.mul(26, place))));
  const above0 = nearest(L, L.mul(whole, 1 / base));
  const a0 = L.sub(whole, L.mul(above0, base));
  const a2 = nearest(L, L.mul(above0, 1 / base));
  const a1 = L.sub(above0, L.mul(a2, base));
  // The least place is -2, and three digits of weight 1 and more stand before the first.
  const c = window(L, [0, 0, 0, ...digits], L.add(place, 2), 9);
  const products = Array.from({ length: 7 }, (_, i) => {
    const [c0 = 0, c1 = 0, c2 = 0] = c.slice(i, i + 3);
    return L.add(L.add(L.mul(a0, c0), L.mul(a1, c1)), L.mul(a2, c2));
  });
  // Digits from -2^25 to 2^25 again, from the lowest up; what is carried into the first is the multiple of π/2.
  let carry: Value | number = 0;
  const fraction = products
    .map((product, i) => ({ product, weight: base ** -i }))
    .toReversed()
    .map(({ product, weight }) => {
      const sum = L.add(product, carry);
      if (weight === 1) return sum;
      carry = nearest(L, L.mul(sum, 1 / base));
      return L.mul(L.sub(sum, L.mul(carry, base)), weight);
    });
  const [f6 = x, f5 = x, f4 = x, f3 = x, f2 = x, f1 = x, n = x] = fraction;
  // Each digit is at most half of the one before it, unless that is 0: nothing is lost but in the last sum.
  const top = L.add(f1, f2);
  const middle = L.add(f3, f4);
  const f = L.add(top, middle);
  const rest = L.add(L.sub(middle, L.sub(f, top)), L.add(f5, f6));
  // (f + rest) π/2
  const product = exactProduct(L, f, L.add(0, 1.5707963267948966));
  const lower = L.add(product.low, L.add(L.mul(f, 6.123233995736766e-17), L.mul(rest, 1.5707963267948966)));
  const high = L.add(product.high, lower);
  const low = L.add(L.sub(product.high, high), lower);
  const signed = (value: Value): Value => L.select(L.less(x, 0), L.neg(value), value);
  return { n: signed(n), high: signed(high), low: signed(low) };
};
