import { type Program, program, scan, valueAndGrad, vmap } from "@gradfold/autodiff";
import {
  add,
  array,
  cast,
  div,
  item,
  less,
  mean,
  type Scalar,
  square,
  stack,
  sub,
  sum,
  take,
  toTypedArray,
  tree,
  type Vector,
} from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recording, sgd, steps, trainState, trainStep, trajectory, withValidation } from "../src/index.ts";
import { inner } from "../src/trajectory/trajectory.ts";
import { load, record, resume } from "../src/node/index.ts";
import { memoryDisk } from "./memory.ts";
import { right } from "./recorded.ts";

const optimizer = sgd(0.125, { momentum: 0.5 });
const own = trainStep(
  valueAndGrad((w: Vector<2>, target: Vector<2>) => sum(square(sub(w, target)))),
  optimizer,
);
const start = trainState(array([3, -2]), optimizer);
type State = typeof start;
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const bitsOf = (x: unknown) => tree.leaves(x).map((leaf) => [leaf.dtype, leaf.shape, ...toTypedArray(leaf)]);
const target = array([1, 2]);
const inputs = (n: number) => steps(n, target);
const held = ({ params }: State) => mean(square(sub(params, 1)));

/** A step with the loss on other data every few steps, and how often that was computed. */
const counting = (every: number) => {
  const count = { calls: 0 };
  const metrics = (state: State) => {
    count.calls++;
    return { held: held(state) };
  };
  return { count, step: withValidation(own, { every, metrics }) };
};

/** What the metric must be of the states of a run: of each whose number is a multiple, and NaN of the others. */
const wanted = (states: readonly State[], every: number): readonly number[] =>
  states.map((state) => (item(state.step) % every === 0 ? item(held(state)) : NaN));

const statesOf = (n: number): readonly State[] => [...trajectory.fold(own, start, inputs(n)).states(0)];
const states = statesOf(40);

const counts = { every: fc.integer({ min: 1, max: 9 }), n: fc.nat(30), from: fc.nat(9) };
const law = (numRuns: number, check: (every: number, n: number, from: number) => void): void => {
  fc.assert(fc.property(counts.every, counts.n, counts.from, check), { seed: 1, numRuns });
};

/** How many choices a program holds. */
const conds = ({ equations }: Program) =>
  equations.filter((one) => one.kind === "call" && one.compound.name === "cond");

describe("a step with validation", () => {
  test("has metrics of state k in row k where its number is a multiple, from wherever the run starts", () => {
    law(50, (every, n, from) => {
      const { step, count } = counting(every);
      const before = states[from] ?? start;
      const run = trajectory.fold(step, before, inputs(n));
      const plain = trajectory.fold(own, before, inputs(n));
      expect(run.metrics.loss ?? []).toEqual(plain.metrics.loss);
      expect(run.metrics.held ?? []).toEqual(wanted(states.slice(from, from + n), every));
      const due = states.slice(from, from + n).filter((state) => item(state.step) % every === 0).length;
      expect(count.calls).toBe(n === 0 || from % every === 0 ? due : due + 1); // the first tells the names
    });
  });

  test("is the same in loops, extended, forked, verified, and read back", () => {
    law(15, (every, n, from) => {
      const { step } = counting(every);
      const run = trajectory.fold(step, start, inputs(n + from + 1));
      const { metrics } = run;
      const scanned = trajectory.fold(step, start, inputs(from), { scan });
      expect(trajectory.extend(scanned, inputs(n + 1)).metrics).toEqual(metrics);
      expect(trajectory.fork(run, from, counting(every).step, inputs(n + 1)).metrics).toEqual(metrics);
      expect(trajectory.verify(run)).toEqual({ kind: "verified" });
      expect(trajectory.verify(run, counting(every).step, inputs(n + from + 1))).toEqual({ kind: "verified" });
      const read = right(recording.decode(recording.encode(recording.of(run))));
      const again = right(trajectory.reopen(read, counting(every).step, inputs(n + from + 1)));
      expect(trajectory.extend(again, inputs(2)).metrics).toEqual(trajectory.extend(run, inputs(2)).metrics);
    });
  });

  test("goes on in a recording that was interrupted", () => {
    law(15, (every, n, from) => {
      const { fs } = memoryDisk();
      const whole = trajectory.fold(counting(every).step, start, inputs(n + from + 1));
      right(right(record("/f", trajectory.slice(whole, 0, from + 1), { every: 2, fs })).close());
      const { recorder, steps: at, state } = right(resume("/f", start, { fs }));
      expect(at).toBe(from);
      const run = trajectory.fold(counting(every).step, state, inputs(n + 1));
      right(recorder.append(run));
      right(recorder.close());
      expect(right(load("/f", { fs })).metrics).toEqual(whole[inner].rows(0, whole.length - 1).columns);
    });
  });

  test("traces as one choice, and gives each of a stack of states what is due for it", () => {
    const { step } = counting(2);
    const alone = (state: State) => step(state, target);
    expect(conds(program.of(alone)(start))).toHaveLength(1);
    const some = states.slice(3, 7);
    const stacked = tree.stack(some);
    const [next, { loss, held: rows }] = vmap(alone)(stacked);
    const each = some.map(alone);
    expect(bitsOf(next)).toEqual(bitsOf(tree.stack(each.map(([state]) => state))));
    expect(bitsOf(loss)).toEqual(bitsOf(stack(each.map(([, metrics]) => metrics.loss))));
    expect(bitsOf(rows)).toEqual(bitsOf(array(wanted(some, 2))));
  });

  test("keeps float32, and makes floats of whole numbers, truths and numbers, in every row", () => {
    const metrics = ({ step }: State) => ({
      single: cast(step, "float32"),
      whole: cast(step, "int32"),
      isEarly: less(step, 1),
      plain: 7,
    });
    const step = withValidation(own, { every: 4, metrics });
    const rows = states.slice(0, 5).map((state) => step(state, target)[1]);
    for (const { single, whole, isEarly, plain } of rows)
      expect([single.dtype, whole.dtype, isEarly.dtype, plain.dtype]).toEqual([
        "float32",
        "float64",
        "float64",
        "float64",
      ]);
    const numbers = rows.map(({ single, whole, isEarly, plain }) => [single, whole, isEarly, plain].map(item));
    expect(numbers).toEqual([[0, 0, 1, 7], ...range(3).map(() => [NaN, NaN, NaN, NaN]), [4, 4, 0, 7]]);
  });

  test("takes metrics that look at values, where these are known", () => {
    const step = withValidation(own, { every: 3, metrics: (state: State) => ({ held: item(held(state)) }) });
    const run = trajectory.fold(step, states[1] ?? start, inputs(7), { scan });
    expect(run.metrics.held).toEqual(wanted(states.slice(1, 8), 3));
  });

  test("takes any record with its number of steps", () => {
    const count = (state: { readonly step: number; readonly x: number }) =>
      [{ step: state.step + 1, x: 2 * state.x }, { x: state.x }] as const;
    const step = withValidation(count, { every: 2, metrics: ({ x }) => ({ root: Math.sqrt(x) }) });
    const run = trajectory.fold(step, { step: 0, x: 1 }, steps(5));
    expect(run.metrics).toEqual({ x: [1, 2, 4, 8, 16], root: [1, NaN, 2, NaN, 4] });
    expect(trajectory.watch(run, trajectory.bestSoFar(), "root").step).toBe(0);
  });

  test.each<readonly [string, () => unknown]>([
    [
      "withValidation: every must be a whole number from 1 on, not 0.",
      () => withValidation(own, { every: 0, metrics: () => ({}) }),
    ],
    [
      "withValidation: every must be a whole number from 1 on, not 1.5.",
      () => withValidation(own, { every: 1.5, metrics: () => ({}) }),
    ],
    ["withValidation: the option metrics is needed.", () => withValidation(own, { every: 1 } as never)],
    [
      "withValidation: metrics must be a function (state) => ({ name: number }), not an object.",
      () => withValidation(own, { every: 1, metrics: {} as never }),
    ],
    [
      "withValidation: there is no option evry. Did you mean every?",
      () => withValidation(own, { evry: 1, every: 1, metrics: () => ({}) } as never),
    ],
    [
      "withValidation: the first argument is a step, as trainStep makes it, not 3.",
      () => withValidation(3 as never, { every: 1, metrics: () => ({}) }),
    ],
    [
      "withValidation: the state must be a record with its number of steps as a scalar, step, as trainState makes it, not 7.",
      () => withValidation(own, { every: 1, metrics: () => ({}) })(7 as never, target),
    ],
    [
      "withValidation: what metrics gives must be a record, as { loss }, not undefined. Is its return missing?",
      () => withValidation(own, { every: 1, metrics: () => undefined as never })(start, target),
    ],
    [
      "withValidation: the metric held must be a number or a scalar array, not",
      () => withValidation(own, { every: 1, metrics: ({ params }) => ({ held: params }) as never })(start, target),
    ],
    ...[start, states[1] ?? start].map(
      (state) =>
        [
          "withValidation: the step has a metric loss already. Give that of the validation another name, as validation_loss.",
          () => withValidation(own, { every: 2, metrics: (at) => ({ loss: held(at) }) })(state, target),
        ] as const,
    ),
    [
      "withValidation: the step must give [state, metrics], not undefined. Is its return missing?",
      () => withValidation((() => undefined) as never, { every: 1, metrics: () => ({}) })(start, target),
    ],
  ])("refuses what cannot be: %s", (message, act) => {
    expect(act).toThrow(message);
  });
});

test.each([
  ["step by step", {}],
  ["in loops", { scan }],
] as const)("a run %s stops when its validation has not improved, evaluation by evaluation", (_, options) => {
  const state = (n: number) => ({ n: array(n), step: array(n) });
  const losses = [5, 3, 4, 2, 2.5, 2, 3, 1];
  const own = ({
    n,
    step,
  }: ReturnType<typeof state>): readonly [ReturnType<typeof state>, { readonly loss: Scalar }] => [
    { n: add(n, 1), step: add(step, 1) },
    { loss: n },
  ];
  const every = 4;
  const metrics = ({ step }: ReturnType<typeof state>) => ({
    validationLoss: take(array(losses), cast(div(step, every), "int32")),
  });
  const step = withValidation(own, { every, metrics });
  const play = (patience: number) =>
    trajectory.fold(step, state(0), steps(every * losses.length), {
      ...options,
      until: trajectory.earlyStopping({ patience, metric: "validationLoss" }),
    });
  // The loss itself only rises. The evaluations are 5, 3, 4, 2, 2.5, 2, 3 and 1.
  expect(play(1).length - 1).toBe(2 * every + 1);
  expect(play(2).length - 1).toBe(5 * every + 1);
  expect(play(3).length - 1).toBe(6 * every + 1);
  expect(play(4).length - 1).toBe(8 * every);
  const until = trajectory.earlyStopping({ patience: 3, metric: "validationLoss" });
  expect(trajectory.watch(play(9), until)).toMatchObject({ step: 7 * every, loss: 1, waited: 0, stopped: false });
  expect(() => trajectory.fold(own, state(0), steps(3), { ...options, until })).toThrow(
    "trajectory.fold: until looks at the metric validationLoss, which the step does not give. It gives loss.",
  );
});
