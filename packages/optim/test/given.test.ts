import { scan, valueAndGrad } from "@gradfold/autodiff";
import {
  add,
  array,
  DomainError,
  DTypeError,
  either,
  type NDArray,
  ones,
  option,
  random,
  ShapeError,
  square,
  sum,
  TreeError,
  zeros,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  adam,
  batches,
  metric,
  recording,
  sgd,
  sliceInputs,
  standardize,
  steps,
  trainState,
  trainStep,
  trainTestSplit,
  trajectory,
  withValidation,
} from "../src/index.ts";

/** What no function of this package has a use for, and what some of them take. */
const junk: readonly unknown[] = [
  undefined,
  null,
  7,
  -1.5,
  NaN,
  "text",
  true,
  [],
  [1],
  {},
  { keepdims: true },
  { length: -1, at: () => 1 },
  { length: 2, at: () => undefined },
  () => 1,
  () => undefined,
  new Map(),
  Promise.resolve(1),
  10n,
  array([1, 2, 3]),
  zeros([]),
];

type Act = (...args: readonly unknown[]) => unknown;

const shown = (x: unknown): string =>
  (typeof x === "bigint" || typeof x === "function" ? typeof x : JSON.stringify(x)) ?? "";

/** Throws unless something was done, or refused by an error of gradfold's own under its name. */
const checkRefusal = (name: string, args: readonly unknown[], act: () => unknown): void => {
  try {
    act();
  } catch (e) {
    const isOwn = [DomainError, DTypeError, ShapeError, TreeError].some((kind) => e instanceof kind);
    if (isOwn && (e as Error).message.startsWith(`${name}: `)) return;
    throw new Error(`${name}(${args.map(shown).join(", ")}) throws ${String(e)}`, { cause: e });
  }
};

const step = (n: number): [number, { loss: number }] => [n, { loss: 1 }];
const run = trajectory.fold(step, 1, steps(4));
const monitor = { init: { stopped: false }, next: () => ({ stopped: false }) };
const at = option.toUndefined(trajectory.replayFrom(run, 1));

/** Calls as they should be. */
const calls: Readonly<Record<string, readonly [f: unknown, ...args: readonly unknown[]]>> = {
  "trajectory.fold": [trajectory.fold, step, 1, steps(3), { scan, budget: 100, until: monitor }],
  "trajectory.extend": [trajectory.extend, run, steps(2)],
  "trajectory.fork": [trajectory.fork, run, 1, step, steps(2), { scan }],
  "trajectory.forkWith": [trajectory.forkWith, run, 1, (n: number) => n, step, steps(2), { budget: 1 }],
  "trajectory.slice": [trajectory.slice, run, 1, 3],
  "trajectory.map": [trajectory.map, run, (n: number) => n],
  "trajectory.at": [trajectory.at, run, 1],
  "trajectory.evaluate": [trajectory.evaluate, run, (n: number) => n],
  "trajectory.column": [trajectory.column, run, (n: number) => n],
  "trajectory.diff": [trajectory.diff, run, run],
  "trajectory.verify": [trajectory.verify, run, step, steps(4)],
  "trajectory.watch": [trajectory.watch, run, trajectory.bestSoFar(), "loss"],
  "trajectory.replayFrom": [trajectory.replayFrom, run, 1],
  "trajectory.forward": [trajectory.forward, at],
  "trajectory.backward": [trajectory.backward, at],
  "trajectory.earlyStopping": [trajectory.earlyStopping, { patience: 1, metric: "validationLoss" }],
  "trajectory.reopen": [trajectory.reopen, recording.of(run), step, steps(4), { check: "all" }],
  steps: [steps, 3],
  batches: [batches, random.key(0), { x: ones([5]) }, { size: 2 }],
  sliceInputs: [sliceInputs, steps(5), 1, 3],
  withValidation: [withValidation, step, { every: 2, metrics: () => ({ validationLoss: 1 }) }],
  trainTestSplit: [trainTestSplit, random.key(0), { x: ones([5]) }, { testSize: 0.4 }],
  trainState: [trainState, array(1), sgd(0.1), random.key(1)],
  trainStep: [trainStep, valueAndGrad((p: NDArray) => sum(p)), sgd(0.1)],
  "standardize.fit": [standardize.fit, ones([3, 2])],
  "standardize.apply": [standardize.apply, standardize.fit(ones([3, 2])), ones([3, 2])],
  "standardize.invert": [standardize.invert, standardize.fit(ones([3, 2])), ones([3, 2])],
  "metric.accuracy": [metric.accuracy, ones([3, 2]), zeros([3])],
  "metric.confusionMatrix": [metric.confusionMatrix, zeros([3]), zeros([3]), 2],
  "metric.precision": [metric.precision, ones([2, 2])],
  "metric.recall": [metric.recall, ones([2, 2])],
  "metric.f1": [metric.f1, ones([2, 2])],
  "metric.r2": [metric.r2, ones([3]), ones([3])],
};

describe.each(Object.entries(calls))("%s", (name, [f, ...args]) => {
  const call = f as Act;
  test("is called as it should be", () => {
    expect(() => call(...args)).not.toThrow();
  });
  test("refuses what it has no use for in its own name, in every argument", () => {
    for (const [i] of args.entries())
      for (const bad of junk) {
        const given = args.map((arg, j) => (j === i ? bad : arg));
        checkRefusal(name, given, () => call(...given));
      }
  });
  test("refuses too few arguments, and arguments in another order, in its own name", () => {
    for (let n = 0; n < args.length; n++) checkRefusal(name, args.slice(0, n), () => call(...args.slice(0, n)));
    for (let n = 1; n < args.length; n++) {
      const turned = [...args.slice(n), ...args.slice(0, n)];
      checkRefusal(name, turned, () => call(...turned));
    }
  });
});

describe("what a callback gives", () => {
  const folded = (f: Act, options = {}) => trajectory.fold(f as unknown as typeof step, 1, steps(3), options);

  test("is looked at under the name of the function that called it, whatever it is", () => {
    for (const bad of junk) {
      const gives = (): unknown => bad;
      for (const options of [{}, { scan }]) {
        const told: readonly Act[] = [gives, () => [bad, {}], () => [1, bad], () => [1, { m: bad }], () => [bad, bad]];
        for (const f of told) checkRefusal("trajectory.fold", [bad], () => folded(f, options));
      }
      checkRefusal("trajectory.fold", [bad], () =>
        folded(step as Act, { until: { init: { stopped: false }, next: gives } }),
      );
      checkRefusal("trajectory.fold", [bad], () => folded(step as Act, { scan: gives }));
      checkRefusal("trajectory.evaluate", [bad], () => trajectory.evaluate(run, gives as () => number));
      checkRefusal("trajectory.map", [bad], () => [...trajectory.map(run, gives).states(0)]);
      checkRefusal("trajectory.forkWith", [bad], () =>
        trajectory.forkWith(run, 1, gives as () => number, step, steps(1)),
      );
      checkRefusal("trajectory.verify", [bad], () => trajectory.verify(run, gives as unknown as typeof step, steps(4)));
      checkRefusal("trajectory.fold", [bad], () => trajectory.fold(step, 1, { length: 2, at: gives }));
      const state = trainState(array([1, 2]) as NDArray, adam(0.1));
      const loss = [
        gives,
        () => [bad, state.params],
        () => [array(1), bad],
        () => [[array(1), bad], state.params],
        () => [[array(1), { m: bad }], state.params],
      ];
      for (const f of loss)
        checkRefusal("trainStep", [bad], () => trainStep(f as () => [NDArray, NDArray], adam(0.1))(state));
      checkRefusal("trainStep", [bad], () =>
        trainStep(
          valueAndGrad((p: NDArray) => sum(p)),
          adam(0.1),
        )(bad as typeof state),
      );
      const left = trajectory.reopen(recording.of(run), gives as unknown as typeof step, steps(4));
      expect(either.isLeft(left)).toBe(true);
    }
  });

  test.each<readonly [string, () => unknown]>([
    [
      "trajectory.fold: the step must give [state, metrics], not undefined. Is its return missing?",
      () => folded(() => undefined),
    ],
    [
      "trajectory.fold: the step must give [state, metrics], not a Promise. Await it first: no function here is async.",
      () => folded(async () => [1, {}]),
    ],
    ["trajectory.fold: the step must give [state, metrics], not an array of shape [].", () => folded(() => add(1, 1))],
    [
      "trajectory.fold: the step must give its metrics as a record, as { loss } or {}, not 3.",
      () => folded(() => [1, 3]),
    ],
    [
      'trajectory.fold: the metric name must be a number or a scalar array, not the string "a".',
      () => folded(() => [1, { name: "a" }]),
    ],
    [
      "trajectory.fold: the metric loss must be a number or a scalar array, not an array of shape [2].",
      () => folded(() => [1, { loss: zeros([2]) }]),
    ],
    [
      "trajectory.fold: the metric loss must be a number or a scalar array, not an array of shape [1].",
      () => folded(() => [1, { loss: zeros([1]) }], { scan }),
    ],
    [
      "trajectory.fold: the metrics are b where they were a. Give each of them at every step, as NaN where there is none.",
      () => trajectory.fold((n: number) => [n + 1, n === 0 ? { a: 1 } : { b: 1 }], 0, steps(2)),
    ],
    [
      "trajectory.extend: the metrics are none where they were a. Give each",
      () =>
        trajectory.extend(
          trajectory.fold((n: number) => [n + 1, n === 0 ? { a: 1 } : {}], 0, steps(1)),
          steps(1),
        ),
    ],
    [
      "trajectory.fold: the step changes the form of the state at the root: [2] is not []. A run's states have one form.",
      () => folded(() => [zeros([2]), {}]),
    ],
    [
      "trajectory.fold: the step changes the form of the state at w: float64 is not float32.",
      () => trajectory.fold(() => [{ w: 1 }, {}], { w: array(1, { dtype: "float32" }) } as never, steps(1)),
    ],
    [
      "trajectory.fold: the step changes the form of the state at the root: {constructor} is not {toString}.",
      () => trajectory.fold(() => [{ constructor: 1 }, {}], { toString: 1 } as never, steps(1)),
    ],
    [
      "trajectory.fold: inputs are a sequence { length, at(i) }, not 100. Did you mean steps(100)?",
      () => trajectory.fold(step, 1, 100 as never),
    ],
    [
      "trajectory.fold: inputs are a sequence { length, at(i) }, not an array of shape [3]. Did you mean steps(n, batch), or batches(key, data, options)?",
      () => trajectory.fold(step, 1, ones([3]) as never),
    ],
    [
      "trajectory.fold: the length of inputs must be a whole number from 0 on, not 1.5.",
      () => trajectory.fold(step, 1, { length: 1.5, at: () => undefined }),
    ],
    [
      "trajectory.fold: input 1 of 2 is undefined, unlike those before it.",
      () => trajectory.fold((n: number, _input: number | undefined) => [n, {}], 1, { length: 2, at: (i) => [5][i] }),
    ],
    [
      "trajectory.fold: input 0 is a Promise. Inputs are read at once: load the data before the run.",
      () => trajectory.fold((n: number, _input: Promise<number>) => [n, {}], 1, { length: 2, at: async (i) => i }),
    ],
    [
      "trajectory.fold: the step must be a function (state, input) => [state, metrics], not 1. Call fold(step, state, inputs).",
      () => trajectory.fold(1 as never, step, steps(2)),
    ],
    [
      "trajectory.extend: the run comes first, as trajectory.fold makes it, not an object.",
      () => trajectory.extend(steps(1) as never, run as never),
    ],
    ["trajectory.fold: there is no option scna. Did you mean scan?", () => folded(step as Act, { scna: scan })],
    [
      "trajectory.fold: until looks at the metric loss, which the step does not give. It gives none.",
      () => folded(() => [1, {}], { until: monitor }),
    ],
    [
      "trajectory.fold: the budget must be a number of bytes from 0 on, not NaN.",
      () => folded(step as Act, { budget: NaN }),
    ],
    [
      'trajectory.reopen: check is "all" or "ends", not the string "some".',
      () => trajectory.reopen(recording.of(run), step, steps(4), { check: "some" as never }),
    ],
    [
      "batches: there is no input 3 among 3, which are 0 to 2.",
      () => batches(random.key(0), ones([5]), { size: 2 }).at(3),
    ],
    ["batches: there is no input 0.5 among 3", () => batches(random.key(0), ones([5]), { size: 2 }).at(0.5)],
    ["steps: there is no input -1 among 3", () => steps(3, "a").at(-1)],
    ["steps: there is no input 3 among 3", () => steps(3).at(3)],
    ["batches: the option size is needed.", () => batches(random.key(0), ones([5]), {} as never)],
    [
      "batches: there is no option batchSize. Did you mean size?",
      () => batches(random.key(0), ones([5]), { batchSize: 2 } as never),
    ],
    [
      "batches: a key is needed, as random.key(seed) makes it, not 0.",
      () => batches(0 as never, ones([5]), { size: 2 }),
    ],
  ])("%s", (message, act) => {
    expect(act).toThrow(message);
  });
});

describe("a training step", () => {
  const optimizer = sgd(0.1, { momentum: 0.9 });
  const params = { w: ones([2]), b: zeros([]) };
  const loss = (p: typeof params) => add(sum(square(p.w)), p.b);
  const state = trainState(params, optimizer);
  const taken = (lossAndGrad: unknown, from: unknown = state) =>
    trainStep(lossAndGrad as () => [NDArray, typeof params], optimizer)(from as typeof state);

  test.each<readonly [string, () => unknown]>([
    [
      "trainStep: the function must give [loss, gradient], as valueAndGrad(loss) does, not an array of shape [].",
      () => taken(loss),
    ],
    [
      "trainStep: the function must give [loss, gradient], as valueAndGrad(loss) does, not an object.",
      () => taken(() => params),
    ],
    [
      "trainStep: the loss must be a scalar, not an array of shape [2]. Take its mean.",
      () => taken(() => [ones([2]), params]),
    ],
    [
      "trainStep: the gradient and the parameters differ at the root: {w} and {w, b}.",
      () => taken(() => [array(1), { w: params.w }]),
    ],
    [
      "trainStep: the gradient and the parameters differ at w: [3] and [2].",
      () => taken(() => [array(1), { w: ones([3]), b: 0 }]),
    ],
    [
      "trainStep: the loss is the metric loss, so that nothing beside it can have this name. Rename it.",
      () => taken(() => [[array(1), { loss: array(-1) }], params]),
    ],
    [
      "trainStep: the metric norm must be a number or a scalar array, not an array of shape [2].",
      () => taken(() => [[array(1), { norm: ones([2]) }], params]),
    ],
    [
      "trainStep: what the loss gives beside it must be a record of metrics, not an array of shape [2].",
      () => taken(() => [[array(1), ones([2])], params]),
    ],
    [
      "sgd: the state is of another optimizer or of other parameters: at the root is {count, mu, nu, b1Power, b2Power}, not {trace}.",
      () => taken(valueAndGrad(loss), trainState(params, adam(0.1))),
    ],
    [
      "sgd: the state is of another optimizer or of other parameters: at trace.w is [3], not [2].",
      () => taken(valueAndGrad(loss), { ...trainState({ w: ones([3]), b: zeros([]) }, optimizer), params }),
    ],
    [
      "trainStep: a state of training is needed, as trainState(params, optimizer) makes it, not an object.",
      () => taken(valueAndGrad(loss), params),
    ],
    [
      "trainStep: the optimizer must be a transform, { init, update }, not 0.1.",
      () => trainStep(valueAndGrad(loss), 0.1 as never),
    ],
    [
      "trainStep: the first argument is a function, as valueAndGrad(loss), not an object.",
      () => trainStep(optimizer as never, valueAndGrad(loss) as never),
    ],
  ])("%s", (message, act) => {
    expect(act).toThrow(message);
  });
  test("looks at what an optimizer that users wrote gives", () => {
    const written = (init: () => unknown, update: (...given: readonly unknown[]) => unknown) => {
      // What the types would refuse is what is tried.
      const own = { init, update } as unknown as typeof optimizer;
      return () => trainStep(valueAndGrad(loss), own)(trainState(params, own));
    };
    const nothing = (): null => null;
    expect(written(nothing, (updates, own) => [updates, own])).not.toThrow();
    expect(written(() => loss, nothing)).toThrow(
      "trainState: what init of the optimizer gives must be a tree of arrays",
    );
    expect(written(nothing, () => undefined)).toThrow(
      "trainStep: update of the optimizer must give [updates, state], not undefined. Is its return missing?",
    );
    expect(written(nothing, () => [{ w: ones([3]), b: 0 }, null])).toThrow(
      "trainStep: the updates of the optimizer and the parameters differ at w: [3] and [2].",
    );
  });
  test("takes a state of other parameters when all of it is of them", () => {
    const step = trainStep(
      valueAndGrad((p: NDArray) => sum(p)),
      optimizer,
    );
    for (const n of [2, 3, 2]) expect(step(trainState(ones([n]) as NDArray, optimizer))[0].params.shape).toEqual([n]);
  });
});
