import type { NDArray } from "../array/array.ts";
import { mul } from "./arithmetic.ts";
import { equal, greater, less } from "./compare.ts";
import { binary } from "./family/binary.ts";
import { exact } from "./family/rule.ts";
import { unchosen } from "./unchosen.ts";
import { where } from "./where.ts";

const anywhere = [-3, 3] as const;

/** The share of one side of a maximum y: all of t where it wins, half where the two tie. */
const share = (t: NDArray, wins: NDArray, ties: NDArray, y: NDArray): NDArray =>
  where(wins, t, where(ties, mul(t, 0.5), unchosen(y)));

/**
 * The larger of a and b, broadcast; NaN wins. Where they tie, each gets half of the derivative; where one is NaN, both
 * derivatives are NaN.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, maximum, toNested } from "gradfold";
 * toNested(maximum(array([-1, 2]), 0)); // => [ 0, 2 ]
 */
export const maximum = binary({
  name: "maximum",
  meaning: (L, a, b) => L.max(a, b),
  derivatives: [
    (t, a, b, y) => share(t, greater(a, b), equal(a, b), y),
    (t, a, b, y) => share(t, less(a, b), equal(a, b), y),
  ],
  domain: [anywhere, anywhere],
  dtypes: exact,
});

/**
 * The smaller of a and b, broadcast; NaN wins. Where they tie, each gets half of the derivative; where one is NaN, both
 * derivatives are NaN.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, minimum, toNested } from "gradfold";
 * toNested(minimum(array([-1, 2]), 0)); // => [ -1, 0 ]
 */
export const minimum = binary({
  name: "minimum",
  meaning: (L, a, b) => L.min(a, b),
  derivatives: [
    (t, a, b, y) => share(t, less(a, b), equal(a, b), y),
    (t, a, b, y) => share(t, greater(a, b), equal(a, b), y),
  ],
  domain: [anywhere, anywhere],
  dtypes: exact,
});
