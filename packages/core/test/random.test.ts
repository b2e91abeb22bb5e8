import { describe, expect, test } from "vitest";
import { array, item, random, toNested, toTypedArray } from "../src/index.ts";
import { elementwise } from "../src/operations/family/elementwise.ts";
import { computedAsWords } from "../src/random/key.ts";
import { threefry } from "../src/random/threefry.ts";
import golden from "./fixtures/prng-threefry.json" with { type: "json" };

const unsigned = (words: ArrayLike<number>) => Array.from(words, (word) => word >>> 0);
const [k0, k1] = random.split(random.key(2026));

/** Both words of the block of a key and a counter. */
const blockOf = (key: readonly number[], counter: readonly number[]) => {
  const words = [...key, ...counter].map((word) => array(word | 0, { dtype: "int32" }));
  return (["high", "low"] as const).map((half) => {
    const { evaluate } = elementwise(
      half,
      4,
      (L, a, b, c, d) => threefry(L, a, b, c, d)[half],
      computedAsWords("int32"),
    );
    return item(evaluate(words));
  });
};

describe("as JAX has it", () => {
  test.each(golden.blocks)(
    "the block of the key $key and the counter $counter is $output",
    ({ key, counter, output }) => {
      expect(unsigned(blockOf(key, counter))).toEqual(output);
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
    [-1e-3, 0],
    [1e6, 1e6 + 8],
    [0, 1e300],
  ] as const) {
    if (dtype === "float32" && !Number.isFinite(Math.fround(max))) continue;
    const limit = dtype === "float32" ? Math.fround(max) : max;
    const numbers = Array.from(toTypedArray(random.uniform(k0, [2000], { min, max, dtype })));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(dtype === "float32" ? Math.fround(min) : min);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(limit);
    const mean = numbers.reduce((sum, x) => sum + x / 2000, 0);
    expect(Math.abs(mean - (min + max) / 2)).toBeLessThanOrEqual((max - min) * 0.03 + Math.abs(max) * 1e-7);
  }
});
