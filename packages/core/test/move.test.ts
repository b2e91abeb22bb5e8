import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arange,
  array,
  broadcastTo,
  concatenate,
  expandDims,
  mean,
  type NDArray,
  ones,
  reshape,
  slice,
  squeeze,
  stack,
  take,
  toNested,
  transpose,
} from "../src/index.ts";
import { viewIfConcrete } from "../src/array/array.ts";

const numbered = (...shape: readonly number[]): NDArray =>
  reshape(arange(shape.reduce((size, n) => size * n, 1)), shape);
const integers = (list: readonly number[]) => array(list, { dtype: "int32" });

/** Python's slice of a list, by its definition. */
const pythonSlice = (
  list: readonly number[],
  from: number | null,
  to: number | null,
  step: number,
): readonly number[] => {
  const n = list.length;
  const cut = (value: number, low: number, high: number) =>
    Math.min(Math.max(value < 0 ? value + n : value, low), high);
  const start = from === null ? (step > 0 ? 0 : n - 1) : cut(from, step > 0 ? 0 : -1, step > 0 ? n : n - 1);
  const stop = to === null ? (step > 0 ? n : -1) : cut(to, step > 0 ? 0 : -1, step > 0 ? n : n - 1);
  const taken: number[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) taken.push(list[i] ?? NaN);
  return taken;
};

describe("slice", () => {
  test("takes what Python's slices take", () => {
    const bound = fc.option(fc.integer({ min: -9, max: 9 }));
    const step = fc.integer({ min: -4, max: 4 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(fc.nat(7), bound, bound, step, (n, from, to, by) => {
        const list = Array.from({ length: n }, (_, i) => i);
        expect(toNested(slice(arange(n), [[from, to, by]]))).toEqual(pythonSlice(list, from, to, by));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
  test("picks, ranges and open ends go axis by axis", () => {
    const x = numbered(2, 3, 4);
    expect(toNested(slice(x, [1, null, -1]))).toEqual([15, 19, 23]);
    expect(toNested(slice(x, [[0, 1], [1], [null, null, 3]]))).toEqual([
      [
        [4, 7],
        [8, 11],
      ],
    ]);
    expect(slice(x, [0]).shape).toEqual([3, 4]);
    expect(slice(x, []).shape).toEqual([2, 3, 4]);
    expect(toNested(slice(x, [-1, 2, 0]))).toBe(20);
  });
  test("shares the buffer, as transpose, broadcastTo and most reshapes do", () => {
    const x = numbered(2, 3);
    const buffer = viewIfConcrete(x)?.data;
    for (const y of [
      slice(x, [null, [null, null, -1]]),
      transpose(x),
      broadcastTo(x, [4, 2, 3]),
      reshape(x, [6]),
      expandDims(x, 1),
    ])
      expect(viewIfConcrete(y)?.data).toBe(buffer);
  });
});

describe("transpose", () => {
  test("puts each axis where the permutation says", () => {
    const x = numbered(2, 3, 4);
    expect([transpose(x).shape, transpose(x, [1, 2, 0]).shape, transpose(x, [-1, 0, 1]).shape]).toEqual([
      [4, 3, 2],
      [3, 4, 2],
      [4, 2, 3],
    ]);
    expect(toNested(slice(transpose(x, [1, 2, 0]), [2, 3, 1]))).toBe(23);
  });
  test("is undone by the inverse permutation", () => {
    const x = numbered(2, 3, 4);
    expect(toNested(transpose(transpose(x, [1, 2, 0]), [2, 0, 1]))).toEqual(toNested(x));
  });
});

describe("reshape", () => {
  test("keeps the row-major order, of views too", () => {
    expect(toNested(reshape(transpose(numbered(2, 3)), [6]))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(toNested(reshape(arange(6), [-1, 2]))).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(reshape(ones([0, 4]), [2, -1, 3]).shape).toEqual([2, 0, 3]);
    expect(reshape(array(5), [1, -1]).shape).toEqual([1, 1]);
  });
  test("to its own shape is the array", () => {
    const x = numbered(2, 3);
    expect(reshape(x, [2, -1])).toBe(x);
  });
});

test("expandDims and squeeze add and drop axes of size 1", () => {
  expect([0, 1, 2, -1, -2].map((axis) => expandDims(ones([2, 3]), axis).shape)).toEqual([
    [1, 2, 3],
    [2, 1, 3],
    [2, 3, 1],
    [2, 3, 1],
    [2, 1, 3],
  ]);
  const x = ones([1, 2, 1]);
  expect([squeeze(x).shape, squeeze(x, 0).shape, squeeze(x, [0, -1]).shape, squeeze(x, []).shape]).toEqual([
    [2],
    [2, 1],
    [2],
    [1, 2, 1],
  ]);
});

test("broadcastTo repeats along new axes and axes of size 1", () => {
  expect(toNested(broadcastTo(array([[1], [2]]), [2, 2, 3]))).toEqual([
    [
      [1, 1, 1],
      [2, 2, 2],
    ],
    [
      [1, 1, 1],
      [2, 2, 2],
    ],
  ]);
  expect(toNested(broadcastTo(5, [2]))).toEqual([5, 5]);
  expect(broadcastTo(ones([1]), [0]).shape).toEqual([0]);
});

test("concatenate and stack put parts side by side", () => {
  const [a, b] = [numbered(2, 2), numbered(1, 2)];
  expect(toNested(concatenate([a, b]))).toEqual([
    [0, 1],
    [2, 3],
    [0, 1],
  ]);
  expect(toNested(concatenate([a, transpose(a)], -1))).toEqual([
    [0, 1, 0, 2],
    [2, 3, 1, 3],
  ]);
  expect(toNested(stack([arange(2), array([8, 9])]))).toEqual([
    [0, 1],
    [8, 9],
  ]);
  expect(toNested(stack([arange(2), array([8, 9])], -1))).toEqual([
    [0, 8],
    [1, 9],
  ]);
  expect(toNested(stack([a, a], -2))).toEqual([
    [
      [0, 1],
      [0, 1],
    ],
    [
      [2, 3],
      [2, 3],
    ],
  ]);
  expect(toNested(stack([array(1), array(2)]))).toEqual([1, 2]);
});

test("take puts the shape of the indices in the place of an axis", () => {
  const x = numbered(2, 3);
  expect(toNested(take(x, integers([1, -1, 0])))).toEqual([
    [3, 4, 5],
    [3, 4, 5],
    [0, 1, 2],
  ]);
  expect(toNested(take(x, reshape(integers([2, 0]), [2, 1]), -1))).toEqual([
    [[2], [0]],
    [[5], [3]],
  ]);
  expect(toNested(take(x, array(1, { dtype: "int32" }), 1))).toEqual([1, 4]);
  expect(take(x, integers([])).shape).toEqual([0, 3]);
});

test("mean divides by the number of elements along its axes", () => {
  const x = numbered(2, 3);
  expect([toNested(mean(x)), toNested(mean(x, 0)), toNested(mean(x, -1, { keepDims: true }))]).toEqual([
    2.5,
    [1.5, 2.5, 3.5],
    [[1], [4]],
  ]);
  expect(toNested(mean(x, []))).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
});
