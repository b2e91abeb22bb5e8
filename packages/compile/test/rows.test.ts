import {
  add,
  array,
  cast,
  flip,
  matmul,
  max,
  mean,
  mul,
  type NDArray,
  slice,
  square,
  sub,
  sum,
  tanh,
} from "@gradfold/core";
import { scan as eagerly, valueAndGrad } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { explain, jit } from "../src/index.ts";
import { expectSameBits, floats, noise } from "./bits.ts";

/* Nests that walk the rows of a large matrix together, block by block, give what they give one after another. */

type F = (...args: readonly NDArray[]) => unknown;

/** How many times nests were put together. */
const groupsIn = (f: F, ...args: readonly NDArray[]): number =>
  explain(f as never)(...(args as never[])).split("tiles of ").length - 1;

const expectTogether = (f: F, ...args: readonly NDArray[]): void => {
  expect(groupsIn(f, ...args)).toBe(1);
  expectSameBits(jit(f)(...args), f(...args));
};

const expectApart = (f: F, ...args: readonly NDArray[]): void => {
  expect(groupsIn(f, ...args)).toBe(0);
  expectSameBits(jit(f)(...args), f(...args));
};

describe.each(floats)("Rows of %s", (dtype) => {
  const leastSquares = (w: NDArray, x: NDArray, y: NDArray) =>
    valueAndGrad((v: NDArray) => mean(square(sub(matmul(x, v), y))))(w);

  // Blocks that are full, or nearly; and more rows than two levels of blocks take.
  test.each([
    [2048, 130],
    [1025, 257],
    [1500, 200],
    [3001, 97],
    [65_537, 4],
    [131_073, 5],
  ])("least squares with its gradient, [%i, %i]", (n, d) => {
    expectTogether(leastSquares, noise(1, [d], dtype), noise(2, [n, d], dtype), noise(3, [n], dtype));
  });

  test("sums, extrema and elementwise results of the same rows", () => {
    const x = noise(4, [1300, 210], dtype);
    const f = (a: NDArray) => {
      const rows = tanh(sum(a, 1));
      return [rows, max(a, 1), tanh(a), sum(mul(a, a), 0), matmul(rows, a), sum(rows)];
    };
    expect(groupsIn(f, x)).toBeGreaterThan(0);
    expectSameBits(jit(f)(x), f(x));
  });

  test("stay apart where one needs other rows of what the other makes, or all of them", () => {
    const x = noise(5, [1300, 210], dtype);
    expectApart((a: NDArray) => matmul(flip(sum(a, 1)), a), x);
    expectApart((a: NDArray) => matmul(mul(sum(a, 1), slice(sum(a, 1), [7])), a), x);
    expectApart((a: NDArray) => matmul(sub(sum(a, 1), mean(sum(a, 1))), a), x);
  });

  test("stay apart where the matrix is small, or its rows are few", () => {
    const args = (n: number, d: number) => [noise(1, [d], dtype), noise(2, [n, d], dtype), noise(3, [n], dtype)];
    expectApart(leastSquares, ...args(1100, 30));
    expectApart(leastSquares, ...args(1024, 300));
  });

  test("in a loop", () => {
    const [x, y] = [noise(6, [1200, 220], dtype), noise(7, [1200], dtype)];
    const descend = (w: NDArray) =>
      eagerly(
        (v: NDArray) => {
          const [loss, gradient] = leastSquares(v, x, y);
          return [sub(v, mul(gradient, array(0.01, { dtype }))), loss] as const;
        },
        w,
        null,
        { length: 3 },
      );
    const w = noise(8, [220], dtype);
    expectSameBits(jit(descend)(w), descend(w));
  });
});

test("whole numbers wrap as they do one after another", () => {
  const x = cast(mul(noise(9, [1500, 200], "float64"), 2 ** 30), "int32");
  const f = (a: NDArray) => [sum(a, 1), sum(add(a, a), 0)];
  expectSameBits(jit(f)(x), f(x));
});
