import type { NDArray } from "../array/array.ts";
import { equal } from "./compare.ts";
import { sqrt } from "./elementary.ts";
import { where } from "./where.ts";

/** The square root whose derivatives at 0 are all 0, where those of `sqrt` are infinite. */
export const flatRoot = (x: NDArray): NDArray => {
  const isZero = equal(x, 0);
  return where(isZero, 0, sqrt(where(isZero, 1, x)));
};
