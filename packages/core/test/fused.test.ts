import { expect, test } from "vitest";
import { add, array, div, mul, type NDArray, sqrt, sub, toNested } from "../src/index.ts";
import { fused } from "../src/library.ts";

const composed = (x: NDArray, y: NDArray, s: NDArray): NDArray =>
  div<NDArray, NDArray>(add<NDArray, NDArray>(mul(x, 0.9), mul<NDArray, number>(y, 0.1)), add(sqrt(sub(1, s)), 1e-8));
const together = fused("together", 3, (A, x, y, s) =>
  A.div(A.add(A.mul(x, 0.9), A.mul(y, 0.1)), A.add(A.sqrt(A.sub(1, s)), 1e-8)),
);

test.each(["float64", "float32", "int32"] as const)("A fused formula of %s has the bits of its operations", (dtype) => {
  const numbers = Array.from({ length: 50 }, (_, i) => Math.fround(1 / (i + 1)) * (i % 3 === 0 ? -1e3 : 7));
  const x = array(numbers, { dtype: dtype === "int32" ? "float64" : dtype });
  const y = dtype === "int32" ? array(numbers.map(Math.trunc), { dtype }) : array(numbers.toReversed(), { dtype });
  for (const p of [0, 0.3, 0.999, 2]) {
    const s = array(p, { dtype: dtype === "int32" ? "float64" : dtype });
    const got = together(x, y, s);
    expect(got.dtype).toBe(composed(x, y, s).dtype);
    expect(toNested(got)).toEqual(toNested(composed(x, y, s)));
  }
});
