import { grad } from "@gradfold/autodiff";
import {
  arange,
  array,
  item,
  matmul,
  max,
  mean,
  type NDArray,
  ones,
  random,
  type Scalar,
  sum,
  toNested,
  toTypedArray,
  transpose,
  variance,
  zeros,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { batches, initializer, metric, standardize, synthetic, testFunction, trainTestSplit } from "../src/index.ts";

const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));
const key = random.key(4);
const [everyInitializer, everySynthetic, everyTestFunction] = [
  { ...initializer },
  { ...synthetic },
  { ...testFunction },
];
const rows = { x: arange(10), y: arange(10) };

describe("batches", () => {
  test("leave out a last one that is shorter, if asked to", () => {
    const kept = batches(key, rows, { size: 4, epochs: 2 });
    const dropped = batches(key, rows, { size: 4, epochs: 2, dropLast: true });
    const sizes = (inputs: typeof kept) => Array.from({ length: inputs.length }, (_, i) => inputs.at(i).x.shape[0]);
    expect(sizes(kept)).toEqual([4, 4, 2, 4, 4, 2]);
    expect(sizes(dropped)).toEqual([4, 4, 4, 4]);
    expect(numbers(dropped.at(1).x)).toEqual(numbers(kept.at(1).x));
    expect(numbers(dropped.at(2).x)).toEqual(numbers(kept.at(3).x));
  });
  test("draw rows in proportion to their weights, x and y together", () => {
    const weights = array([0, 0, 1, 3, 0, 0, 0, 0, 0, 0]);
    const inputs = batches(key, rows, { size: 10, epochs: 200, weights });
    const all = Array.from({ length: 200 }, (_, i) => numbers(inputs.at(i).x)).flat();
    expect(new Set(all)).toEqual(new Set([2, 3]));
    // 2000 draws: within five standard deviations of a quarter.
    expect(Math.abs(all.filter((row) => row === 2).length - 500)).toBeLessThan(100);
    expect(numbers(inputs.at(7).y)).toEqual(numbers(inputs.at(7).x));
  });
  test("refuse weights that are not one for each row, and sizes beyond the rows", () => {
    expect(() => batches(key, rows, { size: 2, weights: array([1, 2]) })).toThrow(
      "batches: 10 rows need as many weights, not [2].",
    );
    expect(() => batches(key, rows, { size: 11 })).toThrow(
      "batches: the size must be a whole number from 1 to the number of rows, 10, not 11.",
    );
  });
});

describe("trainTestSplit", () => {
  test("gives each row to one of the parts, x and y together, the same again from the key", () => {
    const { train, test: rest } = trainTestSplit(key, rows, { testSize: 0.25 });
    expect([train.x.shape, rest.x.shape]).toEqual([[7], [3]]);
    expect([...numbers(train.x), ...numbers(rest.x)].toSorted((a, b) => a - b)).toEqual(numbers(rows.x));
    expect(numbers(train.y)).toEqual(numbers(train.x));
    expect(numbers(trainTestSplit(key, rows, { testSize: 0.25 }).test.x)).toEqual(numbers(rest.x));
    expect(numbers(trainTestSplit(random.key(5), rows, { testSize: 0.25 }).test.x)).not.toEqual(numbers(rest.x));
  });
  test("refuses to leave a part empty", () => {
    for (const testSize of [0, 1, -0.5, NaN, 0.95])
      expect(() => trainTestSplit(key, rows, { testSize })).toThrow(
        /trainTestSplit: .* of 10 rows leaves nothing for one of the parts/,
      );
    expect(() => trainTestSplit(key, { x: arange(3), y: arange(4) }, { testSize: 0.5 })).toThrow(
      /different numbers of rows/,
    );
  });
});

describe("standardize", () => {
  const x = random.normal(key, [50, 3], { mean: 4, standardDeviation: 3 });
  const fitted = standardize.fit(x);
  test("gives columns of mean 0 and variance 1, and the way back", () => {
    const z = standardize.apply(fitted, x);
    numbers(mean(z, 0)).forEach((m) => expect(m).toBeCloseTo(0, 13));
    numbers(variance(z, 0)).forEach((v) => expect(v).toBeCloseTo(1, 13));
    numbers(standardize.invert(fitted, z)).forEach((v, i) => expect(v).toBeCloseTo(numbers(x)[i] ?? NaN, 12));
  });
  test("makes zeros of what does not vary, and refuses other columns", () => {
    const flat = array([[2], [2]]);
    expect(toNested(standardize.apply(standardize.fit(flat), flat))).toEqual([[0], [0]]);
    expect(() => standardize.apply(fitted, flat)).toThrow("standardize.apply: the columns differ: [2, 1] and [3]");
    expect(() => standardize.fit(array(1))).toThrow("standardize.fit: a scalar has no rows.");
  });
});

describe("metrics", () => {
  test("are refused what they cannot be of", () => {
    expect(() => metric.accuracy(array([[1, 2]]), array([2]))).toThrow(
      "metric.accuracy: label 2 at index 0 is out of range: 2 classes are 0 to 1.",
    );
    expect(() => metric.accuracy(array([[1, 2]]), array([0.5]))).toThrow(
      "metric.accuracy: label 0.5 at index 0 is out of range",
    );
    expect(() => metric.accuracy([[1, 2]] as never, array([0]))).toThrow(
      "metric.accuracy: predictions must be an array, not a list of 1. Make one by array(…).",
    );
    const { precision, recall, f1 } = metric;
    for (const [name, score] of Object.entries({ precision, recall, f1 }))
      expect(() => score(ones([2, 3]) as never)).toThrow(`metric.${name}: a confusion matrix is square, not [2, 3].`);
    expect(() => standardize.fit(zeros([0, 3]))).toThrow("standardize.fit: there are no rows: [0, 3].");
    expect(() => standardize.apply(ones([2, 3]) as never, ones([2, 3]))).toThrow(
      "standardize.apply: what standardize.fit gives comes first, { mean, std }, not an array of shape [2, 3].",
    );
    expect(() => trainTestSplit(key, rows, { test_size: 0.3 } as never)).toThrow(
      "trainTestSplit: there is no option test_size. Did you mean testSize?",
    );
  });
  test("r2 of targets that do not vary is none", () => {
    expect(item(metric.r2(array([1, 1]), array([1, 1])))).toBe(NaN);
    expect(item(metric.r2(array([1, 2]), array([1, 1])))).toBe(-Infinity);
  });
});

describe("initializers", () => {
  const variances = {
    glorotUniform: 2 / 300,
    glorotNormal: 2 / 300,
    heUniform: 2 / 200,
    heNormal: 2 / 200,
    lecunUniform: 1 / 200,
    lecunNormal: 1 / 200,
  } as const;
  test.each(Object.entries(variances))("%s has the variance of its paper", (name, want) => {
    const make = everyInitializer[name as keyof typeof variances];
    const w = make(key, [200, 100]);
    // 20,000 draws: within five standard deviations.
    expect(Math.abs(item(variance(w)) / want - 1)).toBeLessThan(0.05);
    expect(Math.abs(item(mean(w)))).toBeLessThan(5 * Math.sqrt(want / 20000));
    expect(make(key, [3, 2], { dtype: "float32" }).dtype).toBe("float32");
    expect(() => make(key, [3])).toThrow(`initializer.${name}: weights need two axes or more, [in, out], not [3].`);
  });
  test("count the window of a convolution in", () => {
    const w = initializer.heNormal(key, [5, 5, 8, 100]);
    expect(Math.abs(item(variance(w)) * 100 - 1)).toBeLessThan(0.05);
  });
  test("orthogonal gives orthonormal rows or columns, times the gain", () => {
    for (const [shape, product] of [
      [[5, 3], (w: NDArray) => matmul(transpose(w), w)],
      [[3, 5], (w: NDArray) => matmul(w, transpose(w))],
    ] as const) {
      const gram = product(initializer.orthogonal(key, shape, { gain: 2 }));
      numbers(gram).forEach((v, i) => expect(v).toBeCloseTo(i % 4 === 0 ? 4 : 0, 12));
    }
    expect(initializer.orthogonal(key, [2, 2, 3, 4]).shape).toEqual([2, 2, 3, 4]);
  });
});

describe("test functions", () => {
  const minima = {
    rosenbrock: [[1, 1]],
    himmelblau: [
      [3, 2],
      [-2.805118, 3.131312],
      [-3.77931, -3.283186],
      [3.584428, -1.848126],
    ],
    beale: [[3, 0.5]],
    booth: [[1, 3]],
    rastrigin: [[0, 0, 0]],
  } as const;
  test.each(Object.entries(minima))("%s is 0, and level, at its minima", (name, places) => {
    const f = everyTestFunction[name as keyof typeof minima];
    for (const place of places) {
      expect(item(f(array(place)))).toBeCloseTo(0, 9);
      numbers(grad((x: NDArray) => f(x))(array(place))).forEach((g) => expect(g).toBeCloseTo(0, 3));
    }
  });
  test("ackley is 0 at 0, and greater elsewhere", () => {
    expect(item(testFunction.ackley(array([0, 0])))).toBeCloseTo(0, 14);
    expect(item(testFunction.ackley(array([0.1, 0])))).toBeGreaterThan(0.3);
  });
  test("quadratic has the condition that is asked for", () => {
    const gradient = grad((x: NDArray) => testFunction.quadratic(50)(x))(array([1, 1, 1]));
    expect(toNested(gradient)).toEqual([1, 25.5, 50]);
    expect(toNested(grad((x: NDArray) => testFunction.quadratic(50)(x))(array([2])))).toEqual([2]);
  });
  test("saddle is level at 0, between up and down", () => {
    expect(numbers(grad((x: NDArray) => testFunction.saddle(x))(array([0, 0]))).map(Math.abs)).toEqual([0, 0]);
    expect(item(testFunction.saddle(array([1, 0])))).toBe(1);
    expect(item(testFunction.saddle(array([0, 1])))).toBe(-1);
  });
});

describe("synthetic data", () => {
  const classes = {
    moons: 2,
    circles: 2,
    spirals: 3,
    blobs: 3,
  } as const;
  test.each(Object.entries(classes))(
    "%s has as many points of each class, the same again from the key",
    (name, count) => {
      const make = everySynthetic[name as keyof typeof classes];
      const { x, labels } = make(key, 60);
      expect([x.shape, labels.shape, labels.dtype]).toEqual([[60, 2], [60], "int32"]);
      const of = (label: number) => numbers(labels).filter((each) => each === label).length;
      expect(Array.from({ length: count }, (_, i) => of(i))).toEqual(Array.from({ length: count }, () => 60 / count));
      expect(toNested(make(key, 60).x)).toEqual(toNested(x));
      expect(() => make(key, 0)).toThrow(
        `synthetic.${name}: the number of points must be a whole number from 1 on, not 0.`,
      );
    },
  );
  test("moons, circles and spirals lie on their curves, but for the noise", () => {
    const radii = (x: NDArray): readonly number[] =>
      (toNested(x) as readonly (readonly number[])[]).map(([a = NaN, b = NaN]) => Math.hypot(a, b));
    radii(synthetic.circles(key, 10).x).forEach((r, i) => expect(r).toBeCloseTo(i % 2 === 0 ? 1 : 0.5, 14));
    radii(synthetic.moons(key, 10).x).forEach((r, i) => i % 2 === 0 && expect(r).toBeCloseTo(1, 14));
    expect(item(max(array(radii(synthetic.spirals(key, 30).x))))).toBeCloseTo(1, 14);
    const noisy = synthetic.circles(key, 1000, { noise: 0.1 }).x;
    const off = radii(noisy).map((r, i) => r - (i % 2 === 0 ? 1 : 0.5));
    expect(Math.sqrt(off.reduce((total, e) => total + e * e, 0) / 1000)).toBeCloseTo(0.1, 1.5);
  });
  test("xor is 1 where just one of the coordinates is positive", () => {
    const { x, labels } = synthetic.xor(key, 100);
    const points = toNested(x) as readonly (readonly number[])[];
    expect(points.map(([a = NaN, b = NaN]) => Number(a > 0 !== b > 0))).toEqual(numbers(labels));
  });
  test("line and sine are what they say, with noise", () => {
    const { x, y } = synthetic.line(key, 200, { noise: 0, slope: [2, -1] });
    const points = toNested(x) as readonly (readonly number[])[];
    numbers(y).forEach((v, i) => expect(v).toBeCloseTo(2 * (points[i]?.[0] ?? NaN) - 1, 14));
    const waves = synthetic.sine(key, 100, { noise: 0 });
    numbers(waves.y).forEach((v, i) => expect(v).toBeCloseTo(Math.sin(numbers(waves.x)[i] ?? NaN), 14));
    const total: Scalar = sum(synthetic.line(key, 10).y);
    expect(item(total)).toBeTypeOf("number");
  });
});
