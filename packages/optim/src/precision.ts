import type { DType } from "@gradfold/core";

/** The distance from 1 to the next number. */
export const precisionOf = (dtype: DType): number => (dtype === "float32" ? 2 ** -23 : 2 ** -52);
