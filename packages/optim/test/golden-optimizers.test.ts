import { valueAndGrad } from "@gradfold/autodiff";
import {
  add,
  array,
  div,
  item,
  matmul,
  mul,
  type NDArray,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  tree,
} from "@gradfold/core";
import { expect, test } from "vitest";
import * as optim from "../src/index.ts";
import { applyUpdates, chain, lookahead, multiSteps, schedule, type Transform, transform } from "../src/index.ts";
import { decode, expectClose, type GoldenOptimizer, optimizers } from "./golden.ts";

type Params = Readonly<Record<string, NDArray>>;
type Hyper = GoldenOptimizer["hyper"];
type Make = (rate: optim.Rate, options: object) => Transform<unknown>;

const byFamily = optim as unknown as Readonly<Record<string, Make>>;

/** The combinations that are no single optimizer, by their hyper-parameters. */
const combinations: readonly (readonly [key: string, make: (rate: number, hyper: Hyper) => Transform<unknown>])[] = [
  [
    "maxNorm",
    (rate, { maxNorm = NaN, momentum = 0 }) =>
      chain(transform.clipByGlobalNorm(maxNorm), optim.sgd(rate, { momentum })),
  ],
  [
    "maxDelta",
    (rate, { maxDelta = NaN, b1 = NaN, b2 = NaN }) => chain(transform.clip(maxDelta), optim.adam(rate, { b1, b2 })),
  ],
  ["clipping", (rate, { clipping = NaN }) => chain(transform.adaptiveGradClip(clipping), optim.sgd(rate))],
  ["threshold", (rate, { threshold = NaN }) => chain(transform.clipByBlockRms(threshold), optim.sgd(rate))],
  ["decay", (rate, { decay = NaN }) => chain(transform.ema({ decay }), transform.scale(-rate))],
];
const byId: Readonly<Record<string, (rate: number) => Transform<unknown>>> = {
  "chain-centralize-sgd": (rate) => chain(transform.centralize(), optim.sgd(rate)),
  "chain-normalize-sgd": (rate) => chain(transform.normalizeByUpdateNorm(), optim.sgd(rate)),
};

/** Those of which PyTorch's version is an option, and not what comes of other settings. */
const twofold: readonly string[] = ["adagrad", "amsgrad", "nadam", "nadamw", "radam"];

const make = ({ id, family, convention, hyper }: GoldenOptimizer, rate: number): Transform<unknown> => {
  const { learningRate: _, decayMask, ...options } = hyper;
  switch (family) {
    case "chain":
      return byId[id]?.(rate) ?? combinations.find(([key]) => key in hyper)?.[1](rate, hyper) ?? chain();
    case "multiSteps":
      return multiSteps(optim.adam(rate, { b1: hyper.b1 ?? NaN, b2: hyper.b2 ?? NaN }), { every: hyper.every ?? NaN });
    case "lookahead":
      return lookahead(optim.sgd(rate, { momentum: hyper.momentum ?? NaN }), {
        syncPeriod: hyper.syncPeriod ?? NaN,
        slowStepSize: hyper.slowStepSize ?? NaN,
      });
    case "schedule": {
      const { schedule: of, ...others } = options;
      if (of === undefined) throw new Error(`${id} has no schedule`);
      return "peak" in of
        ? optim.adamw(schedule.warmupCosineDecay(of), others)
        : optim.sgd(schedule.exponentialDecay(of), others);
    }
    case "polyakSgd":
      return optim.polyakSgd(options as optim.PolyakSgdOptions);
    default: {
      const version = convention === "torch" && twofold.includes(family) ? { convention: "torch" } : {};
      const mask = decayMask === undefined ? {} : { mask: decayMask };
      return byFamily[family]?.(rate, { ...options, ...version, ...mask }) ?? chain();
    }
  }
};

const { gradients, rosenbrock, quadratic } = optimizers.problems;
const vector = (list: readonly number[] = []): NDArray => array(list);

const rosenbrockValue = ({ x = vector() }: Params): Scalar => {
  const [x0, x1] = [slice(x, [0]), slice(x, [1])] as [Scalar, Scalar];
  return add(square(sub(rosenbrock.a, x0)), mul(rosenbrock.b, square(sub(x1, square(x0)))));
};
const quadraticValue = ({ x = vector() }: Params): Scalar => {
  const [A, c] = [decode(quadratic.A), decode(quadratic.c)];
  return sub(div(sum(mul(x, matmul(A, x))), 2), sum(mul(c, x)));
};

const initial = (problem: keyof typeof optimizers.problems): Params =>
  Object.fromEntries(Object.entries(optimizers.problems[problem].init).map(([name, x]) => [name, decode(x)]));

/** The problem's value and gradient at each step. */
const lossAndGrad = (problem: string, t: number, params: Params): readonly [Scalar | undefined, Params] =>
  problem === "gradients"
    ? [
        undefined,
        tree.mapTo((x, name) => array(gradients.gradients[t]?.[name] ?? [], { shape: x.shape }), params) as Params,
      ]
    : valueAndGrad(problem === "rosenbrock" ? rosenbrockValue : quadraticValue)(params);

const runs = optimizers.optimizers.flatMap((entry) =>
  entry.runs.map((run) => [entry.id, run.problem, entry, run] as const),
);

test("the golden file has 62 optimizers with 20 steps each", () => {
  expect(optimizers.steps).toBe(20);
  expect(optimizers.optimizers).toHaveLength(62);
  expect(runs).toHaveLength(125);
});

// Optax computes the decay of Adafactor in float32.
const tolerances = (family: string): readonly [number, number] =>
  family === "adafactor" ? [1e-6, 1e-9] : [1e-8, 1e-11];

test.each(runs)("%s on %s takes the path of PyTorch or Optax", (_, problem, entry, run) => {
  const optimizer = make(entry, run.learningRate ?? entry.hyper.learningRate ?? NaN);
  const [rtol, atol] = tolerances(entry.family);
  let params = initial(problem);
  let state = optimizer.init(params);
  expect(run.params).toHaveLength(optimizers.steps);
  run.params.forEach((want, t) => {
    const [value, gradient] = lossAndGrad(problem, t, params);
    if (run.values) expectClose(array(value ? item(value) : NaN), [run.values[t] ?? NaN], rtol, atol);
    const [updates, next] = optimizer.update(gradient, state, params, value === undefined ? {} : { value });
    params = applyUpdates(params, updates);
    state = next;
    expect(Object.keys(want).toSorted()).toEqual(Object.keys(params).toSorted());
    for (const [name, list] of Object.entries(want)) expectClose(params[name] ?? vector(), list, rtol, atol);
    const slow = run.slow?.[t];
    if (slow)
      for (const [name, list] of Object.entries(slow))
        expectClose((state as { readonly slow: Params }).slow[name] ?? vector(), list, rtol, atol);
  });
});
