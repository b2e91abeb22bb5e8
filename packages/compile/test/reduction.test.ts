import {
  exp,
  logSoftmax,
  matmul,
  max,
  min,
  mul,
  type NDArray,
  prod,
  random,
  softmax,
  sum,
  zeros,
} from "@gradfold/core";
import { grad } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { jit } from "../src/index.ts";
import { expectSameBits, floats, noise, repeating } from "./bits.ts";

const reductions = { sum, prod, max, min } as const;

/** Rows and columns on both sides of every block. */
const shapes = [
  [7],
  [1023],
  [1024],
  [1025],
  [2100, 3],
  [255, 4],
  [257, 21],
  [3, 300, 5],
  [2, 3, 65],
  [66000, 4],
] as const;

const axesOf = (shape: readonly number[]): readonly (readonly number[])[] => [
  shape.map((_, i) => i),
  ...shape.map((_, i) => [i]),
];

describe.each(Object.entries(reductions))("%s", (_, reduce) => {
  test.each([...floats, "int32", "bool"] as const)("of %s has the bits of eager code, over any axes", (dtype) => {
    for (const shape of shapes) {
      // Near one, so that products of many neither vanish nor overflow; whole numbers wrap.
      const x = dtype === "int32" ? random.bits(random.key(1), shape) : around(shape, dtype);
      for (const axes of axesOf(shape)) {
        const f = (y: NDArray): NDArray => reduce(y, axes);
        expectSameBits(jit(f)(x), f(x));
      }
    }
  });
});

const around = (shape: readonly number[], dtype: "float32" | "float64" | "bool"): NDArray =>
  dtype === "bool"
    ? repeating([1, 1, 0, 1, 1], shape, dtype)
    : random.uniform(random.key(2), shape, { min: 0.9, max: 1.1, dtype });

describe.each(floats)("Reductions of %s", (dtype) => {
  test("keep NaN, infinities and the signs of zeros", () => {
    for (const values of [
      [-0, 0, -0],
      [0, -0],
      [-0, -0],
      [1, NaN, 2],
      [Infinity, -Infinity, 3],
      [-0, 0, NaN, Infinity],
    ])
      for (const shape of [[1], [2], [9, 7], [5, 9]]) {
        const x = repeating(values, shape, dtype);
        for (const reduce of Object.values(reductions)) {
          const f = (y: NDArray) => [reduce(y), reduce(y, 0), reduce(y, -1)];
          expectSameBits(jit(f)(x), f(x));
        }
      }
  });

  test("of nothing give what eager code gives", () => {
    const f = (x: NDArray) => [prod(x, 0), sum(x, 0), prod(x, 1), max(x, 1)];
    const x = zeros([0, 3], { dtype });
    expectSameBits(jit(f)(x), f(x));
    expect(() => jit((y: NDArray) => max(y))(x)).toThrow("max: there is no element");
  });

  test("down columns of any number are the same", () => {
    for (let columns = 1; columns <= 70; columns++) {
      const [x, y] = [noise(columns, [5, columns], dtype), noise(columns + 1, [5], dtype)];
      const f = (m: NDArray) => [sum(m, 0), max(m, 0), matmul(y, m), sum(exp(mul(m, m)), 0)];
      expectSameBits(jit(f)(x), f(x));
    }
  });

  test("in one sweep, of different kinds, and in gradients", () => {
    const f = (x: NDArray) => ({ sum: sum(x), prod: prod(x), max: max(x, 1), soft: softmax(x), log: logSoftmax(x, 0) });
    const x = noise(3, [5, 9], dtype);
    expectSameBits(jit(f)(x), f(x));
    const loss = (y: NDArray) => sum(logSoftmax(softmax(y, 0), 1));
    expectSameBits(jit(grad(loss))(x), grad(loss)(x));
    const greatest = (y: NDArray) => sum(max(y, 0));
    expectSameBits(jit(grad(greatest))(x), grad(greatest)(x));
  });
});
