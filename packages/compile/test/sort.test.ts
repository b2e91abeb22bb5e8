import { argsort, array, type NDArray, random, reshape, searchSorted, slice, sort, stack } from "@gradfold/core";
import { vmap } from "@gradfold/autodiff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sixRows, vectorOfEveryKind, vectors } from "../../core/test/laws/order.ts";
import { jit } from "../src/index.ts";
import { expectSameBits } from "./bits.ts";

const sizes = [0, 1, 2, 3, 50, 51, 300, 8191, 8192];

const ordered = (axis: number) => (x: NDArray) => [argsort(x, axis), sort(x, axis)];

describe("Compiled sorting", () => {
  test("gives the bits of eager code, of numbers of every kind", () => {
    fc.assert(
      fc.property(vectors(sizes), (x) => expectSameBits(jit(ordered(0))(x), ordered(0)(x))),
      { seed: 1, numRuns: 60 },
    );
    const compiled = jit(ordered(0));
    for (const [, x] of vectorOfEveryKind(100_000)) expectSameBits(compiled(x), ordered(0)(x));
  });

  test("gives them along every axis and for stacks", () => {
    fc.assert(
      fc.property(vectors([3, 50, 51, 300]), fc.constantFrom(0, 1), fc.boolean(), (x, axis, isLast) => {
        const rows = isLast ? sixRows(x) : reshape(sixRows(x), [x.shape[0] ?? 0, 3, 2]);
        const wanted = [0, 1].map((i) => ordered(axis)(slice(rows, [i])));
        const batched = vmap(ordered(axis));
        const both = slice(rows, [[0, 2]]);
        const stacks = [0, 1].map((k) => stack(wanted.map((pair) => pair[k] ?? x)));
        expectSameBits(batched(both), stacks);
        expectSameBits(jit(batched)(both), stacks);
        expectSameBits(jit(ordered(axis + 1))(rows), ordered(axis + 1)(rows));
      }),
      { seed: 2, numRuns: 40 },
    );
  });
});

describe("Compiled searching", () => {
  const searches = (list: NDArray, values: NDArray): readonly NDArray[] =>
    (["left", "right"] as const).map((side) => searchSorted(list as NDArray<[number]>, values, { side }));

  test("gives the bits of eager code, also where dtypes meet", () => {
    fc.assert(
      fc.property(vectors([0, 1, 2, 100, 1000]), vectors([0, 1, 60]), (list, values) => {
        const sorted = sort(list);
        expectSameBits(jit(searches)(sorted, values), searches(sorted, values));
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  test("goes through stacks of lists, of values, and of both", () => {
    fc.assert(
      fc.property(vectors([3, 60]), vectors([1, 5]), (x, y) => {
        const lists = reshape(sort(sixRows(x)), [6, x.shape[0] ?? 0]);
        const values = reshape(sixRows(y), [6, 1, y.shape[0] ?? 0]);
        const [one, few] = [slice(lists, [0]), slice(values, [0])];
        const each = (call: (i: number) => readonly NDArray[]): readonly NDArray[] =>
          [0, 1].map((side) => stack(Array.from({ length: 6 }, (_, i) => call(i)[side] ?? x)));
        const list = (i: number): NDArray => slice(lists, [i]);
        const value = (i: number): NDArray => slice(values, [i]);
        for (const [inAxes, given, wanted] of [
          [[0, null], [lists, few], each((i) => searches(list(i), few))],
          [[null, 0], [one, values], each((i) => searches(one, value(i)))],
          [[0, 0], [lists, values], each((i) => searches(list(i), value(i)))],
        ] as const) {
          const batched = vmap(searches, { inAxes });
          expectSameBits(batched(given[0], given[1]), wanted);
          expectSameBits(jit(batched)(given[0], given[1]), wanted);
        }
        const all = vmap(vmap(searches, { inAxes: [0, null] }), { inAxes: [null, 0] });
        const table = stack(Array.from({ length: 6 }, (_, j) => each((i) => searches(list(i), value(j)))[0] ?? x));
        expectSameBits(all(lists, values)[0], table);
      }),
      { seed: 4, numRuns: 30 },
    );
  });
});

test("A compiled random order is the eager one, also for a stack of keys", () => {
  for (const n of [0, 1, 2, 50, 513, 1626, 5000]) {
    const order = (key: random.Key): NDArray => random.permutation(key, n);
    const keys = [0, 1, 2].map((seed) => random.key(seed));
    const wanted = keys.map(order);
    const compiled = jit(order);
    keys.forEach((key, i) => expectSameBits(compiled(key), wanted[i]));
    const stacked = stack(keys);
    expectSameBits(vmap(order)(stacked), stack(wanted));
    expectSameBits(jit(vmap(order))(stacked), stack(wanted));
  }
  expect(random.permutation(random.key(1), array([1, 2, 3])).shape).toEqual([3]);
});
