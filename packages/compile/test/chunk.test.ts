import { arange, mul, type NDArray, ones, reshape, sin, sum } from "@gradfold/core";
import { grad, jacrev, vmap } from "@gradfold/autodiff";
import { expect, test } from "vitest";
import { explain, jit } from "../src/index.ts";
import { expectSameBits } from "./bits.ts";

/* vmap that takes a stack some rows at a time, compiled. */

const xs = sin(reshape(arange(30), [10, 3]));
const curved = (x: NDArray) => mul(sum(x), sin(mul(x, x)));

test.each([1, 3, 5, 10, 11])("jit gives the bits of vmap by %i rows at a time", (chunk) => {
  const jacobians = vmap(jacrev(curved), { chunk });
  expectSameBits(jit(jacobians)(xs), jacobians(xs));
  const loss = (x: NDArray) => sum(mul(vmap(curved, { chunk })(x), sin(arange(3))));
  expectSameBits(jit(grad(loss))(xs), grad(loss)(xs));
  expectSameBits(grad((x: NDArray) => jit(loss)(x))(xs), grad(loss)(xs));
});

test("the code of vmap by chunks is as large for many rows as for few", () => {
  const code = (rows: number): number => {
    const text = explain(vmap(jacrev(curved), { chunk: 4 }))(ones([rows, 3]));
    return Number(/code: (\d+)/.exec(text)?.[1]);
  };
  expect(code(4002)).toBeLessThan(1.1 * code(42));
});
