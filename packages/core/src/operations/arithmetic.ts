import type { Binary } from "../static/broadcast.ts";
import { along, over } from "./along.ts";
import { equal } from "./compare.ts";
import { binary } from "./family/binary.ts";
import { exact } from "./family/rule.ts";
import { unary } from "./family/unary.ts";
import { where } from "./where.ts";

const anywhere = [-3, 3] as const;
const positive = [0.2, 4] as const;

/**
 * a - b, broadcast.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, sub, toNested } from "gradfold";
 * toNested(sub(array([1, 2]), array([3, 5]))); // => [ -2, -3 ]
 */
export const sub = binary({
  name: "sub",
  meaning: (L, a, b) => L.sub(a, b),
  derivatives: [(t) => t, (t) => neg(t)],
  domain: [anywhere, anywhere],
  dtypes: exact,
});

/**
 * a b at every place, broadcast. The matrix product is `matmul`.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, mul, toNested } from "gradfold";
 * toNested(mul(array([1, 2]), 3)); // => [ 3, 6 ]
 */
export const mul: Binary<"mul"> = binary({
  name: "mul",
  meaning: (L, a, b) => L.mul(a, b),
  derivatives: [(t, _, b) => mul(t, b), (t, a) => mul(t, a)],
  domain: [anywhere, anywhere],
  dtypes: exact,
});

/**
 * a / b at every place, broadcast and correctly rounded; integers divide as float64.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, div, toNested } from "gradfold";
 * toNested(div(array([1, 2]), 4)); // => [ 0.25, 0.5 ]
 */
export const div: Binary<"div"> = binary({
  name: "div",
  meaning: (L, a, b) => L.div(a, b),
  derivatives: [(t, _, b) => over(t, b), (t, _, b, y) => neg(over(along(t, y), b))],
  domain: [anywhere, positive],
});

/**
 * -x at every place.
 *
 * @example
 * import { array, neg, toNested } from "gradfold";
 * toNested(neg(array([1, -2]))); // => [ -1, 2 ]
 */
export const neg = unary({
  name: "neg",
  meaning: (L, x) => L.neg(x),
  derivative: (t) => neg(t),
  domain: [anywhere],
  dtypes: exact,
});

/**
 * |x| at every place; its derivative at 0 is 0.
 *
 * @example
 * import { abs, array, toNested } from "gradfold";
 * toNested(abs(array([1, -2]))); // => [ 1, 2 ]
 */
export const abs = unary({
  name: "abs",
  meaning: (L, x) => L.abs(x),
  derivative: (t, x) => where(equal(x, 0), 0, mul(t, sign(x))),
  domain: [positive],
  dtypes: exact,
});

/**
 * -1, 0 or 1 at every place, by the sign of x; NaN stays NaN.
 *
 * @example
 * import { array, sign, toNested } from "gradfold";
 * toNested(sign(array([-2, 0, 3]))); // => [ -1, 0, 1 ]
 */
export const sign = unary({
  name: "sign",
  meaning: (L, x) => L.select(L.less(0, x), 1, L.select(L.less(x, 0), -1, x)),
  derivative: () => null,
  domain: [positive],
  dtypes: exact,
});

/**
 * x x at every place.
 *
 * @example
 * import { array, square, toNested } from "gradfold";
 * toNested(square(array([1, -2]))); // => [ 1, 4 ]
 */
export const square = unary({
  name: "square",
  meaning: (L, x) => L.mul(x, x),
  derivative: (t, x) => mul(mul(2, t), x),
  domain: [anywhere],
  dtypes: exact,
});
