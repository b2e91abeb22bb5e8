import { arange, array, type NDArray, ones, random, reshape, toTypedArray } from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batches, steps } from "../src/index.ts";

const key = random.key(11);
const rowsOf = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("batches", () => {
  test("cover every row once an epoch, the last one being shorter", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 23 })
          .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 1, max: n }), fc.nat(3))),
        ([n, size, epochs]) => {
          const inputs = batches(key, arange(n), { size, epochs });
          const perEpoch = Math.ceil(n / size);
          expect(inputs.length).toBe(perEpoch * epochs);
          for (let e = 0; e < epochs; e++) {
            const parts = range(perEpoch).map((j) => rowsOf(inputs.at(e * perEpoch + j)));
            expect(parts.map((part) => part.length)).toEqual(range(perEpoch).map((j) => Math.min(size, n - j * size)));
            expect(parts.flat().toSorted((a, b) => a - b)).toEqual(range(n));
          }
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });
  test("depend on the key and on i alone, in whatever order they are asked for", () => {
    const make = () => batches(key, { x: arange(10), y: [reshape(arange(20), [10, 2])] }, { size: 3, epochs: 4 });
    const numbers = (i: number, of = make()) => {
      const { x, y } = of.at(i);
      return [rowsOf(x), ...y.map(rowsOf)];
    };
    const wanted = range(16).map((i) => numbers(i));
    const shared = make();
    fc.assert(
      fc.property(fc.array(fc.nat(15), { minLength: 1 }), (order) => {
        for (const i of order) expect(numbers(i, shared)).toEqual(wanted[i]);
      }),
      { seed: 1, numRuns: 30 },
    );
    const other = batches(random.key(12), arange(10), { size: 10 });
    expect(rowsOf(other.at(0))).not.toEqual(rowsOf(batches(key, arange(10), { size: 10 }).at(0)));
  });
  test("are shuffled anew in every epoch", () => {
    const inputs = batches(key, arange(20), { size: 20, epochs: 5 });
    expect(new Set(range(5).map((i) => rowsOf(inputs.at(i)).join())).size).toBe(5);
  });
  test("keep rows of several arrays together, with their dtypes", () => {
    const data = { x: reshape(arange(12), [6, 2]), y: arange(6, { dtype: "int32" }) };
    const { x, y } = batches(key, data, { size: 4 }).at(1);
    expect([x.shape, x.dtype, y.shape, y.dtype]).toEqual([[2, 2], "float64", [2], "int32"]);
    expect(rowsOf(x)).toEqual(rowsOf(y).flatMap((i) => [2 * i, 2 * i + 1]));
  });

  test.each<readonly [string, () => unknown]>([
    [
      "batches: the size must be a whole number from 1 to the number of rows, 5, not 0.",
      () => batches(key, arange(5), { size: 0 }),
    ],
    [
      "batches: the size must be a whole number from 1 to the number of rows, 5, not 6.",
      () => batches(key, arange(5), { size: 6 }),
    ],
    [
      "batches: the size must be a whole number from 1 to the number of rows, 5, not 2.5.",
      () => batches(key, arange(5), { size: 2.5 }),
    ],
    [
      "batches: the size must be a whole number from 1 to the number of rows, 0, not 1.",
      () => batches(key, arange(0), { size: 1 }),
    ],
    [
      "batches: the number of epochs must be a whole number from 0 on, not -1.",
      () => batches(key, arange(5), { size: 1, epochs: -1 }),
    ],
    [
      "batches: leaves have different numbers of rows: x has 5, y has 4.",
      () => batches(key, { x: arange(5), y: arange(4) }, { size: 1 }),
    ],
    ["batches: y is a scalar; rows are needed.", () => batches(key, { x: arange(5), y: array(1) }, { size: 1 })],
    ["batches: the data is a scalar; rows are needed.", () => batches(key, array(1), { size: 1 })],
    ["batches: the data holds no array.", () => batches(key, {}, { size: 1 })],
  ])("%s", (message, act) => {
    expect(act).toThrow(message);
  });
});

test("steps gives one batch each time, or none", () => {
  const batch = { x: ones([2]) };
  const inputs = steps(3, batch);
  expect([inputs.length, inputs.at(0), inputs.at(2)]).toEqual([3, batch, batch]);
  expect([steps(4).length, steps(4).at(1)]).toEqual([4, undefined]);
  for (const n of [-1, 0.5, NaN, Infinity])
    expect(() => steps(n)).toThrow(`steps: the number of steps must be a whole number from 0 on, not ${n}.`);
});
