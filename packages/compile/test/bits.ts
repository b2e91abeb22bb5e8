import { array, type DType, type NDArray, random, type Shape, toTypedArray, tree } from "@gradfold/core";
import { expect } from "vitest";

/** The first place where two lists differ in a bit; all NaNs are alike, -0 and +0 are not. */
const firstDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
};

/** Fails unless two trees have the same structure, dtypes, shapes and bits. */
export const expectSameBits = (actual: unknown, wanted: unknown): void => {
  const [a, b] = [tree.flatten(actual), tree.flatten(wanted)];
  expect(a.paths).toEqual(b.paths);
  a.leaves.forEach((x, k) => {
    const y = b.leaves[k];
    if (y === undefined) return;
    expect([a.paths[k], x.dtype, x.shape]).toEqual([b.paths[k], y.dtype, y.shape]);
    const [p, q] = [toTypedArray(x), toTypedArray(y)];
    const i = firstDifference(p, q);
    if (i >= 0)
      expect({ leaf: a.paths[k], place: i, value: p[i] }).toEqual({ leaf: a.paths[k], place: i, value: q[i] });
  });
};

/** Numbers between -2 and 2, always the same for a seed. */
export const noise = (seed: number, shape: Shape, dtype: DType = "float32"): NDArray =>
  random.uniform(random.key(seed), shape, { min: -2, max: 2, dtype });

/** An array that holds these numbers over and over. */
export const repeating = (values: readonly number[], shape: Shape, dtype: DType): NDArray => {
  const size = shape.reduce((product, n) => product * n, 1);
  return array(
    Array.from({ length: size }, (_, i) => values[i % values.length] ?? 0),
    { shape, dtype },
  );
};

export const floats = ["float32", "float64"] as const;
