import {
  array,
  conditionNumber,
  lstsq,
  matmul,
  mul,
  type NDArray,
  pinv,
  qr,
  svd,
  toTypedArray,
  zeros,
} from "@gradfold/core";
import { describe, test } from "vitest";
import { jit } from "../src/index.ts";
import { expectSameBits, noise } from "./bits.ts";

/* Factorizations of matrices at the edges of what there is: the bits of eager code. */

type Dtype = "float64" | "float32";

/** A matrix with its elements changed, by their places. */
const changed = (a: NDArray, dtype: Dtype, change: (x: number, row: number, column: number) => number): NDArray => {
  const n = a.shape[1] ?? 1;
  const elements = Array.from(toTypedArray(a), (x, i) => change(x, Math.floor(i / n), i % n));
  return array(elements, { shape: a.shape, dtype });
};

/** Powers of two that bring products out of range, and elements among the subnormal numbers. */
const exponents = { float64: [1000, -1065], float32: [120, -140] } as const;

const edges: Readonly<Record<string, (a: NDArray, dtype: Dtype) => NDArray>> = {
  "of rank one": (a, dtype) => matmul(noise(2, [a.shape[0] ?? 1, 1], dtype), noise(3, [1, a.shape[1] ?? 1], dtype)),
  "of equal columns": (a, dtype) => changed(a, dtype, (_, row) => Math.sin(row + 1)),
  "of zeros": (a, dtype) => zeros(a.shape, { dtype }),
  "with NaN": (a, dtype) => changed(a, dtype, (x, row, column) => (row === 0 && column === 1 ? NaN : x)),
  "with an infinity": (a, dtype) =>
    changed(a, dtype, (x, row, column) => (row === column && row === 1 ? -Infinity : x)),
  "of large numbers": (a, dtype) => mul(a, 2 ** exponents[dtype][0]),
  "of subnormal numbers": (a, dtype) => changed(a, dtype, (x) => x * 2 ** exponents[dtype][1]),
  "of columns of all sizes": (a, dtype) => changed(a, dtype, (x, _, column) => x * 1e-12 ** column),
};

const all = (a: NDArray, b: NDArray) => [qr(a), svd(a), pinv(a), lstsq(a, b), conditionNumber(a)] as const;

describe.each(["float64", "float32"] as const)("matrices in %s", (dtype) => {
  const compiled = jit(all);
  test.each(Object.entries(edges))("%s have the same bits", (_, edge) => {
    for (const [m, n] of [
      [2, 2],
      [7, 3],
      [2, 5],
      [21, 18],
    ] as const) {
      const [a, b] = [edge(noise(1, [m, n], dtype), dtype), noise(4, [m, 2], dtype)];
      expectSameBits(compiled(a, b), all(a, b));
    }
  });
});
