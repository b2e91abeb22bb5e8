import { scan } from "@gradfold/autodiff";
import { add, array, mul, type NDArray, option, pipe, toTypedArray, tree, zeros } from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Inputs, type Step, steps, trajectory } from "../src/index.ts";
import { inner } from "../src/trajectory/trajectory.ts";

interface State {
  readonly x: NDArray<[2]>;
  readonly count: NDArray<[]>;
}
type Metrics = { readonly loss: NDArray<[]>; readonly b: NDArray<[]> };
type Run = trajectory.Trajectory<State, Metrics, NDArray<[]>>;

/** A rule whose every state is another one: x to r x + b_i. */
const stepBy =
  (r: number): Step<State, NDArray<[]>, Metrics> =>
  ({ x, count }, b) => [
    { x: add(mul(r, x), b), count: add(count, 1) },
    { loss: mul(b, b), b: add(b, count) },
  ];

const step = stepBy(0.9);
const start = (x: number): State => ({ x: array([x, -x]), count: zeros([]) });
const listed = (list: readonly number[]): Inputs<NDArray<[]>> => ({
  length: list.length,
  at: (i) => array(list[i] ?? NaN),
});

/** All states kept; about the square root of them; taken in loops. */
const ways: Readonly<Record<string, trajectory.FoldOptions>> = {
  "with all states": {},
  "with few states": { budget: 3000 },
  "in loops": { scan },
  "in loops with few states": { scan, budget: 3000 },
};

const bits = (state: unknown) => tree.leaves(state).map(toTypedArray);

const bitsAt = (run: trajectory.Trajectory<State, unknown>, k: number) => option.map(bits)(trajectory.at(run, k));

/** Everything that can be seen of a run. */
const everything = (run: Run) => ({
  length: run.length,
  states: Array.from(run.states(0), bits),
  metrics: run.metrics,
  final: bits(run.final),
  outcome: run.outcome,
  keyframes: run.keyframes.map((frame) => [frame.step, bits(frame.state)]),
});

/** The same, but for which states are kept. */
const seen = (run: Run) => ({ ...everything(run), keyframes: [] });

const lists = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 40 });

describe.each(Object.entries(ways))("a run %s", (_, options) => {
  const law = (check: (list: readonly number[], k: number, run: Run) => void): void => {
    const cases = lists.chain((list) => fc.tuple(fc.constant(list), fc.nat({ max: list.length })));
    fc.assert(
      fc.property(cases, ([list, k]) => check(list, k, trajectory.fold(step, start(3), listed(list), options))),
      { seed: 1, numRuns: 25 },
    );
  };

  test("at any place is a plain loop up to it", () =>
    law((list, k, run) => {
      let state = start(3);
      for (const b of list.slice(0, k)) [state] = step(state, array(b));
      expect(option.map(bits)(trajectory.at(run, k))).toEqual(option.some(bits(state)));
    }));
  test("extended is the longer run, in its keyframes too", () =>
    law((list, k, run) => {
      const short: Run = trajectory.fold(step, start(3), listed(list.slice(0, k)), options);
      expect(everything(trajectory.extend(short, listed(list.slice(k))))).toEqual(everything(run));
    }));
  test("extended input by input is the same run", () =>
    law((list, _k, run) => {
      const none: Run = trajectory.fold(step, start(3), listed([]), options);
      const grown = list.reduce((so, b) => trajectory.extend(so, listed([b])), none);
      expect(everything(grown)).toEqual(everything(run));
    }));
  test("forked with its own step is itself", () =>
    law((list, k, run) => {
      const fork: Run = trajectory.fork(run, k, step, listed(list.slice(k)));
      expect(seen(fork)).toEqual(seen(run));
      expect(trajectory.diff(fork, run)).toEqual(option.none);
    }));
  test("forked with another step has its past, and then the other step's states", () =>
    law((list, k, run) => {
      const fork: Run = trajectory.fork(run, k, stepBy(0.5), listed(list.slice(k)), options);
      expect(seen(trajectory.slice(fork, 0, k + 1))).toEqual(seen(trajectory.slice(run, 0, k + 1)));
      const [here = start(0)] = run.states(k);
      const rest: Run = trajectory.fold(stepBy(0.5), here, listed(list.slice(k)));
      expect(seen(trajectory.slice(fork, k)).states).toEqual(seen(rest).states);
      const apart = trajectory.diff(run, fork);
      if (k < list.length) expect(apart).toMatchObject(option.some({ step: k + 1, leaf: "x" }));
    }));
  test("forked into another state is a run of its own", () =>
    law((list, k, run) => {
      const other: Step<{ readonly x: NDArray<[2]> }, NDArray<[]>, { readonly loss: number }> = ({ x }, b) => [
        { x: add(x, b) },
        { loss: 0 },
      ];
      const fork = trajectory.forkWith(run, k, ({ x }) => ({ x }), other, listed(list.slice(k)));
      expect(fork.length).toBe(list.length - k + 1);
      expect(bits([...fork.states(0)][0])).toEqual(bits([...run.states(k)][0]?.x));
    }));
  test("sliced has the states and metrics between two places", () =>
    law((list, k, run) => {
      const slice = trajectory.slice(run, Math.floor(k / 2), k + 1);
      const { length } = slice;
      expect(length).toBe(k + 1 - Math.floor(k / 2));
      expect(Array.from(slice.states(0), bits)).toEqual(seen(run).states.slice(Math.floor(k / 2), k + 1));
      for (let i = 0; i < length; i++) expect(bitsAt(slice, i)).toEqual(bitsAt(run, Math.floor(k / 2) + i));
      if (length > 1) expect(slice.metrics.b).toEqual(run.metrics.b.slice(Math.floor(k / 2), k));
      expect(bits(slice.final)).toEqual(bits([...run.states(k)][0]));
      expect(trajectory.at(slice, length)).toEqual(option.none);
      const again = trajectory.extend(slice, listed(list.slice(k)));
      expect(seen(again).states).toEqual(seen(run).states.slice(Math.floor(k / 2)));
    }));
  test("mapped has the function of each state, wherever it is asked", () =>
    law((_list, k, run) => {
      const mapped = trajectory.map(run, ({ x }) => mul(x, 2));
      const at = option.map(bits)(trajectory.at(mapped, k));
      expect(at).toEqual(option.map(({ x }: State) => bits(mul(x, 2)))(trajectory.at(run, k)));
      expect(mapped.metrics).toEqual(run.metrics);
      expect(Array.from(mapped.states(k), bits)).toEqual(Array.from(run.states(k), ({ x }) => bits(mul(x, 2))));
      expect(bits(mapped.final)).toEqual(bits(mul(run.final.x, 2)));
    }));
  test("walked by a replay agrees with at, as do its slices and maps", () =>
    law((_list, k, run) => {
      const slice = trajectory.slice(run, 0, k + 1);
      for (const one of [run, slice, trajectory.map(slice, (state) => state)]) {
        const stateOf = option.map((place: trajectory.Replay<State, Metrics>) => bits(place.state));
        const replay = trajectory.replayFrom(one, k);
        expect(stateOf(replay)).toEqual(bitsAt(one, k));
        const back = pipe(replay, option.flatMap(trajectory.backward));
        expect(stateOf(back)).toEqual(bitsAt(one, k - 1));
        if (k > 0) expect(stateOf(pipe(back, option.flatMap(trajectory.forward)))).toEqual(bitsAt(one, k));
      }
    }));
  test("is verified, and so is whatever is made of it", () =>
    law((list, k, run) => {
      const fork: Run = trajectory.fork(run, k, stepBy(0.5), listed(list));
      const made = [
        run,
        trajectory.slice(run, k),
        fork,
        trajectory.extend(fork, listed(list)),
        trajectory.map(run, (s) => s),
      ];
      for (const one of made) expect(trajectory.verify<unknown, unknown>(one)).toEqual({ kind: "verified" });
      expect(trajectory.verify(run, step, listed(list))).toEqual({ kind: "verified" });
    }));
  test("is not changed by anything that is made of it, nor by writing to its rows", () =>
    law((list, k, run) => {
      const before = structuredClone(everything(run));
      const fork: Run = trajectory.fork(run, k, stepBy(0.5), listed(list));
      const longer = trajectory.extend(run, listed(list));
      const mapped = trajectory.map(run, ({ x }) => x);
      const slice = trajectory.slice(run, 0, Math.min(k + 1, list.length));
      for (const other of [fork, longer, mapped, slice]) {
        trajectory.verify<unknown, Metrics>(other);
        other[inner].rows(0, other.length - 1).columns["loss"]?.fill(7);
      }
      expect(everything(run)).toEqual(before);
      run[inner].rows(0, list.length).columns["loss"]?.fill(7);
      expect(trajectory.extend(run, listed(list)).metrics.loss.slice(0, list.length)).toEqual(before.metrics.loss);
      expect(trajectory.verify(run)).toEqual({ kind: "verified" });
    }));
});

describe("a run", () => {
  const run: Run = trajectory.fold(step, start(3), listed([1, 2, 3, 4]));

  test("is not verified by another step, which is named by the first place where it shows", () => {
    expect(trajectory.verify(run, stepBy(0.8), listed([1, 2, 3, 4]))).toEqual({
      kind: "differs",
      step: 1,
      leaf: "x",
      reason: "other elements",
    });
    const late: Step<State, NDArray<[]>, Metrics> = (state, b) => {
      const [next, { loss, b: both }] = step(state, b);
      return [next, { loss: tree.allClose(b, array(3)) ? add(loss, 1e-15) : loss, b: both }];
    };
    expect(trajectory.verify(run, late, listed([1, 2, 3, 4]))).toMatchObject({ step: 2, leaf: "metrics.loss" });
  });
  test("is not verified by fewer or more inputs", () => {
    expect(trajectory.verify(run, step, listed([1, 2, 3]))).toMatchObject({ kind: "differs", step: 4 });
    expect(trajectory.verify(run, step, listed([1, 2, 3, 4, 5]))).toMatchObject({ kind: "differs", step: 5 });
  });
  test("differs from a longer one where it ends, and from one of another form at once", () => {
    const longer = trajectory.extend(run, listed([5]));
    expect(trajectory.diff(run, longer)).toMatchObject(option.some({ step: 5, leaf: "" }));
    expect(trajectory.diff(longer, run)).toMatchObject(option.some({ step: 5, leaf: "" }));
    const other = trajectory.map<unknown, unknown, Metrics>(run, () => ({ x: array([1, 2, 3]), count: zeros([]) }));
    expect(trajectory.diff<unknown, Metrics, Metrics>(run, other)).toEqual(
      option.some({ step: 0, leaf: "x", reason: "float64 [2] is not float64 [3]" }),
    );
    expect(
      trajectory.diff<unknown, Metrics, Metrics>(
        run,
        trajectory.map(run, ({ count }) => ({ count })),
      ),
    ).toEqual(option.some({ step: 0, leaf: "x", reason: "only one has this leaf" }));
  });
  test("tells −0 from 0, and takes NaN for NaN", () => {
    const of = (...values: readonly number[]) =>
      trajectory.fold((_: number, b: number) => [b, {}], 0, {
        length: values.length,
        at: (i) => values[i] ?? 0,
      });
    expect(trajectory.diff(of(0), of(-0))).toMatchObject(option.some({ step: 1 }));
    expect(trajectory.diff(of(NaN, 1), of(NaN, 1))).toEqual(option.none);
  });
  test("refuses places that it has not", () => {
    expect(() => trajectory.slice(run, 2, 2)).toThrow("trajectory.slice: no states 2 to 2 in a run of 5.");
    expect(() => trajectory.slice(run, 0, 6)).toThrow("no states 0 to 6");
    expect(() => trajectory.slice(run, 0.5)).toThrow("no states 0.5 to 5");
    expect(() => trajectory.fork(run, 5, step, listed([]))).toThrow(
      "trajectory.fork: there is no state 5 in a run of 5 states.",
    );
    const mapped = trajectory.map(run, ({ x }) => x) as trajectory.Trajectory<NDArray<[2]>, Metrics, NDArray<[]>>;
    expect(() => trajectory.extend(mapped, listed([1]))).toThrow("a mapped run has no step to go on with");
  });
  test("that diverged stays so when it goes on, and its past does not", () => {
    const grow = trajectory.fold((n: number) => [n * -10, { loss: n * n }], 1, steps(6));
    expect(grow.outcome).toMatchObject({ kind: "diverged", step: 4 });
    expect(trajectory.extend(grow, steps(6)).outcome).toEqual(grow.outcome);
    expect(trajectory.slice(grow, 0, 4).outcome).toEqual({ kind: "finished" });
    expect(trajectory.fork(grow, 3, (n) => [n * 0.5, { loss: n * n }], steps(3)).outcome).toEqual({ kind: "finished" });
  });
  test("that ended in a state that is not finite is judged by its loss once that is known", () => {
    const toInfinity = trajectory.fold((n: number) => [n / 0, { loss: 1 }], 1, steps(1));
    expect(toInfinity.outcome).toMatchObject({ kind: "diverged", step: 1, loss: NaN });
    const on = trajectory.extend(toInfinity, steps(1));
    expect(on.outcome).toEqual(trajectory.fold((n: number) => [n / 0, { loss: 1 }], 1, steps(2)).outcome);
  });
  test("grows by single steps ten thousand times, and every state of it opens", () => {
    const one = { length: 1, at: () => 1 };
    let grown = trajectory.fold(
      (n: number, b: number) => [n + b, { loss: n }],
      0,
      { ...one, length: 0 },
      { budget: 1e5 },
    );
    for (let i = 0; i < 10_000; i++) grown = trajectory.extend(grown, one);
    for (const k of [0, 1, 999, 5000, 9999, 10_000]) expect(trajectory.at(grown, k)).toEqual(option.some(k));
    expect(grown.metrics.loss).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    expect(grown.keyframes.length).toBeLessThanOrEqual(250);
  });
});

describe("a monitor", () => {
  const losses = [5, 3, 4, 3, 3.5, 2, 2, 2, 2];
  const play = (options: trajectory.FoldOptions, count = losses.length) =>
    trajectory.fold(
      (x: NDArray<[]>, loss: NDArray<[]>) => [add(x, 1), { loss }],
      zeros([]),
      listed(losses.slice(0, count)),
      options,
    );

  test("finds the earliest least loss", () => {
    expect(trajectory.watch(play({}), trajectory.bestSoFar())).toEqual({ step: 5, loss: 2, seen: 9 });
    expect(trajectory.watch(play({}, 0), trajectory.bestSoFar())).toEqual({ step: -1, loss: Infinity, seen: 0 });
  });
  test.each(Object.entries(ways))("stops a run early %s", (_, options) => {
    const until = trajectory.earlyStopping({ patience: 3 });
    expect(play({ ...options, until }).metrics.loss).toEqual(losses.slice(0, 5));
    expect(play({ ...options, until }).length).toBe(6);
    expect(play({ ...options, until: trajectory.earlyStopping({ patience: 9 }) }).length).toBe(10);
    const strict = trajectory.earlyStopping({ patience: 4, minDelta: 0.5 });
    expect(play({ ...options, until: strict }).length).toBe(10);
    expect(trajectory.verify(play({ ...options, until }))).toEqual({ kind: "verified" });
  });
  test("never takes NaN for the best", () => {
    const run = trajectory.fold((n: number) => [n + 1, { loss: NaN }], 0, steps(9), {
      until: trajectory.earlyStopping({ patience: 2 }),
    });
    expect(run.length).toBe(3);
  });
  test("refuses what makes no sense", () => {
    for (const patience of [0, 1.5, NaN])
      expect(() => trajectory.earlyStopping({ patience })).toThrow("patience must be a whole number from 1 on");
    expect(() => trajectory.earlyStopping({ patience: 1, minDelta: -1 })).toThrow(
      "minDelta must be 0 or more, not -1.",
    );
    expect(() => trajectory.watch(play({}), trajectory.bestSoFar(), "accuracy")).toThrow(
      "trajectory.watch: the run has no metric accuracy. It has loss.",
    );
  });
});

test.each([1, 255, 256, 257, 3000])(
  "a run that stops after %i of a trillion steps takes no other and makes no room",
  (n) => {
    let taken = 0;
    const count = (k: number): readonly [number, { readonly loss: number }] => [k + 1, { loss: ++taken && k }];
    const until = { init: { stopped: false }, next: (_: unknown, loss: number) => ({ stopped: loss === n - 1 }) };
    const run = trajectory.fold(count, 0, steps(1e12), { until });
    expect([taken, run.length, run.final, run.metrics.loss.length]).toEqual([n, n + 1, n, n]);
    expect(run.keyframes.map(({ step: at, state }) => [at, state])).toEqual(
      Array.from({ length: n + 1 }, (_, k) => [k, k]),
    );
    expect(trajectory.verify(run)).toEqual({ kind: "verified" });
  },
);
