import { grad, program } from "@gradfold/autodiff";
import {
  add,
  array,
  type DType,
  item,
  log,
  mean,
  type NDArray,
  oneHot,
  onesLike,
  sum,
  toNested,
  toTypedArray,
  zerosLike,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import * as optim from "../src/index.ts";
import golden from "./fixtures/losses.json" with { type: "json" };
import { expectClose, type GoldenArray } from "./golden.ts";

// Numbers that are not finite are written as strings.
interface File {
  readonly losses: readonly {
    readonly id: string;
    readonly loss: string;
    readonly attrs?: Readonly<Record<string, number | null>>;
    readonly inputs: Readonly<Record<string, GoldenArray & { readonly dtype?: DType }>>;
    readonly perExample: GoldenArray;
    readonly mean: number;
    readonly sum: number;
    readonly gradOfMean: Readonly<Record<string, GoldenArray>>;
  }[];
}
const { losses } = golden as unknown as File;

type Options = Readonly<Record<string, number | null>>;
type AnyLoss = (a: NDArray, b: NDArray, options?: Options) => NDArray;
const byName = optim.loss as unknown as Readonly<Record<string, AnyLoss>>;

/** The losses whose names differ in the file. */
const others: Readonly<Record<string, AnyLoss>> = {
  crossEntropyInteger: optim.loss.softmaxCrossEntropyWithIntegerLabels,
  crossEntropySoft: optim.loss.softmaxCrossEntropy as AnyLoss,
  crossEntropySmoothed: (logits, labels, options) =>
    optim.loss.softmaxCrossEntropy(
      logits,
      optim.loss.smoothLabels(oneHot(labels, logits.shape.at(-1) ?? 0), options?.["alpha"] ?? NaN),
    ),
};

const decode = ({ shape, data, dtype = "float64" }: GoldenArray & { readonly dtype?: DType }): NDArray =>
  array(data.map(Number), { shape, dtype });

test("there are golden numbers of 37 losses", () => {
  expect(losses).toHaveLength(37);
  expect(losses.flatMap(({ gradOfMean }) => Object.keys(gradOfMean))).toHaveLength(51);
});

describe.each(losses.map((entry) => [entry.id, entry] as const))("%s", (_, entry) => {
  const loss = others[entry.loss] ?? byName[entry.loss] ?? (() => array(NaN));
  const names = Object.keys(entry.inputs);
  const [a = array(0), b = array(0)] = Object.values(entry.inputs).map(decode);
  const value = (p: NDArray, t: NDArray): NDArray => loss(p, t, entry.attrs);

  test("has PyTorch's values", () => {
    const each = value(a, b);
    expect(each.shape).toEqual(entry.perExample.shape);
    expectClose(each, entry.perExample.data, 1e-10, 1e-12);
    expectClose(sum(each), [entry.sum], 1e-10, 1e-12);
    // The file's mean of a loss of rows is that over rows, as PyTorch's "batchmean".
    expectClose(mean(each), [entry.mean], 1e-10, 1e-12);
  });
  test("has PyTorch's gradients", () => {
    for (const [name, want] of Object.entries(entry.gradOfMean)) {
      const gradient =
        names.indexOf(name) === 0
          ? grad((p: NDArray) => mean(value(p, b)))(a)
          : grad((t: NDArray) => mean(value(a, t)))(b);
      expectClose(gradient, want.data, 1e-10, 1e-12);
    }
  });
  test("is a program that gives the same bits", () => {
    const traced = program.of((p: NDArray, t: NDArray) => value(p, t))(a, b);
    expect(program.evaluate(traced, [a, b]).map(toNested)).toEqual([toNested(value(a, b))]);
  });
});

describe("losses of one value for every place", () => {
  const everyLoss = {
    squaredError: optim.loss.squaredError,
    l2Loss: optim.loss.l2Loss,
    absoluteError: optim.loss.absoluteError,
    huber: optim.loss.huber,
    smoothL1: optim.loss.smoothL1,
    logCosh: optim.loss.logCosh,
    sigmoidBinaryCrossEntropy: optim.loss.sigmoidBinaryCrossEntropy,
    sigmoidFocal: optim.loss.sigmoidFocal,
    hinge: optim.loss.hinge,
    squaredHinge: optim.loss.squaredHinge,
    poissonNll: optim.loss.poissonNll,
  } as unknown as Readonly<Record<string, AnyLoss>>;

  test.each(Object.entries(everyLoss))("%s refuses unequal shapes", (name, loss) => {
    const [row, column] = [array([1, 2, 3]), array([[1], [2], [3]])];
    expect(() => loss(row, column)).toThrow(`loss.${name}: shapes differ: [3] and [3, 1]`);
    expect(() => loss(row, array([1, 2]))).toThrow(`loss.${name}: shapes differ: [3] and [2]`);
    expect(() => loss(row, array(1))).toThrow(`loss.${name}: shapes differ: [3] and []`);
  });
  test.each(Object.entries(everyLoss))("%s keeps float32", (_, loss) => {
    const x = array([0.5, -1], { dtype: "float32" });
    expect(loss(x, x).dtype).toBe("float32");
  });
  test("half of the squared error is l2Loss", () => {
    expect(toNested(optim.loss.l2Loss(array([1, -3]), array([0, 0])))).toEqual([0.5, 4.5]);
  });
});

test.each(["softmaxCrossEntropy", "klDivergence", "cosineSimilarity", "cosineDistance"])(
  "%s refuses unequal shapes and scalars",
  (name) => {
    const loss = byName[name] ?? (() => array(0));
    expect(() => loss(array([1, 2]), array([[1], [2]]))).toThrow(`loss.${name}: shapes differ: [2] and [2, 1]`);
    expect(() => loss(array(1), array(1))).toThrow(`loss.${name}: a scalar has no rows. Give at least one axis.`);
  },
);

test.each(["softmaxCrossEntropyWithIntegerLabels", "nll"])("%s names the label that is out of range", (name) => {
  const loss = byName[name] ?? (() => array(0));
  const rows = array([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  const message = (label: number) => `loss.${name}: label ${label} at index 1 is out of range: 2 classes are 0 to 1.`;
  for (const label of [2, -1, 0.5, NaN]) expect(() => loss(rows, array([0, label, 1]))).toThrow(message(label));
  expect(() => loss(rows, array([0, 1]))).toThrow(`loss.${name}: labels and rows: shapes differ: [2] and [3]`);
  expect(() => loss(array(1), array(0))).toThrow(`loss.${name}: a scalar has no classes`);
});

test("smoothed labels keep their dtype, and what makes none is refused", () => {
  expect(optim.loss.smoothLabels(array([[0, 1]], { dtype: "float32" }), 0.1).dtype).toBe("float32");
  expect(optim.loss.smoothLabels(array([[0, 1]], { dtype: "int32" }), 0.1).dtype).toBe("float64");
  expect(() => optim.loss.smoothLabels(array([0, 1]), 1.5)).toThrow(
    "loss.smoothLabels: alpha must be from 0 to 1, not 1.5.",
  );
  expect(() => optim.loss.smoothLabels(array(1), 0.5)).toThrow("loss.smoothLabels: a scalar has no classes");
});

test("the divergence of targets that are logarithms is that of the probabilities", () => {
  const p = log(array([[0.2, 0.3, 0.5]]));
  const t = array([[0.5, 0, 0.5]]);
  const plain = optim.loss.klDivergence(p, t);
  expect(item(optim.loss.klDivergence(p, log(t), { logTargets: true }))).toBeCloseTo(item(plain), 14);
  expect(item(optim.loss.klDivergence(log(t), t))).toBe(0);
});

test("an epsilon keeps the cosine of nothing at 0", () => {
  const [zero, one] = [array([[0, 0]]), array([[3, 4]])];
  expect(toNested(optim.loss.cosineSimilarity(zero, one, { epsilon: 1e-8 }))).toEqual([0]);
  expect(toNested(optim.loss.cosineDistance(zero, one, { epsilon: 1e-8 }))).toEqual([1]);
  expect(toNested(optim.loss.cosineSimilarity(zero, one))).toEqual([NaN]);
});

test("hyper-parameters that make no loss are refused", () => {
  const x = array([1]);
  expect(() => optim.loss.huber(x, x, { delta: 0 })).toThrow(
    "loss.huber: delta must be a finite number above 0, not 0.",
  );
  expect(() => optim.loss.smoothL1(x, x, { beta: NaN })).toThrow(
    "loss.smoothL1: beta must be a finite number above 0, not NaN.",
  );
  expect(() => optim.loss.sigmoidFocal(x, x, { gamma: -1 })).toThrow(
    "loss.sigmoidFocal: gamma must be a finite number from 0 on, not -1.",
  );
  expect(() => optim.loss.sigmoidFocal(x, x, { alpha: 2 })).toThrow(
    "loss.sigmoidFocal: alpha must be from 0 to 1, or null, not 2.",
  );
});

test("a focal loss of any gamma is cross entropy times (1 - q)^gamma", () => {
  const [x, t] = [array([0.3, -2]), array([1, 1])];
  const [entropy, focal] = [optim.loss.sigmoidBinaryCrossEntropy(x, t), optim.loss.sigmoidFocal(x, t, { gamma: 3 })];
  const [e, f] = [toTypedArray(entropy), toTypedArray(focal)];
  f.forEach((value, i) => expect(value).toBeCloseTo((1 - Math.exp(-(e[i] ?? NaN))) ** 3 * (e[i] ?? NaN), 12));
});

describe("metrics", () => {
  const truth = array([0, 0, 1, 2, 2, 2], { dtype: "int32" });
  const taken = array([0, 1, 1, 2, 0, 2], { dtype: "int32" });
  const confusion = optim.metric.confusionMatrix(taken, truth, 4);

  test("the confusion matrix counts classes (rows) and what they were taken for (columns)", () => {
    expect(toNested(confusion)).toEqual([
      [1, 1, 0, 0],
      [0, 1, 0, 0],
      [1, 0, 2, 0],
      [0, 0, 0, 0],
    ]);
  });
  test("a class that is out of range is named with its index", () => {
    expect(() => optim.metric.confusionMatrix(taken, truth, 2)).toThrow(
      "metric.confusionMatrix: label 2 at index 3 is out of range: 2 classes are 0 to 1.",
    );
  });
  test("precision, recall and f1 are those of each class, and 0 where there are none", () => {
    expect(toNested(optim.metric.precision(confusion))).toEqual([1 / 2, 1 / 2, 1, 0]);
    expect(toNested(optim.metric.recall(confusion))).toEqual([1 / 2, 1, 2 / 3, 0]);
    expectClose(optim.metric.f1(confusion), [1 / 2, 2 / 3, 4 / 5, 0], 1e-15, 0);
  });
  test("accuracy is the part of rows whose greatest number is that of their class", () => {
    const rows = array([
      [3, 1],
      [1, 3],
      [0, 1],
    ]);
    expect(item(optim.metric.accuracy(rows, array([0, 1, 0])))).toBeCloseTo(2 / 3, 15);
    expect(() => optim.metric.accuracy(rows, array([0, 1]))).toThrow("metric.accuracy: shapes differ: [3] and [2]");
  });
  test("r2 is 1 for what is right, 0 for the mean, and negative for worse", () => {
    const y = array([1, 2, 3]);
    expect(item(optim.metric.r2(y, y))).toBe(1);
    expect(item(optim.metric.r2(array([2, 2, 2]), y))).toBe(0);
    expect(item(optim.metric.r2(array([3, 2, 1]), y))).toBe(-3);
    expect(() => optim.metric.r2(y, array([[1, 2, 3]]))).toThrow("metric.r2: shapes differ: [3] and [1, 3]");
  });
});

describe("where the answer is sure", () => {
  const slopes = (f: (x: NDArray) => NDArray, at: readonly number[]): readonly number[] =>
    Array.from(toTypedArray(grad((x: NDArray) => sum(f(x)))(array(at))), (value) => value + 0);
  const bends = (f: (x: NDArray) => NDArray, at: readonly number[]): readonly number[] =>
    slopes((x) => grad((y: NDArray) => sum(f(y)))(x), at);
  const sure = [800, Infinity];

  test.each([0, 0.5, 1, 1.5, 2])("a focal loss with gamma %d and its derivatives are 0", (gamma) => {
    const focal = (x: NDArray) => optim.loss.sigmoidFocal(x, onesLike(x), { gamma });
    expect(toNested(add(focal(array(sure)), 0))).toEqual([0, 0]);
    expect(slopes(focal, sure)).toEqual([0, 0]);
    expect(bends(focal, sure)).toEqual([0, 0]);
    expect(slopes((x) => optim.loss.sigmoidFocal(x, zerosLike(x), { gamma }), [-800, -Infinity])).toEqual([0, 0]);
  });
  test("so are binary cross entropy and its derivatives", () => {
    const entropy = (x: NDArray) => optim.loss.sigmoidBinaryCrossEntropy(x, onesLike(x));
    expect(toNested(add(entropy(array(sure)), 0))).toEqual([0, 0]);
    expect(slopes(entropy, sure)).toEqual([0, 0]);
    expect(bends(entropy, sure)).toEqual([0, 0]);
    expect(slopes(entropy, [-Infinity])).toEqual([-1]);
  });
  test("a Poisson distribution of mean 0 never gives more than 0", () => {
    const poisson = (x: NDArray) => optim.loss.poissonNll(x, zerosLike(x));
    expect(toNested(poisson(array([-Infinity])))).toEqual([0]);
    expect(slopes(poisson, [-Infinity])).toEqual([0]);
  });
  test("logCosh is smooth at 0: its second derivative is 1, that of huber too", () => {
    expect(bends((x) => optim.loss.logCosh(x, zerosLike(x)), [0])).toEqual([1]);
    expect(bends((x) => optim.loss.huber(x, zerosLike(x)), [0])).toEqual([1]);
  });
  test("a number beside float32 is float32", () => {
    const single = array(1, { dtype: "float32" });
    expect(optim.loss.sigmoidBinaryCrossEntropy(0.5, single).dtype).toBe("float32");
    expect(optim.loss.poissonNll(single, 2).dtype).toBe("float32");
  });
});
