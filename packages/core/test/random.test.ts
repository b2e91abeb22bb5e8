import { describe, expect, test } from "vitest";
import { array, item, type Key, random, toNested, toTypedArray } from "../src/index.ts";
import { threefry } from "../src/threefry.ts";
import golden from "./fixtures/prng-threefry.json" with { type: "json" };

const unsigned = (words: ArrayLike<number>) => Array.from(words, (word) => word >>> 0);
const [k0, k1] = random.split(random.key(2026));

describe("as JAX has it", () => {
  test.each(golden.blocks)(
    "the block of the key $key and the counter $counter is $output",
    ({ key, counter, output }) => {
      const [high = 0, low = 0] = key.map((word) => word | 0);
      const [c0 = 0, c1 = 0] = counter.map((word) => word | 0);
      expect(unsigned(threefry([high, low], [c0, c1]))).toEqual(output);
    },
  );

  describe.each(golden.keys)("the key of $seed", (wanted) => {
    const key = random.key(wanted.seed);

    test("has these words", () => {
      expect(random.keyData(key)).toEqual(wanted.key);
    });
    test("splits into these keys", () => {
      expect(random.split(key).map(random.keyData)).toEqual(wanted.split2);
      expect(random.split(key, 5).map(random.keyData)).toEqual(wanted.split5);
    });
    test("folds numbers into these keys", () => {
      for (const { data, key: folded } of wanted.foldIn) {
        expect(random.keyData(random.foldIn(key, data))).toEqual(folded);
        expect(random.keyData(random.foldIn(key, array(data)))).toEqual(folded);
      }
    });
    test("gives these bits", () => {
      expect(unsigned(toTypedArray(random.bits(key, [wanted.bits.length])))).toEqual(wanted.bits);
    });
    test("gives these uniform numbers", () => {
      const n = wanted.uniformFloat64.length;
      expect(Array.from(toTypedArray(random.uniform(key, [n])))).toEqual(wanted.uniformFloat64);
      const single = random.uniform(key, [n], { dtype: "float32" });
      expect(single.dtype).toBe("float32");
      expect(Array.from(toTypedArray(single))).toEqual(wanted.uniformFloat32);
    });
  });
});

test("a key is a value: it always gives the same numbers", () => {
  expect(toNested(random.uniform(k0, [5]))).toEqual(toNested(random.uniform(k0, [5])));
  expect(toNested(random.uniform(k0, [5]))).not.toEqual(toNested(random.uniform(k1, [5])));
});

test("the shape does not change the numbers, only how they lie", () => {
  expect(toTypedArray(random.uniform(k0, [2, 3]))).toEqual(toTypedArray(random.uniform(k0, [6])));
  expect(random.uniform(k0).shape).toEqual([]);
  expect(random.uniform(k0, [0, 3]).shape).toEqual([0, 3]);
});

test("keys are made of all 53 bits of a seed, negative ones too", () => {
  expect(random.keyData(random.key(2 ** 32 + 5))).toEqual([1, 5]);
  expect(random.keyData(random.key(Number.MAX_SAFE_INTEGER))).toEqual([2 ** 21 - 1, 2 ** 32 - 1]);
  expect(random.keyData(random.key(-1))).toEqual([2 ** 32 - 1, 2 ** 32 - 1]);
});

test("splitting gives as many keys as are asked for, all different", () => {
  const keys = random.split(k0, 50).map((key) => random.keyData(key).join());
  expect(new Set(keys).size).toBe(50);
  expect(random.split(k0, 0)).toEqual([]);
});

test.each(["float64", "float32"] as const)("uniform %s numbers stay within their bounds and fill them", (dtype) => {
  for (const [min, max] of [
    [-1, 1],
    [5, 5],
    [-1e-3, 0],
    [1e6, 1e6 + 8],
    [0, 1e300],
  ] as const) {
    const limit = dtype === "float32" ? Math.fround(max) : max;
    const numbers = Array.from(toTypedArray(random.uniform(k0, [2000], { min, max, dtype })));
    if (!Number.isFinite(limit)) continue;
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(dtype === "float32" ? Math.fround(min) : min);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(limit);
    const mean = numbers.reduce((sum, x) => sum + x / 2000, 0);
    expect(Math.abs(mean - (min + max) / 2)).toBeLessThanOrEqual((max - min) * 0.03 + Math.abs(max) * 1e-7);
  }
});

test("a permutation holds every number once", () => {
  for (const n of [0, 1, 2, 7, 1000]) {
    const order = random.permutation(k0, n);
    expect([order.dtype, order.shape]).toEqual(["int32", [n]]);
    expect(Array.from(toTypedArray(order)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  }
});

test("every order of a permutation is as likely", () => {
  const counts = new Map<string, number>();
  const draws = 4800;
  for (const key of random.split(random.key(7), draws)) {
    const order = toTypedArray(random.permutation(key, 4)).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  const expected = draws / 24;
  const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  expect(counts.size).toBe(24);
  expect(chiSquare, "23 degrees of freedom, 0.1 %").toBeLessThan(49.7);
});

describe("bad input is refused", () => {
  const notKeys = [
    array([1, 2]),
    array([1], { dtype: "int32" }),
    5,
    undefined,
    null,
    [0, 1],
    "key",
  ] as readonly unknown[];
  test.each<readonly [string, (key: Key) => unknown]>([
    ["split", (key) => random.split(key)],
    ["foldIn", (key) => random.foldIn(key, 1)],
    ["bits", (key) => random.bits(key, [1])],
    ["uniform", (key) => random.uniform(key)],
    ["permutation", (key) => random.permutation(key, 3)],
    ["keyData", (key) => random.keyData(key)],
  ])("%s takes a key", (name, draw) => {
    for (const key of notKeys)
      expect(() => draw(key as Key)).toThrow(`random.${name}: a key is needed, as random.key(seed) makes it`);
  });

  test.each<readonly [string, () => unknown]>([
    ["random.key: a seed is a whole number up to 2^53, not 1.5", () => random.key(1.5)],
    ["random.key: a seed is a whole number up to 2^53, not NaN", () => random.key(NaN)],
    ["random.foldIn: a whole number from 0 to 2^32 - 1 is needed, not -1", () => random.foldIn(k0, -1)],
    ["random.foldIn: a whole number from 0 to 2^32 - 1 is needed, not 4294967296", () => random.foldIn(k0, 2 ** 32)],
    ["random.foldIn: a whole number from 0 to 2^32 - 1 is needed, not 0.5", () => random.foldIn(k0, 0.5)],
    [
      "random.uniform: finite bounds with min <= max are needed, not 1 and 0",
      () => random.uniform(k0, [], { min: 1, max: 0 }),
    ],
    [
      "random.uniform: finite bounds with min <= max are needed, not 0 and Infinity",
      () => random.uniform(k0, [], { max: Infinity }),
    ],
    ["random.uniform: finite bounds", () => random.uniform(k0, [], { min: -Number.MAX_VALUE, max: Number.MAX_VALUE })],
    [
      "random.uniform: the dtype must be float64 or float32, not int32",
      () => random.uniform(k0, [], { dtype: "int32" }),
    ],
    ["random.uniform: a size must be a whole number from 0 on: [-1] holds -1.", () => random.uniform(k0, [-1])],
    ["random.permutation: a size must be a whole number from 0 on: [-1] holds -1.", () => random.permutation(k0, -1)],
    ["random.split: a size must be a whole number from 0 on: [0.5, 2] holds 0.5.", () => random.split(k0, 0.5)],
  ])("%s", (message, act) => {
    expect(act).toThrow(message);
  });

  test("the largest number that can be folded in is 2^32 - 1", () => {
    expect(item(random.foldIn(k0, 2 ** 32 - 1).shape[0])).toBe(2);
  });
});
