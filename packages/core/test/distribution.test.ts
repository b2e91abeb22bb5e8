import { describe, expect, test } from "vitest";
import { elementwise } from "../src/operations/family/elementwise.ts";
import { array, type DType, type Key, type NDArray, random, stack, toNested, toTypedArray } from "../src/index.ts";
import { quantile, quantileShort } from "../src/scalar/quantile.ts";
import deviates from "./fixtures/normal-deviate.json" with { type: "json" };
import jax from "./fixtures/random-jax.json" with { type: "json" };
import { samplesOf } from "./laws/capture.ts";
import { batchIsLoop, layoutIsInvisible, leavesOperandsAlone, loopsAreEvaluated, shapeRule } from "./laws/law.ts";
import { chiSquare, kolmogorovSmirnov } from "./laws/statistics.ts";

const floats = ["float64", "float32"] as const;
const list = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));

type Draw = (key: Key, shape: readonly number[], dtype: DType) => NDArray;

/** The normal distribution function, to 2e-7 (Abramowitz and Stegun, 7.1.26). */
const normalBelow = (x: number): number => {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const coefficients = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  const tail = coefficients.reduce((sum, c) => (sum + c) * t, 0) * Math.exp(-z * z) * 0.5;
  return x < 0 ? tail : 1 - tail;
};

/** What is drawn, and the probability of a number up to x. */
const continuous: readonly (readonly [string, Draw, (x: number) => number])[] = [
  ["uniform", (key, shape, dtype) => random.uniform(key, shape, { dtype }), (x) => x],
  [
    "uniform between bounds",
    (key, shape, dtype) => random.uniform(key, shape, { dtype, min: -2, max: 3 }),
    (x) => (x + 2) / 5,
  ],
  ["normal", (key, shape, dtype) => random.normal(key, shape, { dtype }), normalBelow],
  [
    "normal with mean and deviation",
    (key, shape, dtype) => random.normal(key, shape, { dtype, mean: 5, standardDeviation: 0.5 }),
    (x) => normalBelow((x - 5) / 0.5),
  ],
  [
    "truncatedNormal",
    (key, shape, dtype) => random.truncatedNormal(key, shape, { dtype, min: -1, max: 2 }),
    (x) => (normalBelow(x) - normalBelow(-1)) / (normalBelow(2) - normalBelow(-1)),
  ],
  [
    "truncatedNormal on one side, with mean and deviation",
    (key, shape, dtype) =>
      random.truncatedNormal(key, shape, { dtype, min: 1.5, max: Infinity, mean: 3, standardDeviation: 2 }),
    (x) => 1 - (1 - normalBelow((x - 3) / 2)) / (1 - normalBelow(1.5)),
  ],
  ["exponential", (key, shape, dtype) => random.exponential(key, shape, { dtype }), (x) => 1 - Math.exp(-x)],
  ["gumbel", (key, shape, dtype) => random.gumbel(key, shape, { dtype }), (x) => Math.exp(-Math.exp(-x))],
  [
    "laplace",
    (key, shape, dtype) => random.laplace(key, shape, { dtype }),
    (x) => (x < 0 ? Math.exp(x) / 2 : 1 - Math.exp(-x) / 2),
  ],
];

describe.each(continuous)("%s", (_, draw, below) => {
  test.each(floats)("%s numbers are distributed as they should be", (dtype) => {
    for (const seed of [1, 2, 3]) {
      const numbers = list(draw(random.key(seed), [50, 80], dtype));
      expect(kolmogorovSmirnov(numbers, below), "exceeded by chance once in a thousand").toBeLessThan(1.95);
      expect(
        kolmogorovSmirnov(numbers, (x) => below(x) ** 1.3),
        "another one is told apart",
      ).toBeGreaterThan(1.95);
    }
  });

  test.each(floats)("of %s have the shape asked for, and the same numbers in any shape", (dtype) => {
    const key = random.key(4);
    for (const shape of [[], [0], [3, 0], [1], [7], [2, 3], [2, 1, 2]]) {
      const x = draw(key, shape, dtype);
      expect([x.shape, x.dtype]).toEqual([shape, dtype]);
      expect(list(x)).toEqual(list(draw(key, [20], dtype)).slice(0, list(x).length));
    }
  });

  test.each(floats)("of %s are maps that hold to the laws of records", (dtype) => {
    const samples = samplesOf((key) => draw(random.wrap(key as NDArray<[2]>), [2, 3], dtype), [random.key(5)]);
    expect(samples.map(({ primitive }) => primitive.loops.kind)).toContain("map");
    for (const sample of samples)
      for (const law of [shapeRule, loopsAreEvaluated, leavesOperandsAlone, layoutIsInvisible, batchIsLoop])
        law(sample);
  });

  test.each(floats)("of %s from keys that were split do not depend on each other", (dtype) => {
    const n = 4000;
    const drawn = random.split(random.key(6), 4).map((key) => list(draw(key, [n], dtype)).map(below));
    drawn.forEach((xs, i) =>
      drawn.slice(0, i).forEach((ys) => {
        const products = xs.reduce((sum, x, k) => sum + (x - 0.5) * ((ys[k] ?? 0) - 0.5), 0);
        expect(Math.abs((products / n) * 12), "four standard deviations").toBeLessThan(4 / Math.sqrt(n));
      }),
    );
  });
});

const asDraw: Readonly<Record<string, Draw>> = Object.fromEntries(continuous.map(([name, draw]) => [name, draw]));

describe.each(jax.keys)("as JAX has it, from the key of $seed", (wanted) => {
  const key = random.key(wanted.seed);

  test.each([
    ["normal", wanted.normalFloat64, wanted.normalFloat32],
    ["truncatedNormal", wanted.truncatedNormalFloat64, wanted.truncatedNormalFloat32],
    ["exponential", wanted.exponentialFloat64, wanted.exponentialFloat32],
    ["gumbel", wanted.gumbelFloat64, wanted.gumbelFloat32],
    ["laplace", wanted.laplaceFloat64, wanted.laplaceFloat32],
  ])("%s numbers agree to the precision of its functions", (name, double, single) => {
    const near = (x: NDArray | undefined, values: readonly number[], tolerance: number): void => {
      list(x ?? array([])).forEach((y, i) => {
        const z = values[i] ?? NaN;
        expect(Math.abs(y - z)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(z), 0.1));
      });
    };
    near(asDraw[name]?.(key, [12], "float64"), double, 5e-14);
    near(asDraw[name]?.(key, [12], "float32"), single, 2e-6);
  });

  test("integers are the same", () => {
    for (const { min, max, values } of wanted.integers)
      expect(toNested(random.integers(key, [6], { min, max }))).toEqual(values);
  });
  test("uniform numbers between -1 and 1 are the same", () => {
    expect(toNested(random.uniform(key, [8], { min: -1, max: 1 }))).toEqual(wanted.uniformBounds);
  });
  test("truths are the same", () => {
    const truths = (dtype: DType) => list(random.bernoulli(key, [20], { p: array(0.3, { dtype }) }));
    expect(truths("float64")).toEqual(wanted.bernoulliFloat64);
    expect(truths("float32")).toEqual(wanted.bernoulliFloat32);
  });
});

test("a normal number is within 2.4 ulp of the deviate in float64 and 0.502 in float32", () => {
  const rule = { computed: (common: DType) => common, result: (computed: DType) => computed };
  const wide = elementwise("quantile", 1, quantile, rule);
  const short = elementwise("quantile", 1, quantileShort, rule);
  const errors = { float64: 0, float32: 0 };
  for (const [of, ...numbers] of deviates.points) {
    const dtype = of === "float32" ? "float32" : "float64";
    const [u = NaN, high = NaN, low = NaN] = numbers.map(Number);
    const [{ evaluate }, digits] = dtype === "float64" ? [wide, 53] : [short, 24];
    const [got = NaN] = list(evaluate([array([u], { dtype })]));
    const ulp = 2 ** (Math.floor(Math.log2(Math.abs(high))) + 1 - digits);
    errors[dtype] = Math.max(errors[dtype], Math.abs(got - high - low) / ulp);
  }
  expect(errors.float64).toBeLessThanOrEqual(2.4);
  expect(errors.float32).toBeLessThanOrEqual(0.502);
  expect(Math.min(errors.float64, errors.float32), "the points are hard enough").toBeGreaterThan(0.49);
});

test("truncated numbers stay within their bounds, the outermost ones too", () => {
  for (const [min, max] of [
    [-1, 1],
    [0, 1e-6],
    [5, Infinity],
    [-Infinity, -5],
    [-Infinity, Infinity],
    [-8.5, -6],
  ] as const)
    for (const dtype of floats) {
      const numbers = list(random.truncatedNormal(random.key(11), [3000], { min, max, dtype }));
      const round = dtype === "float32" ? Math.fround : Number;
      expect(numbers.every((x) => Number.isFinite(x) && x >= round(min) && x <= round(max))).toBe(true);
      expect(new Set(numbers).size).toBeGreaterThan(dtype === "float32" ? 2000 : 2990);
    }
});

test("whole numbers are equally likely", () => {
  const values = list(random.integers(random.key(8), [6000], { min: -3, max: 7 }));
  expect(
    chiSquare(
      values.map((x) => x + 3),
      new Array<number>(10).fill(0.1),
    ),
    "9 degrees of freedom, 0.1 %",
  ).toBeLessThan(27.9);
  const wide = list(random.integers(random.key(8), [6000], { min: -(2 ** 31), max: 2 ** 31 }));
  expect(kolmogorovSmirnov(wide, (x) => (x + 2 ** 31) / 2 ** 32)).toBeLessThan(1.95);
});

test("truths come with their probability, which may differ from place to place", () => {
  const p = array([0, 0.25, 1]);
  const truths = list(random.bernoulli(random.key(9), [2000, 3], { p }));
  const share = (column: number) => truths.filter((_, i) => i % 3 === column).reduce((sum, x) => sum + x, 0) / 2000;
  expect([share(0), share(2)]).toEqual([0, 1]);
  expect(Math.abs(share(1) - 0.25)).toBeLessThan(0.04);
  const x = random.bernoulli(random.key(9), [2, 0]);
  expect([x.dtype, x.shape]).toEqual(["bool", [2, 0]]);
});

test("a draw acts on a stack of keys as on each of them", () => {
  const keys = random.split(random.key(10), 3);
  const [split, ...rest] = samplesOf(
    (key) => random.foldIn(random.wrap(key as NDArray<[2]>), 3),
    [random.key(1)],
  ).filter(({ primitive }) => primitive.name === "threefry");
  expect(rest).toEqual([]);
  const [, , counter, place] = split?.inputs ?? [];
  const words = [0, 1].map((i) => stack(keys.map((key) => array(random.keyData(key)[i] ?? 0))));
  const inputs = [...words, ...(counter && place ? [counter, place] : [])];
  const batched = split?.primitive.batch(inputs, [true, true, false, false]);
  expect(batched && toNested(batched)).toEqual(keys.map((key) => toNested(random.foldIn(key, 3))));
});
