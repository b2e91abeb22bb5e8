import { valueAndGrad } from "@gradfold/autodiff";
import {
  add,
  array,
  item,
  mul,
  type NDArray,
  option,
  pipe,
  random,
  square,
  sum,
  toNested,
  toTypedArray,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  adam,
  applyIfFinite,
  chain,
  injectHyperparams,
  lbfgs,
  lineSearch,
  lookahead,
  masked,
  multiSteps,
  partition,
  polyakSgd,
  reduceOnPlateau,
  sam,
  schedule,
  scheduleFree,
  sgd,
  steps,
  type Transform,
  trainState,
  trainStep,
  trajectory,
  transform,
} from "../src/index.ts";

const optimizer = sgd(0.25, { momentum: 0.5 });
const bowl = valueAndGrad((p: NDArray) => sum(square(p)));
const start = trainState(array([1, 2]) as NDArray, optimizer);

describe("a train step", () => {
  test("moves the parameters, the optimizer and the count", () => {
    const [state, metrics] = trainStep(bowl, optimizer)(start);
    expect([toNested(state.params), item(metrics.loss), item(state.step)]).toEqual([[0.5, 1], 5, 1]);
    expect(toNested(state.optimizer[0].trace)).toEqual([2, 4]);
    expect(item(state.optimizer[1].count)).toBe(1);
  });
  test("leaves the state that it starts from as it is", () => {
    trainStep(bowl, optimizer)(start);
    expect([toNested(start.params), item(start.step), toNested(start.optimizer[0].trace)]).toEqual([[1, 2], 0, [0, 0]]);
  });
  test("hands its batch to the loss", () => {
    const loss = valueAndGrad((p: NDArray, batch: { readonly x: NDArray }) => sum(mul(p, batch.x)));
    const [state, { loss: value }] = trainStep(loss, sgd(1))(trainState(array([1, 2]) as NDArray, sgd(1)), {
      x: array([3, 4]),
    });
    expect([item(value), toNested(state.params)]).toEqual([11, [-2, -2]]);
  });
  test("makes metrics of what a loss gives beside the scalar", () => {
    const loss = valueAndGrad((p: NDArray) => [sum(square(p)), { norm: sum(p), constant: 7 }] as const);
    const [, metrics] = trainStep(loss, optimizer)(start);
    expect([item(metrics.loss), item(metrics.norm), metrics.constant]).toEqual([5, 3, 7]);
  });
  test("counts as a scalar array, so that a step can be traced", () => {
    expect([start.step.shape, start.step.dtype]).toEqual([[], "float64"]);
    expect("key" in start).toBe(false);
  });
});

describe("a key in the state", () => {
  const seen = (seed: number, n: number): readonly string[] => {
    const keys: string[] = [];
    const loss = (p: NDArray, _: undefined, key: random.Key) => {
      keys.push(random.keyData(key).join());
      return bowl(add(p, mul(random.uniform(key), 0)));
    };
    const run = trajectory.fold(
      trainStep(loss, optimizer),
      trainState(array([1, 2]) as NDArray, optimizer, random.key(seed)),
      steps(n),
    );
    expect(
      pipe(
        trajectory.at(run, n),
        option.map(({ key }) => key && random.keyData(key)),
      ),
    ).toEqual(option.some([0, seed]));
    return keys;
  };

  test("gives every step a key of its own, made of its number", () => {
    const wanted = [0, 1, 2, 3, 4].map((i) => random.keyData(random.foldIn(random.key(5), i)).join());
    expect(seen(5, 5)).toEqual(wanted);
    expect(new Set(seen(5, 30)).size).toBe(30);
  });
  test("gives other keys for another seed, and the same again", () => {
    expect(seen(5, 4)).toEqual(seen(5, 4));
    expect(seen(6, 4)).not.toEqual(seen(5, 4));
  });
});

describe("what a step measures by name", () => {
  const named = ["gradientNorm", "stepLength", "learningRate"] as const;
  const measured = (optimizer: Transform<unknown>, n = 3, start: readonly number[] = [3, 4]) =>
    trajectory.fold(
      trainStep(bowl, optimizer, { metrics: named }),
      trainState(array(start) as NDArray, optimizer),
      steps(n),
    ).metrics;

  test("is the length of the gradient, how far the parameters moved, and the rate", () => {
    const { loss, gradientNorm, stepLength, learningRate } = measured(sgd(0.25));
    expect([loss, gradientNorm, stepLength, learningRate]).toEqual([
      [25, 6.25, 1.5625],
      [10, 5, 2.5],
      [2.5, 1.25, 0.625],
      [0.25, 0.25, 0.25],
    ]);
  });
  test("has the rate of a schedule, of hyper-parameters in the state, and of a line search", () => {
    const half = schedule.exponentialDecay({ init: 0.4, transitionSteps: 1, decayRate: 0.5 });
    const rates = (optimizer: Transform<unknown>) => measured(optimizer).learningRate;
    const falling = [0.4, 0.2, 0.1];
    expect(rates(sgd(half))).toEqual(falling);
    expect(rates(adam(half))).toEqual(falling);
    const injected = injectHyperparams(({ learningRate }) => sgd(learningRate), { learningRate: half });
    expect(rates(injected as Transform<unknown>)).toEqual(falling);
    expect(rates(masked(sgd(half), () => true) as Transform<unknown>)).toEqual(falling);
    for (const wrap of [
      applyIfFinite(sgd(half), { maxConsecutiveErrors: 2 }),
      lookahead(sgd(half)),
      multiSteps(sgd(half), { every: 1 }),
      sam(sgd(half)),
      scheduleFree(sgd(half), { learningRate: half }),
      chain(transform.clip(1e9), sgd(half)),
    ] as readonly Transform<unknown>[])
      expect(rates(wrap)).toEqual(falling);
    expect(rates(chain(sgd(0.5), reduceOnPlateau()) as Transform<unknown>)).toEqual([0.5, 0.5, 0.5]);
    expect(rates(chain(sgd(0.125), lineSearch.zoom({ curvRtol: 0.1 })) as Transform<unknown>)[0]).toBeCloseTo(0.5, 12);
    expect(rates(lbfgs() as Transform<unknown>).slice(0, 2)).toEqual([1, 1]);
  });
  test("is asked for by name, and nothing else is there", () => {
    const step = trainStep(bowl, optimizer, { metrics: ["stepLength"] });
    expect(Object.keys(step(start)[1])).toEqual(["loss", "stepLength"]);
    expect(Object.keys(trainStep(bowl, optimizer, {})(start)[1])).toEqual(["loss"]);
    expect(() => trainStep(bowl, optimizer, { metrics: ["steplength"] as never })).toThrow(
      'trainStep: metrics must be a list of "gradientNorm", "stepLength", "learningRate", not a list of 1.',
    );
    expect(() => trainStep(bowl, optimizer, { metric: [] } as never)).toThrow("Did you mean metrics?");
  });
  test("has no rate where the optimizer has none, which is an error of the first step", () => {
    const parts = partition({ a: sgd(1) }, () => "a");
    for (const other of [transform.scale(-1), parts, polyakSgd()] as readonly Transform<unknown>[])
      expect(() => measured(other)).toThrow(
        "trainStep: the metric learningRate: the optimizer tells no learning rate.",
      );
  });
  test("refuses a metric of the loss that has such a name", () => {
    const loss = valueAndGrad((p: NDArray) => [sum(square(p)), { stepLength: 1 }] as const);
    expect(() => trainStep(loss, optimizer, { metrics: ["stepLength"] })(start)).toThrow(
      "trainStep: stepLength is a metric of the step, so that nothing beside the loss can have this name. Rename it.",
    );
    expect(item(trainStep(loss, optimizer)(start)[1].stepLength as never)).toBe(1);
  });
  test("does not change the step", () => {
    const [state] = trainStep(bowl, optimizer)(start);
    const [other] = trainStep(bowl, optimizer, { metrics: named })(start);
    expect(toTypedArray(other.params)).toEqual(toTypedArray(state.params));
  });
});

test("a run can be taken up where it was left, to the same bits", () => {
  const step = trainStep(bowl, optimizer);
  const whole = trajectory.fold(step, start, steps(20));
  const half = trajectory.fold(step, start, steps(8));
  const rest = trajectory.fold(step, half.final, steps(12));
  expect(toTypedArray(rest.final.params)).toEqual(toTypedArray(whole.final.params));
  expect(item(rest.final.step)).toBe(20);
});
