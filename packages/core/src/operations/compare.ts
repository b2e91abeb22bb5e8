import { compare } from "./family/compare.ts";

/**
 * Whether a = b at every place, broadcast; NaN equals nothing.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, equal, toNested } from "gradfold";
 * toNested(equal(array([1, 2]), 2)); // => [ false, true ]
 */
export const equal = compare("equal", (L, a, b) => L.equal(a, b));

/**
 * Whether a differs from b at every place, broadcast.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, notEqual, toNested } from "gradfold";
 * toNested(notEqual(array([1, 2]), 2)); // => [ true, false ]
 */
export const notEqual = compare("notEqual", (L, a, b) => L.notEqual(a, b));

/**
 * Whether a < b at every place, broadcast.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, less, toNested } from "gradfold";
 * toNested(less(array([1, 2]), 2)); // => [ true, false ]
 */
export const less = compare("less", (L, a, b) => L.less(a, b));

/**
 * Whether a <= b at every place, broadcast.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, lessEqual, toNested } from "gradfold";
 * toNested(lessEqual(array([1, 3]), 2)); // => [ true, false ]
 */
export const lessEqual = compare("lessEqual", (L, a, b) => L.lessEqual(a, b));

/**
 * Whether a > b at every place, broadcast.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, greater, toNested } from "gradfold";
 * toNested(greater(array([1, 3]), 2)); // => [ false, true ]
 */
export const greater = compare("greater", (L, a, b) => L.less(b, a));

/**
 * Whether a >= b at every place, broadcast.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, greaterEqual, toNested } from "gradfold";
 * toNested(greaterEqual(array([1, 2]), 2)); // => [ false, true ]
 */
export const greaterEqual = compare("greaterEqual", (L, a, b) => L.lessEqual(b, a));
