import { scan, valueAndGrad } from "@gradfold/autodiff";
import {
  array,
  either,
  greater,
  matmul,
  mean,
  mul,
  type NDArray,
  pipe,
  random,
  type Scalar,
  square,
  sub,
  sum,
  toTypedArray,
  where,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  chain,
  lbfgs,
  lineSearch,
  namedChain,
  recording,
  schedule,
  sgd,
  steps,
  type Transform,
  trainState,
  trainStep,
  trajectory,
} from "../src/index.ts";
import { decode, seed } from "./golden.ts";

const bowl = valueAndGrad((p: NDArray) => sum(square(p)));

/** Descent on x^2, where each step multiplies x by 1 - 2 rate. */
const descend = (rate: number, start: readonly number[], n: number, dtype: "float64" | "float32" = "float64") => {
  const optimizer = sgd(rate);
  return trajectory.fold(
    trainStep(bowl, optimizer),
    trainState(array(start, { dtype }) as NDArray, optimizer),
    steps(n),
  );
};

describe("a run", () => {
  test("that goes down is finished", () => {
    expect(descend(0.1, [1], 50).outcome).toEqual({ kind: "finished" });
  });
  test("that goes up diverged at the first loss above a million times 1 + the first", () => {
    const run = descend(1.5, [1], 20);
    expect(run.metrics.loss[10]).toBe(4 ** 10);
    expect(run.outcome).toEqual({
      kind: "diverged",
      step: 11,
      loss: 4 ** 11,
      reason: "too large",
      leaf: undefined,
    });
    expect(run.length).toBe(21);
  });
  test("may have a loss of the bound itself", () => {
    const at = (loss: number) => trajectory.fold((x: number) => [loss, { loss: x }], 1, steps(2)).outcome.kind;
    expect([at(2e6), at(2e6 * (1 + 2 ** -50)), at(-1e300)]).toEqual(["finished", "diverged", "finished"]);
  });
  test("whose loss is not finite diverged there, and the first bad leaf is named", () => {
    const step = (s: { readonly a: number; readonly b: { readonly c: number } }, i: number) =>
      [{ a: s.a, b: { c: i === 2 ? NaN : s.b.c } }, { loss: s.a + s.b.c }] as const;
    const run = trajectory.fold(step, { a: 1, b: { c: 1 } }, { length: 6, at: (i) => i });
    expect(run.outcome).toEqual({ kind: "diverged", step: 3, loss: NaN, reason: "not finite", leaf: "b.c" });
  });
  test("whose loss alone is not finite has no bad leaf", () => {
    const run = trajectory.fold((x: number) => [x + 1, { loss: x === 2 ? -Infinity : 0 }], 0, steps(5));
    expect(run.outcome).toEqual({ kind: "diverged", step: 2, loss: -Infinity, reason: "not finite", leaf: undefined });
  });
  test("that overflows in its final state only diverged there, where no loss was computed", () => {
    const run = trajectory.fold((x: number) => [x === 2 ? Infinity : x + 1, { loss: 0 }], 0, steps(3));
    expect(run.outcome).toEqual({ kind: "diverged", step: 3, loss: NaN, reason: "not finite", leaf: "" });
  });
  test("without a loss is judged by its final state", () => {
    const run = (last: number) => trajectory.fold((x: number) => [x === 2 ? last : x + 1, {}], 0, steps(3)).outcome;
    expect(run(5)).toEqual({ kind: "finished" });
    expect(run(NaN)).toEqual({ kind: "diverged", step: 3, loss: NaN, reason: "not finite", leaf: "" });
  });
  test("of no steps is judged by its start", () => {
    expect(trajectory.fold((x: number) => [x, { loss: x }], NaN, steps(0)).outcome).toMatchObject({
      kind: "diverged",
      step: 0,
    });
  });
  test("with a key in its state is judged by the numbers beside it", () => {
    const optimizer = sgd(0.1);
    const state = trainState(array([1]) as NDArray, optimizer, random.key(2 ** 40));
    expect(trajectory.fold(trainStep(bowl, optimizer), state, steps(3)).outcome).toEqual({ kind: "finished" });
  });
});

describe("a run whose line search finds nothing better", () => {
  /** A loss whose gradient says the wrong way: no step along it goes down. */
  const wrong = (p: NDArray) => [sum(square(p)), mul(p, -2)] as const;
  /** Right at first, and wrong near 0. */
  const ends = (p: NDArray) => {
    const loss = sum(square(p));
    return [loss, where(greater(loss, 1), mul(p, 2), mul(p, -2))] as const;
  };
  const searching: readonly (readonly [string, Transform<unknown>])[] = [
    ["lbfgs", lbfgs() as Transform<unknown>],
    ["backtracking", chain(sgd(1), lineSearch.backtracking()) as Transform<unknown>],
    ["zoom in a record", namedChain({ down: sgd(0.1), far: lineSearch.zoom() }) as Transform<unknown>],
  ];
  test.each(searching)("by %s is stalled from the first such step on, however it is taken", (_, optimizer) => {
    const start = trainState(array([3, 4]) as NDArray, optimizer);
    const step = trainStep(wrong, optimizer, { metrics: ["gradientNorm", "stepLength", "learningRate"] });
    const run = trajectory.fold(step, start, steps(6));
    expect(run.outcome).toMatchObject({ kind: "stalled", step: 0, reason: "no lower loss" });
    expect(run.metrics).toMatchObject({ stepLength: [0, 0, 0, 0, 0, 0], learningRate: [0, 0, 0, 0, 0, 0] });
    expect(run.metrics.gradientNorm).toEqual([10, 10, 10, 10, 10, 10]);
    const others = [
      trajectory.fold(step, start, steps(6), { scan }),
      trajectory.extend(trajectory.fold(step, start, steps(2)), steps(4)),
      trajectory.slice(trajectory.fold(step, start, steps(9)), 0, 7),
    ];
    for (const other of others) expect(other.outcome).toEqual(run.outcome);
    expect(trajectory.fold(step, start, steps(0)).outcome).toEqual({ kind: "finished" });
  });
  test("got on before: the step is the first that did not", () => {
    const optimizer = lbfgs();
    const run = trajectory.fold(trainStep(ends, optimizer), trainState(array([3, 4]) as NDArray, optimizer), steps(9));
    const { outcome } = run;
    expect(outcome).toMatchObject({ kind: "stalled", leaf: "optimizer[2].stalled" });
    const step = outcome.kind === "stalled" ? outcome.step : NaN;
    const places = Array.from(run.states(0), ({ params }) => toTypedArray(params).join());
    expect(new Set(places.slice(step)).size).toBe(1);
    expect(places[step - 1]).not.toBe(places[step]);
  });
  test("is told by a line search's state alone, whatever else bears the name", () => {
    const mine: Transform<{ readonly stalled: Scalar }> = {
      init: () => ({ stalled: array(3) }),
      update: (updates, state) => [updates, state],
    };
    const optimizer = namedChain({ stalled: mine, learningRate: mine, down: sgd(0.1) });
    const run = trajectory.fold(trainStep(bowl, optimizer), trainState(array([3]) as NDArray, optimizer), steps(2));
    expect(run.outcome).toEqual({ kind: "finished" });
  });
  test("is told by its recording, and goes on counting where it is extended", () => {
    const optimizer = lbfgs();
    const step = trainStep(wrong, optimizer);
    const inputs = steps(4);
    const run = trajectory.fold(step, trainState(array([3, 4]) as NDArray, optimizer), inputs);
    const reopened = pipe(
      recording.decode(recording.encode(recording.of(run))),
      either.flatMap((read) => trajectory.reopen(read, step, inputs)),
      either.map(({ outcome }) => outcome),
    );
    expect(reopened).toEqual(either.right(run.outcome));
    expect(trajectory.extend(run, steps(3)).outcome).toEqual({ ...run.outcome, step: 0 });
  });
  test("is finished where its gradient is 0, and where a rate is 0 by a schedule", () => {
    const run = (optimizer: Transform<unknown>, start: readonly number[]) =>
      trajectory.fold(trainStep(bowl, optimizer), trainState(array(start) as NDArray, optimizer), steps(5)).outcome
        .kind;
    expect(run(lbfgs() as Transform<unknown>, [0, 0])).toBe("finished");
    expect(run(lbfgs() as Transform<unknown>, [3, 4])).toBe("finished");
    expect(run(sgd(schedule.constant(0)), [3, 4])).toBe("finished");
  });
  test("ends where a monitor of the steps' lengths says so", () => {
    const optimizer = lbfgs();
    const step = trainStep(wrong, optimizer, { metrics: ["stepLength"] });
    const start = trainState(array([3, 4]) as NDArray, optimizer);
    const lengthOf = (until: trajectory.FoldOptions["until"] & object, options = {}) =>
      trajectory.fold(step, start, steps(50), { until, ...options }).length;
    expect([lengthOf(trajectory.stalled()), lengthOf(trajectory.stalled({ patience: 3 }), { scan })]).toEqual([2, 4]);
    expect(() =>
      trajectory.fold(trainStep(wrong, optimizer), start, steps(5), { until: trajectory.stalled() }),
    ).toThrow("trajectory.fold: until looks at the metric stepLength, which the step does not give. It gives loss.");
    expect(() => trajectory.stalled({ patience: 0 })).toThrow(
      "trajectory.stalled: patience must be a whole number from 1 on, not 0.",
    );
  });
});

describe("the blog's run with a learning rate of 1.5", () => {
  const mse = valueAndGrad((a: NDArray, { x, y }: { readonly x: NDArray; readonly y: NDArray }) =>
    mean(square(sub(matmul(x, a), y))),
  );
  const optimizer = sgd(1.5);
  const run = (dtype: "float64" | "float32") =>
    trajectory.fold(
      trainStep(mse, optimizer),
      trainState(array(seed.a0, { dtype }) as NDArray, optimizer),
      steps(100, { x: decode(seed.x, dtype), y: decode(seed.y, dtype) }),
    );
  const [wide, narrow] = [run("float64"), run("float32")];

  test("diverges at the same step in both float dtypes", () => {
    expect(wide.outcome).toMatchObject({ kind: "diverged", reason: "too large", leaf: undefined });
    expect(narrow.outcome).toMatchObject({ kind: "diverged", reason: "too large", leaf: undefined });
    const stepOf = ({ outcome }: typeof wide) => (outcome.kind === "diverged" ? outcome.step : NaN);
    expect(stepOf(narrow)).toBe(stepOf(wide));
    expect(stepOf(wide)).toBeGreaterThan(5);
    const bound = 1e6 * (1 + (wide.metrics.loss[0] ?? NaN));
    expect(wide.metrics.loss.findIndex((loss) => loss > bound)).toBe(stepOf(wide));
  });
  test("overflows float32 and not float64, and is there to be looked at all the same", () => {
    expect([wide.length, narrow.length]).toEqual([101, 101]);
    expect(wide.metrics.loss.every(Number.isFinite)).toBe(true);
    expect(narrow.metrics.loss.some((loss) => !Number.isFinite(loss))).toBe(true);
  });
});

test("a float32 loss that overflows before it is too large is not finite", () => {
  const run = descend(1.5, [1e17], 20, "float32");
  expect(run.outcome).toMatchObject({
    kind: "diverged",
    step: 8,
    loss: Infinity,
    reason: "not finite",
    leaf: undefined,
  });
});

test("a float64 run can overflow too: its leaf is named", () => {
  const product = valueAndGrad((p: { readonly w: NDArray }) => mean(square(mul(p.w, 1e200))));
  const optimizer = sgd(1);
  const run = trajectory.fold(
    trainStep(product, optimizer),
    trainState({ w: array([1]) as NDArray }, optimizer),
    steps(2),
  );
  expect(run.outcome).toMatchObject({ kind: "diverged", step: 0, loss: Infinity, reason: "not finite" });
});
