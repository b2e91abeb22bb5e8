import type { Lane, Mask, Value } from "../scalar/lane.ts";
import { compare } from "./family/compare.ts";
import { truth } from "./family/rule.ts";
import { unary } from "./family/unary.ts";

/* Truths of numbers. Everything but 0 is true, NaN too. */

const isTrue = (L: Lane, x: Value): Mask => L.notEqual(x, 0);

/** A truth about one number. */
const question = (name: string, meaning: (L: Lane, x: Value) => Mask) =>
  unary({
    name,
    meaning: (L, x) => L.truth(meaning(L, x)),
    derivative: () => null,
    domain: [[-3, 3]],
    dtypes: truth,
  });

/**
 * Whether x is NaN, at every place.
 *
 * @example
 * import { array, isNaN, toNested } from "gradfold";
 * toNested(isNaN(array([1, NaN]))); // => [ false, true ]
 */
export const isNaN = question("isNaN", (L, x) => L.notEqual(x, x));

/**
 * Whether x is neither infinite nor NaN, at every place.
 *
 * @example
 * import { array, isFinite, toNested } from "gradfold";
 * toNested(isFinite(array([1, NaN, Infinity]))); // => [ true, false, false ]
 */
export const isFinite = question("isFinite", (L, x) => L.less(L.abs(x), Infinity));

/**
 * Whether x is 0, or false, at every place.
 *
 * @example
 * import { array, logicalNot, toNested } from "gradfold";
 * toNested(logicalNot(array([0, 2]))); // => [ true, false ]
 */
export const logicalNot = question("logicalNot", (L, x) => L.not(isTrue(L, x)));

/**
 * Whether both a and b are true, at every place, broadcast; all numbers but 0 are.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, logicalAnd, toNested } from "gradfold";
 * toNested(logicalAnd(array([true, true]), array([true, false]))); // => [ true, false ]
 */
export const logicalAnd = compare("logicalAnd", (L, a, b) => L.and(isTrue(L, a), isTrue(L, b)));

/**
 * Whether a or b is true, at every place, broadcast; all numbers but 0 are.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, logicalOr, toNested } from "gradfold";
 * toNested(logicalOr(array([true, false]), array([false, false]))); // => [ true, false ]
 */
export const logicalOr = compare("logicalOr", (L, a, b) => L.or(isTrue(L, a), isTrue(L, b)));
