import type { NDArray } from "../array.ts";
import { add } from "./add.ts";
import { mul } from "./arithmetic.ts";
import { equal, notEqual } from "./compare.ts";
import { sqrt } from "./elementary.ts";

/** The square root whose derivatives at 0 are all 0, where those of `sqrt` are infinite. */
export const flatRoot = (x: NDArray): NDArray => mul(sqrt(add(x, equal(x, 0))), notEqual(x, 0));
