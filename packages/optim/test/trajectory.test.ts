import { array, item, mul, type NDArray, type Option, option, pipe, tree, zeros } from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Inputs, type Step, steps, trajectory } from "../src/index.ts";

/** A rule of a run on numbers whose every state is another one: x to a x + b_i, with a loss. */
const step: Step<number, number, { readonly loss: number; readonly b: number }> = (x, b) => [
  0.9 * x + b,
  { loss: x * x, b },
];

const listed = (list: readonly number[]): Inputs<number> => ({ length: list.length, at: (i) => list[i] ?? NaN });

const inputs = fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 30 });
const starts = fc.integer({ min: -9, max: 9 });

const states = (start: number, list: readonly number[]): readonly number[] =>
  list.reduce<readonly number[]>((all, b) => [...all, step(all.at(-1) ?? NaN, b)[0]], [start]);

const law = (check: (start: number, list: readonly number[]) => void): void => {
  fc.assert(fc.property(starts, inputs, check), { seed: 1, numRuns: 60 });
};

describe("a run", () => {
  test("has at every place the state of a plain loop", () => {
    law((start, list) => {
      const run = trajectory.fold(step, start, listed(list));
      expect(run.length).toBe(list.length + 1);
      states(start, list).forEach((state, k) => expect(trajectory.at(run, k)).toEqual(option.some(state)));
      expect(run.final).toBe(states(start, list).at(-1));
    });
  });
  test("has no state outside", () => {
    const run = trajectory.fold(step, 1, listed([1, 2]));
    for (const k of [-1, 3, 0.5, NaN, Infinity]) expect(trajectory.at(run, k)).toEqual(option.none);
  });
  test("has a row of metrics for each transition, about the state that it starts from", () => {
    law((start, list) => {
      const { metrics } = trajectory.fold(step, start, listed(list));
      if (list.length === 0) return;
      expect(metrics.b).toEqual(list);
      expect(metrics.loss).toEqual(Array.from(states(start, list).slice(0, -1), (x) => x * x));
    });
  });
  test("evaluates a function of all its states", () => {
    law((start, list) => {
      const run = trajectory.fold(step, start, listed(list));
      expect(trajectory.evaluate(run, (x) => 2 * x)).toEqual(Array.from(states(start, list), (x) => 2 * x));
      expect(trajectory.evaluate(run, (x) => array(x))).toEqual(states(start, list));
    });
  });
  test("of no steps is its start", () => {
    const run = trajectory.fold(step, 7, steps(0) as unknown as Inputs<number>);
    expect([run.length, run.final, run.outcome]).toEqual([1, 7, { kind: "finished" }]);
    expect(trajectory.at(run, 0)).toEqual(option.some(7));
    expect(trajectory.at(run, 1)).toEqual(option.none);
    expect(trajectory.evaluate(run, (x) => x)).toEqual([7]);
    expect(pipe(trajectory.replayFrom(run, 0), option.flatMap(trajectory.forward))).toEqual(option.none);
  });
  test("asks its step once for each input, in order", () => {
    const asked: number[] = [];
    const run = trajectory.fold(
      (x: number, b: number) => {
        asked.push(b);
        return [x + b, {}];
      },
      0,
      listed([3, 1, 2]),
    );
    trajectory.at(run, 2);
    expect(asked).toEqual([3, 1, 2]);
  });
  test("takes metrics that are numbers or scalar arrays, and no others", () => {
    const run = trajectory.fold((x: number) => [x, { one: 1, two: array(2) }], 0, steps(2));
    expect(run.metrics).toEqual({ one: [1, 1], two: [2, 2] });
  });
});

describe("a replay", () => {
  const end = <A>(x: Option<A>): A => {
    if (option.isSome(x)) return x.value;
    throw new Error("no such step");
  };
  test("agrees with at, wherever it is walked to", () => {
    law((start, list) => {
      const run = trajectory.fold(step, start, listed(list));
      let replay = trajectory.replayFrom(run, 0);
      for (let k = 0; k < run.length; k++) {
        expect(option.map(({ state }: trajectory.Replay<number, unknown>) => state)(replay)).toEqual(
          trajectory.at(run, k),
        );
        expect(end(replay).step).toBe(k);
        replay = pipe(replay, option.flatMap(trajectory.forward));
      }
      expect(replay).toEqual(option.none);
    });
  });
  test("forward then backward is where it was, and the other way round", () => {
    law((start, list) => {
      const run = trajectory.fold(step, start, listed(list));
      for (let k = 0; k < list.length; k++) {
        const here = end(trajectory.replayFrom(run, k));
        expect(end(trajectory.backward(end(trajectory.forward(here))))).toEqual(here);
        const next = end(trajectory.replayFrom(run, k + 1));
        expect(end(trajectory.forward(end(trajectory.backward(next))))).toEqual(next);
      }
    });
  });
  test("ends at both ends, and does not begin outside", () => {
    const run = trajectory.fold(step, 1, listed([1, 2]));
    expect(trajectory.backward(end(trajectory.replayFrom(run, 0)))).toEqual(option.none);
    expect(trajectory.forward(end(trajectory.replayFrom(run, 2)))).toEqual(option.none);
    expect([trajectory.replayFrom(run, -1), trajectory.replayFrom(run, 3)]).toEqual([option.none, option.none]);
  });
});

describe("a run with large states", () => {
  /** Counts as 8 MB, though it is a single zero in memory. */
  const ballast = zeros([2 ** 20]);
  interface State {
    readonly x: NDArray<[]>;
    readonly ballast: NDArray;
  }
  const grow = ({ x, ballast }: State, factor: number): readonly [State, { readonly loss: NDArray }] => [
    { x: mul(x, factor), ballast },
    { loss: x },
  ];
  const factors: Inputs<number> = { length: 100, at: (i) => 1 + 1 / (i + 3) };
  const run = trajectory.fold(grow, { x: array(0.1), ballast }, factors);

  test("keeps only some of them", () => {
    expect(run.keyframes.map((frame) => frame.step)).toEqual([0, 16, 32, 48, 64, 80, 96]);
    const shown = ({ x }: State) => [item(x), Object.is(ballast, run.final.ballast)];
    for (const { step, state } of run.keyframes)
      expect(option.map(shown)(trajectory.at(run, step))).toEqual(option.some(shown(state)));
  });
  test("computes the others again to the same bits, in any order", () => {
    let state: State = { x: array(0.1), ballast };
    const wanted = [item(state.x)];
    for (let i = 0; i < factors.length; i++) {
      [state] = grow(state, factors.at(i));
      wanted.push(item(state.x));
    }
    const xAt = (k: number) =>
      pipe(
        trajectory.at(run, k),
        option.map(({ x }) => item(x)),
      );
    for (const k of [100, 0, 57, 13, 12, 14, 99, 91, 1, 50, 51, 39]) expect(xAt(k)).toEqual(option.some(wanted[k]));
    expect(trajectory.evaluate(run, ({ x }) => x)).toEqual(wanted);
    expect(trajectory.at(run, 101)).toEqual(option.none);
  });
  test("keeps all of them when they are small", () => {
    const small = trajectory.fold(step, 1, steps(500, 1));
    expect(small.keyframes).toHaveLength(501);
  });
  test("keeps some times the square root of many", () => {
    const wide = { x: array(0.1), ballast: zeros([2 ** 10]) };
    const long = trajectory.fold(grow, wide, { length: 10_000, at: () => 1 });
    expect(long.keyframes.map(({ step }) => step)).toEqual(Array.from({ length: 1251 }, (_, i) => 8 * i));
    expect(tree.allClose(long.final, wide)).toBe(true);
  });
});
