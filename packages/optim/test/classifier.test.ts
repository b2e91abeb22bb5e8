import { valueAndGrad } from "@gradfold/autodiff";
import {
  add,
  argmax,
  array,
  item,
  matmul,
  mean,
  type NDArray,
  random,
  type Scalar,
  tanh,
  take,
  toTypedArray,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import penguinsFile from "../node_modules/vega-datasets/data/penguins.json" with { type: "json" };
import {
  adam,
  batches,
  initializer,
  type Inputs,
  loss,
  metric,
  standardize,
  trainState,
  trainStep,
  trainTestSplit,
  trajectory,
} from "../src/index.ts";
import spiralFile from "./fixtures/train-classifier.json" with { type: "json" };
import { decode, expectClose, type GoldenArray } from "./golden.ts";

interface Params {
  readonly w1: NDArray<[number, number]>;
  readonly b1: NDArray<[number]>;
  readonly w2: NDArray<[number, number]>;
  readonly b2: NDArray<[number]>;
}
interface Batch {
  readonly x: NDArray<[number, number]>;
  readonly labels: NDArray<[number]>;
}

const logits = ({ w1, b1, w2, b2 }: Params, x: NDArray<[number, number]>): NDArray<[number, number]> =>
  add(matmul(tanh(add(matmul(x, w1), b1)), w2), b2);
const objective = (p: Params, { x, labels }: Batch): Scalar =>
  mean(loss.softmaxCrossEntropyWithIntegerLabels(logits(p, x), labels));

describe("PyTorch's classifier of three arms of a spiral", () => {
  const golden = spiralFile;
  const of = (arrays: Readonly<Record<keyof Params, GoldenArray>>): Params =>
    Object.fromEntries(Object.entries(arrays).map(([name, each]) => [name, decode(each)])) as unknown as Params;
  const data: Batch = {
    x: decode(golden.x) as Batch["x"],
    labels: decode(golden.labels, "int32") as Batch["labels"],
  };
  const inputs: Inputs<Batch> = {
    length: golden.batches.length,
    at: (i) => {
      const rows = array(golden.batches[i] ?? [], { dtype: "int32" });
      return { x: take(data.x, rows), labels: take(data.labels, rows) };
    },
  };
  const start = of(golden.init);
  const { learningRate, b1, b2, eps } = golden.optimizer;
  const optimizer = adam(learningRate, { b1, b2, eps });
  const step = trainStep(valueAndGrad(objective), optimizer);
  const run = trajectory.fold(step, trainState(start, optimizer), inputs);

  test("has its first gradients", () => {
    const [, gradients] = valueAndGrad(objective)(start, inputs.at(0));
    const want = of(golden.firstGrads);
    for (const name of ["w1", "b1", "w2", "b2"] as const)
      expectClose(gradients[name], Array.from(toTypedArray(want[name])), 1e-8, 1e-10);
  });
  test("has its loss before every step", () => {
    expect(golden.losses).toHaveLength(golden.batches.length);
    expectClose(array(run.metrics.loss), golden.losses, 1e-8, 1e-10);
  });
  test("has its weights on the way and in the end", () => {
    expect(golden.snapshots.length).toBeGreaterThan(1);
    for (const { step: at, params } of golden.snapshots) {
      let [state] = [trainState(start, optimizer)];
      for (let i = 0; i < at; i++) [state] = step(state, inputs.at(i));
      for (const name of ["w1", "b1", "w2", "b2"] as const) expectClose(state.params[name], params[name], 1e-8, 1e-10);
    }
    const final = of(golden.final);
    for (const name of ["w1", "b1", "w2", "b2"] as const)
      expectClose(run.final.params[name], Array.from(toTypedArray(final[name])), 1e-8, 1e-10);
  });
  test("has its losses and accuracies on all rows, before and after", () => {
    expectClose(objective(start, data), [golden.initialFullLoss], 1e-8, 1e-10);
    expectClose(objective(run.final.params, data), [golden.finalFullLoss], 1e-8, 1e-10);
    expect(item(metric.accuracy(logits(start, data.x), data.labels))).toBeCloseTo(golden.initialAccuracy, 12);
    expect(item(metric.accuracy(logits(run.final.params, data.x), data.labels))).toBeCloseTo(golden.finalAccuracy, 12);
  });
});

/*
 * The penguins of Palmer station: K. B. Gorman, T. D. Williams, W. R. Fraser, 2014 (CC0), as the package vega-datasets
 * ships them. 342 birds of three species, by four measures.
 */
describe("a classifier of real birds", () => {
  const species = ["Adelie", "Chinstrap", "Gentoo"];
  const birds = penguinsFile.flatMap((bird) => {
    const measures = [
      bird["Beak Length (mm)"],
      bird["Beak Depth (mm)"],
      bird["Flipper Length (mm)"],
      bird["Body Mass (g)"],
    ];
    const known = measures.filter((m) => m !== null);
    return known.length === 4 ? [{ known, label: species.findIndex((name) => bird.Species.startsWith(name)) }] : [];
  });
  const data: Batch = {
    x: array(
      birds.flatMap(({ known }) => known),
      { shape: [birds.length, 4] },
    ),
    labels: array(
      birds.map(({ label }) => label),
      { dtype: "int32" },
    ),
  };
  const [forSplit, forBatches, forFirst, forSecond] = random.split(random.key(0), 4);
  const { train, test: held } = trainTestSplit(forSplit, data, { testSize: 0.25 });
  const scale = standardize.fit(train.x);
  const scaled = { ...train, x: standardize.apply(scale, train.x) };
  const start: Params = {
    w1: initializer.glorotUniform(forFirst, [4, 16]),
    b1: array(new Float64Array(16)),
    w2: initializer.glorotUniform(forSecond, [16, 3]),
    b2: array(new Float64Array(3)),
  };
  const optimizer = adam(0.01);
  const inputs = batches(forBatches, scaled, { size: 32, epochs: 30 });
  const run = trajectory.fold(trainStep(valueAndGrad(objective), optimizer), trainState(start, optimizer), inputs);
  const answers = logits(run.final.params, standardize.apply(scale, held.x));

  test("learns by mini-batches and cross entropy", () => {
    expect(birds).toHaveLength(342);
    expect([train.x.shape, held.x.shape]).toEqual([
      [256, 4],
      [86, 4],
    ]);
    expect(item(objective(run.final.params, scaled))).toBeLessThan(0.05);
  });
  // On the same rows, scikit-learn 1.2.1: StandardScaler, then LogisticRegression() is right about 85 of the 86 that were
  // held out, and MLPClassifier((16,), activation="tanh", max_iter=2000, random_state=0) about all.
  test("is right about as many of those held out as scikit-learn's are", () => {
    expect(item(metric.accuracy(answers, held.labels)) * 86).toBeGreaterThanOrEqual(85);
    const confusion = metric.confusionMatrix(argmax(answers, -1), held.labels, 3);
    for (const score of toTypedArray(metric.f1(confusion))) expect(score).toBeGreaterThan(0.95);
  });
});
