import type { NDArray } from "../array/array.ts";
import { sign, sub } from "./arithmetic.ts";

/**
 * The derivative in what a choice left out: 0, but NaN where the result y of the choice is NaN, as nothing was chosen
 * then. It is selected, never a factor: 0 times an infinite derivative would be NaN. It counts as constant.
 */
export const unchosen = (y: NDArray): NDArray => {
  const s = sign(y);
  return sub(s, s);
};
