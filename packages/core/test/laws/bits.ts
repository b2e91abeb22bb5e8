import { expect } from "vitest";
import type { NDArray } from "../../src/array/array.ts";
import { toTypedArray } from "../../src/convert/read.ts";

/** The first place where two lists differ in a bit; all NaNs are alike, -0 and +0 are not. */
export const firstDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const n = Math.max(a.length, b.length);
  for (let i = 0; i < n; i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
};

/** Fails unless two arrays have the same dtype, shape and bits. */
export const expectSameBits = (actual: NDArray, wanted: NDArray): void => {
  expect([actual.dtype, actual.shape]).toEqual([wanted.dtype, wanted.shape]);
  const [a, b] = [toTypedArray(actual), toTypedArray(wanted)];
  const i = firstDifference(a, b);
  if (i >= 0) expect({ place: i, value: a[i] }).toEqual({ place: i, value: b[i] });
};
