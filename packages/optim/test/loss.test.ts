import { array, mean, type NDArray, ones, toNested } from "@gradfold/core";
import { grad } from "@gradfold/autodiff";
import { expect, test } from "vitest";
import { squaredError } from "../src/index.ts";

const dynamic = (x: unknown) => x as never;

test("the squared error is taken place by place", () => {
  expect(toNested(squaredError(array([1, 2]), array([0, 4])))).toEqual([1, 4]);
  expect(toNested(squaredError(array(3), 1))).toBe(4);
  expect(toNested(squaredError(3, 1))).toBe(4);
});

test("its mean has the gradient 2 (p - t) / n", () => {
  const loss = (p: NDArray<[2]>) => mean(squaredError(p, array([0, 4])));
  expect(toNested(grad(loss)(array([1, 2])))).toEqual([1, -2]);
});

test("it does not broadcast", () => {
  expect(() => squaredError(ones([2]), dynamic(ones([1])))).toThrow("squaredError: shapes differ: [2] and [1]");
  expect(() => squaredError(ones([2, 1]), dynamic(ones([2])))).toThrow("squaredError: shapes differ: [2, 1] and [2]");
  expect(() => squaredError(ones([2]), dynamic(0))).toThrow("squaredError: shapes differ: [2] and []");
});
