import type { NDArray } from "../array.ts";
import { binary } from "../family/binary.ts";
import { exact } from "../family/rule.ts";
import { add } from "./add.ts";
import { mul } from "./arithmetic.ts";
import { equal, greater, less } from "./compare.ts";

const anywhere = [-3, 3] as const;

/** t where a condition holds, t / 2 where its two sides tie, else 0: the share of one side of a maximum. */
const share = (t: NDArray, wins: NDArray, ties: NDArray): NDArray => mul(t, add(wins, mul(ties, 0.5)));

/**
 * The larger of a and b, broadcast; NaN wins. Where they tie, each gets half of the derivative.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, maximum, toNested } from "@gradfold/core";
 * toNested(maximum(array([-1, 2]), 0)); // => [ 0, 2 ]
 */
export const maximum = binary({
  name: "maximum",
  meaning: (L, a, b) => L.max(a, b),
  derivatives: [(t, a, b) => share(t, greater(a, b), equal(a, b)), (t, a, b) => share(t, less(a, b), equal(a, b))],
  domain: [anywhere, anywhere],
  dtypes: exact,
});

/**
 * The smaller of a and b, broadcast; NaN wins. Where they tie, each gets half of the derivative.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example
 * import { array, minimum, toNested } from "@gradfold/core";
 * toNested(minimum(array([-1, 2]), 0)); // => [ -1, 0 ]
 */
export const minimum = binary({
  name: "minimum",
  meaning: (L, a, b) => L.min(a, b),
  derivatives: [(t, a, b) => share(t, less(a, b), equal(a, b)), (t, a, b) => share(t, greater(a, b), equal(a, b))],
  domain: [anywhere, anywhere],
  dtypes: exact,
});
