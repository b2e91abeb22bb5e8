import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { argsort, array, type NDArray, random, reshape, sort, take, toTypedArray, transpose } from "../src/index.ts";
import { sizeOf } from "../src/array/shape.ts";
import { allocate, type Store } from "../src/scalar/dtype.ts";
import { captured } from "./laws/capture.ts";
import { run } from "./laws/interpreter.ts";
import { orderOf, sixRows, vectorOfEveryKind, vectors } from "./laws/order.ts";

const runs = (seed: number, numRuns: number) => ({ seed, numRuns });

/** Sizes at which other methods begin, with their neighbours. */
const sizes = [0, 1, 2, 3, 10, 50, 51, 52, 200, 1000, 8191, 8192];

describe("Sorting", () => {
  test("gives the order that a stable sort of places gives, whatever the numbers are", () => {
    fc.assert(
      fc.property(vectors(sizes), (x) => {
        const data = toTypedArray(x);
        const wanted = orderOf(data);
        expect(toTypedArray(argsort(x))).toEqual(Int32Array.from(wanted));
        const sorted = toTypedArray(sort(x));
        expect(wanted.findIndex((place, i) => !Object.is(sorted[i], data[place]))).toBe(-1);
      }),
      runs(1, 150),
    );
  });

  test("does so for a hundred thousand numbers of every kind", () => {
    for (const [kind, x] of vectorOfEveryKind(100_000)) {
      const found = toTypedArray(argsort(x));
      expect([kind, orderOf(toTypedArray(x)).findIndex((place, i) => found[i] !== place)]).toEqual([kind, -1]);
    }
  });

  test("sorts every row along any axis by itself", () => {
    fc.assert(
      fc.property(vectors([3, 50, 51, 300]), fc.constantFrom(0, 1, 2), (x, axis) => {
        const rows = sixRows(x);
        const order =
          [
            [2, 0, 1],
            [0, 2, 1],
            [0, 1, 2],
          ][axis] ?? [];
        const back = order.map((_, i) => order.indexOf(i));
        const found = toTypedArray(transpose(argsort(transpose(rows, order), axis), back));
        const [data, n] = [toTypedArray(rows), x.shape[0] ?? 0];
        for (let row = 0; row < 6; row++)
          expect(Array.from(found.subarray(row * n, (row + 1) * n))).toEqual(
            orderOf(data.subarray(row * n, (row + 1) * n)),
          );
      }),
      runs(2, 60),
    );
  });

  /** How often buffers are read to sort a vector. */
  const loadsFor = (x: NDArray): number => {
    const { loops, type } = captured("argsort", (y) => argsort(y), [x]);
    if (loops.kind !== "routine") throw new Error("argsort is no routine");
    const counter = { loads: 0 };
    const counted = (store: Store): Store =>
      new Proxy(store, { get: (target, key) => ((counter.loads += 1), Reflect.get(target, key) as unknown) });
    const result = allocate(type([x]).dtype, sizeOf(x.shape));
    const scratch = loops.scratch([x]).map(({ dtype, size }) => allocate(dtype, size));
    const buffers = [toTypedArray(x), result, ...scratch].map(counted);
    run(loops.routine([x]), buffers, loops.sizes([x]), "int32", new Map());
    return counter.loads;
  };

  test("reads memory in proportion to the length of a row, whatever the numbers are", () => {
    const [few, many] = [vectorOfEveryKind(500), vectorOfEveryKind(2000)];
    few.forEach(([kind, x], i) => {
      const ratio = loadsFor(many[i]?.[1] ?? x) / loadsFor(x);
      expect([kind, ratio < 4.2]).toEqual([kind, true]);
    });
  });
});

/** The numbers 0 to n - 1 sorted by words of one key after the other, as JAX does it. */
const reference = (key: random.Key, n: number, rounds: number): readonly number[] => {
  let order: readonly number[] = Array.from({ length: n }, (_, i) => i);
  let from = key;
  for (let round = 0; round < rounds; round++) {
    const [next, now] = random.split(from);
    const words = Float64Array.from(toTypedArray(random.bits(now, [n])), (word) => word >>> 0);
    const before = order;
    order = orderOf(words).map((i) => before[i] ?? NaN);
    from = next;
  }
  return order;
};

test("A random order is that of random words, sorted once or twice", () => {
  const counts = [0, 1, 2, 3, 50, 512, 513, 1625, 1626, 4096, 4097, 20_000];
  for (const n of counts)
    for (const seed of n < 1000 ? [0, 1, 2, 3] : [4]) {
      const key = random.key(seed);
      const wanted = reference(key, n, n < 2 ? 0 : n <= 1625 ? 1 : 2);
      expect(toTypedArray(random.permutation(key, n))).toEqual(Int32Array.from(wanted));
    }
  const x: NDArray = reshape(array(Float64Array.from({ length: 12 }, (_, i) => i)), [3, 4]);
  const key = random.key(5);
  expect(toTypedArray(random.permutation(key, x, 1))).toEqual(
    toTypedArray(take(x, array(Int32Array.from(reference(key, 4, 1))), 1)),
  );
});
