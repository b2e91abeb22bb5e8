import {
  add,
  array,
  cholesky,
  div,
  einsum,
  inverse,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  min,
  mul,
  type NDArray,
  norm,
  prod,
  reshape,
  slice,
  softmax,
  solve,
  square,
  std,
  sum,
  toNested,
  toTypedArray,
  transpose,
  triangularSolve,
  variance,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad } from "../src/index.ts";

/** The gradient of the sum of a function; zeros have no sign. */
const gradient = (f: (x: NDArray) => NDArray, x: NDArray): unknown =>
  toNested(add(grad((y: NDArray) => sum(f(y)))(x), 0));

/** The gradient of one element of the gradient. */
const second = (f: (x: NDArray) => NDArray, x: NDArray, at: number): unknown =>
  toNested(add(grad((y: NDArray) => sum(slice(grad((z: NDArray) => sum(f(z)))(y), [at])))(x), 0));

describe("derivatives where numbers end", () => {
  test("the product's are the products of the others, zeros or not", () => {
    expect(gradient(prod, array([0, 2, 3]))).toEqual([6, 0, 0]);
    expect(gradient(prod, array([0, 2, 0]))).toEqual([0, 0, 0]);
    expect(gradient(prod, array([1, 2, 3, 4, 5]))).toEqual([120, 60, 40, 30, 24]);
    expect(gradient(prod, array([7]))).toEqual([1]);
    expect(gradient(prod, array([]))).toEqual([]);
    expect(second(prod, array([0, 2, 3]), 0)).toEqual([0, 3, 2]);
    expect(second(prod, array([0, 2, 0]), 0)).toEqual([0, 0, 2]);
    const third = grad((x: NDArray) =>
      sum(slice(grad((y: NDArray) => sum(slice(grad((z: NDArray) => prod(z))(y), [0])))(x), [1])),
    );
    expect(toNested(third(array([0, 0, 0])))).toEqual([0, 0, 1]);
    const rows = array([
      [0, 2],
      [3, 4],
    ]);
    expect(gradient((x) => prod(x, 0), rows)).toEqual([
      [3, 4],
      [0, 2],
    ]);
  });
  test("the greatest and the least share theirs where they tie", () => {
    expect(gradient(max, array([1, 3, 3, 2]))).toEqual([0, 0.5, 0.5, 0]);
    expect(gradient(min, array([1, 1, 1, 2]))).toEqual([1 / 3, 1 / 3, 1 / 3, 0]);
    expect(
      gradient(
        (x) => max(x, 0),
        array([
          [1, 5],
          [2, 5],
        ]),
      ),
    ).toEqual([
      [0, 0.5],
      [1, 0.5],
    ]);
  });
  test("the norm's and the standard deviation's at 0 are 0, to the second order", () => {
    expect(gradient((x) => norm(x), array([0, 0]))).toEqual([0, 0]);
    expect(second((x) => norm(x), array([0, 0]), 0)).toEqual([0, 0]);
    expect(gradient((x) => norm(x), array([0, -4]))).toEqual([0, -1]);
    expect(gradient((x) => norm(x, 0, { ord: 1 }), array([0, -4]))).toEqual([0, -1]);
    expect(gradient((x) => norm(x, 0, { ord: "inf" }), array([2, 1, -2]))).toEqual([0.5, 0, -0.5]);
    expect(gradient((x) => std(x), array([2, 2, 2]))).toEqual([0, 0, 0]);
    expect(second((x) => std(x), array([2, 2]), 1)).toEqual([0, 0]);
    expect(gradient((x) => variance(x), array([5]))).toEqual([0]);
  });
  test("those of logSumExp and its kin are finite at +-1e4 and beside -Infinity", () => {
    expect(gradient((x) => logSumExp(x), array([1e4, -1e4]))).toEqual([1, 0]);
    expect(gradient((x) => logSumExp(x), array([-1e4, -1e4]))).toEqual([0.5, 0.5]);
    expect(gradient((x) => logSumExp(x), array([-Infinity, 0]))).toEqual([0, 1]);
    expect(gradient((x) => logSumExp(x), array([-Infinity, -Infinity]))).toEqual([0, 0]);
    expect(second((x) => logSumExp(x), array([-Infinity, -Infinity]), 0)).toEqual([0, 0]);
    expect(second((x) => logSumExp(x), array([1e4, 1e4]), 0)).toEqual([0.25, -0.25]);
    const first = (x: NDArray): NDArray => slice(x, [0]);
    expect(gradient((x) => first(softmax(x)), array([1e4, 1e4]))).toEqual([0.25, -0.25]);
    expect(gradient((x) => first(softmax(x)), array([1e4, -1e4]))).toEqual([0, 0]);
    expect(gradient((x) => first(softmax(x)), array([0, -Infinity]))).toEqual([0, 0]);
    expect(gradient((x) => first(logSoftmax(x)), array([1e4, -1e4]))).toEqual([0, 0]);
    expect(gradient((x) => first(logSoftmax(x)), array([-1e4, 1e4]))).toEqual([1, -1]);
    expect(gradient((x) => first(logSoftmax(x)), array([0, -Infinity]))).toEqual([0, 0]);
  });
});

const a = array([
  [4, 1, -0.5],
  [0.5, 5, 1],
  [-1, 0.25, 3],
]);
const b = array([
  [1, 2],
  [0.5, -1],
  [-2, 0.75],
]);

/** The derivative along a direction by five values. */
const along = (f: (x: NDArray) => NDArray, x: NDArray, v: NDArray): number => {
  const h = 2 ** -11;
  const at = (t: number): number => {
    const moved = array(
      Array.from(toTypedArray(x), (value, i) => value + t * (toTypedArray(v)[i] ?? 0)),
      { shape: x.shape },
    );
    return Number(toNested(sum(f(moved))));
  };
  return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
};

const direction = (x: NDArray): NDArray =>
  array(
    Array.from(toTypedArray(x), (_, i) => Math.sin(i + 1)),
    { shape: x.shape },
  );

describe("contractions and systems of equations", () => {
  const spd = (x: NDArray): NDArray => matmul(x, transpose(x));
  const cases: readonly (readonly [string, (x: NDArray) => NDArray, NDArray])[] = [
    ["solve in the matrix", (x) => square(solve(x, b)), a],
    ["solve in the right-hand side", (x) => square(solve(a, x)), b],
    ["solve of stacks", (x) => square(solve(reshape(x, [1, 3, 3]), reshape(b, [2, 3, 1]))), a],
    ["solve of a vector", (x) => square(solve(x, array([1, 2, 3]))), a],
    ["inverse", (x) => square(inverse(x)), a],
    ["triangularSolve", (x) => square(triangularSolve(x, b)), a],
    ["triangularSolve from below", (x) => square(triangularSolve(x, b, { lower: false })), a],
    ["cholesky", (x) => square(cholesky(spd(x))), a],
    ["cholesky of what is not quite symmetric", (x) => square(cholesky(x)), a],
    ["einsum over three", (x) => square(einsum("ij,jk,li->lk", x, b, a)), a],
    ["einsum of a diagonal", (x) => square(einsum("ii,ij->j", x, b)), a],
    ["einsum with itself", (x) => einsum("ij,jk,ki->", x, x, x), a],
    ["prod of rows", (x) => square(prod(x, 1)), a],
    ["variance of columns", (x) => square(variance(x, 0, { ddof: 1 })), a],
    ["variance about a mean that is rounded", (x) => square(variance(add(x, 1e5))), a],
    ["std of rows", (x) => div(1, std(x, 1)), a],
    ["logSumExp of columns", (x) => square(logSumExp(x, 0)), a],
    ["logSoftmax of columns", (x) => square(logSoftmax(x, 0)), a],
  ];
  test.each(cases)("%s: gradient and gradient of the gradient are those of differences", (_, f, x) => {
    const v = direction(x);
    const slope = (y: NDArray): NDArray => mul(grad((z: NDArray) => sum(f(z)))(y), v);
    const first = along(f, x, v);
    const got = Number(toNested(sum(slope(x))));
    expect(Math.abs(got - first)).toBeLessThan(1e-7 * (1 + Math.abs(first)));
    const secondOrder = along(slope, x, v);
    const twice = Number(toNested(sum(mul(grad((y: NDArray) => sum(slope(y)))(x), v))));
    expect(Math.abs(twice - secondOrder)).toBeLessThan(1e-6 * (1 + Math.abs(secondOrder)));
  });
  test("the gradient of cholesky is symmetric", () => {
    const g = grad((x: NDArray) => sum(cholesky(x)))(spd(a));
    expect(toNested(g)).toEqual(toNested(transpose(g)));
  });
});
