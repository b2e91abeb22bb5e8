import { div, mul, neg, sub } from "./arithmetic.ts";
import { binary } from "./family/binary.ts";
import { exact } from "./family/rule.ts";
import { unary } from "./family/unary.ts";

/* Whole numbers near a number, and what is left. Their derivatives are zero, or those of a straight line. */

const betweenWholeNumbers = [1.2, 1.8] as const;

/**
 * The greatest whole number that is not above x, at every place; integers stay integers.
 *
 * @example
 * import { array, floor, toNested } from "gradfold";
 * toNested(floor(array([1.5, -1.5]))); // => [ 1, -2 ]
 */
export const floor = unary({
  name: "floor",
  meaning: (L, x) => L.floor(x),
  derivative: () => null,
  domain: [betweenWholeNumbers],
  dtypes: exact,
});

/**
 * The least whole number that is not below x, at every place; integers stay integers.
 *
 * @example
 * import { array, ceil, toNested } from "gradfold";
 * toNested(ceil(array([1.5, -1.5]))); // => [ 2, -1 ]
 */
export const ceil = unary({
  name: "ceil",
  meaning: (L, x) => L.neg(L.floor(L.neg(x))),
  derivative: () => null,
  domain: [betweenWholeNumbers],
  dtypes: exact,
});

/**
 * The nearest whole number at every place, of two the even one, as in NumPy; integers stay integers.
 *
 * @example
 * import { array, round, toNested } from "gradfold";
 * toNested(round(array([0.5, 1.5, 2.5, -0.7]))); // => [ 0, 2, 2, -1 ]
 */
export const round = unary({
  name: "round",
  meaning: (L, x) => {
    const size = L.abs(x);
    const near = L.sub(L.add(size, 2 ** 52), 2 ** 52);
    const signed = L.select(L.less(x, 0), L.neg(near), near);
    return L.select(L.and(L.less(size, 2 ** 52), L.less(0, size)), signed, x);
  },
  derivative: () => null,
  domain: [[1.7, 2.1]],
  dtypes: exact,
});

/**
 * a - b ⌊a/b⌋ at every place, broadcast: what is left of a, with the sign of the divisor b, as in NumPy and Python. It
 * is exact but where the rest of another sign is added to b, which is rounded once. NaN for b = 0, or 0 for integers.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, remainder, toNested } from "gradfold";
 * toNested(remainder(array([7, -7]), array([3, 3]))); // => [ 1, 2 ]
 */
export const remainder = binary({
  name: "remainder",
  meaning: (L, a, b) => {
    const rest = L.rest(a, b);
    const isDown = L.less(b, 0);
    const differ = L.less(L.select(isDown, L.neg(rest), rest), 0);
    return L.select(L.equal(rest, 0), L.select(isDown, -0, 0), L.select(differ, L.add(rest, b), rest));
  },
  derivatives: [(t) => t, (t, a, b, y) => neg(mul(t, round(div(sub(a, y), b))))],
  domain: [
    [1.9, 2.1],
    [1.2, 1.3],
  ],
  dtypes: exact,
});
