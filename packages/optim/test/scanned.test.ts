import { scan, valueAndGrad } from "@gradfold/autodiff";
import {
  add,
  arange,
  array,
  matmul,
  mean,
  type NDArray,
  option,
  orThrow,
  pipe,
  random,
  reshape,
  slice,
  square,
  sub,
  sum,
  toTypedArray,
  tree,
} from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  batches,
  type BatchOptions,
  type Inputs,
  recording,
  sgd,
  sliceInputs,
  steps,
  trainState,
  trainStep,
  trajectory,
} from "../src/index.ts";

interface Batch {
  readonly x: NDArray;
  readonly y: NDArray;
}

const data: Batch = { x: reshape(random.uniform(random.key(1), [60]), [30, 2]), y: arange(30) };
const loss = valueAndGrad((a: NDArray, { x, y }: Batch) => mean(square(sub(matmul(x, a), y))));
const optimizer = sgd(0.05, { momentum: 0.9 });
const step = trainStep(loss, optimizer);
const start = trainState(array([0.5, 0.75]) as NDArray, optimizer);

const bits = (state: unknown) => tree.leaves(state).map(toTypedArray);

describe.each<readonly [string, Inputs<Batch>]>([
  ["one batch again and again", steps(25, data)],
  ["mini-batches with a short last one", batches(random.key(2), data, { size: 8, epochs: 3 })],
  ["no batch", steps(0, data)],
])("a run in loops over %s", (_, inputs) => {
  const one = trajectory.fold(step, start, inputs);
  const looped = trajectory.fold(step, start, inputs, { scan });

  test("has the states and metrics of one that goes step by step, to the last bit", () => {
    expect([looped.length, looped.metrics, looped.outcome]).toEqual([one.length, one.metrics, one.outcome]);
    for (let k = 0; k < one.length; k++) {
      const [a, b] = [trajectory.at(looped, k), trajectory.at(one, k)].map((state) => pipe(state, option.map(bits)));
      expect(a).toEqual(b);
    }
  });
});

type Run = ReturnType<typeof folded>;

const folded = (inputs: Inputs<Batch>, options: trajectory.FoldOptions) =>
  trajectory.fold(step, start, inputs, options);

/** Everything that can be seen of a run, but for which states are kept. */
const seen = (run: Run) => [run.length, run.metrics, run.outcome, bits(run.final), Array.from(run.states(0), bits)];

/** A scan that counts how often it is called from outside of itself. */
const counting = () => {
  let [depth, calls] = [0, 0];
  // The types of trees are too deep for a function of any arguments that passes them on.
  const called = scan as unknown as (...args: readonly unknown[]) => unknown;
  const counted = ((...args: readonly unknown[]) => {
    if (depth++ === 0) calls++;
    try {
      return called(...args);
    } finally {
      depth--;
    }
  }) as unknown as typeof scan;
  return { scan: counted, calls: () => calls };
};

/** Mini-batches of a few rows in a few epochs, with or without a short last one, and bytes for the states. */
const cases = fc
  .integer({ min: 1, max: 30 })
  .chain((n) => fc.record({ n: fc.constant(n), size: fc.integer({ min: 1, max: n }) }))
  .chain(({ n, size }) =>
    fc.record({
      n: fc.constant(n),
      options: fc.record({
        size: fc.constant(size),
        epochs: fc.integer({ min: 1, max: 12 }),
        dropLast: fc.boolean(),
      }),
      budget: fc.constantFrom(Infinity, 30_000, 15_000, 5000, 0),
      where: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  );

const batchesOf = ({ n, options }: { readonly n: number; readonly options: BatchOptions }): Inputs<Batch> => {
  const rows: Batch = { x: slice(data.x, [[0, n]]), y: slice(data.y, [[0, n]]) };
  return batches(random.key(n), rows, options);
};

describe("a run in loops over mini-batches of any size", () => {
  test("has the states and metrics of one that goes step by step, however many are kept", () =>
    fc.assert(
      fc.property(cases, ({ budget, ...made }) => {
        const inputs = batchesOf(made);
        const [one, looped] = [folded(inputs, { budget }), folded(inputs, { budget, scan })];
        expect(seen(looped)).toEqual(seen(one));
        expect(looped.keyframes.map((frame) => frame.step)).toEqual(one.keyframes.map((frame) => frame.step));
        for (const { step: at, state } of looped.keyframes)
          expect(option.map(bits)(trajectory.at(one, at))).toEqual(option.some(bits(state)));
        expect(trajectory.verify(looped)).toEqual({ kind: "verified" });
      }),
    ));
  test("goes on from any place", () =>
    fc.assert(
      fc.property(cases, ({ budget, where, ...made }) => {
        const inputs = batchesOf(made);
        const k = Math.floor(where * inputs.length);
        const begun = folded(sliceInputs(inputs, 0, k), { budget, scan });
        const whole = trajectory.extend(begun, sliceInputs(inputs, k));
        expect(seen(whole)).toEqual(seen(folded(inputs, { budget })));
      }),
    ));
  test("goes on from a recording with a state every few steps, whichever their number is", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 2, max: 7 }), (every, size) => {
        const inputs = batchesOf({ n: 13, options: { size, epochs: 40 } });
        const from = Math.min(3 * every, inputs.length - 1);
        const made = recording.of(folded(sliceInputs(inputs, 0, from), {}));
        const some = { ...made, keyframes: made.keyframes.filter((frame) => frame.step % every === 0) };
        const [one, looped] = [{}, { scan }].map((options) => {
          const opened = trajectory.reopen(some, step, inputs, options);
          return trajectory.extend(orThrow(opened), sliceInputs(inputs, from));
        });
        expect(looped?.keyframes.map((frame) => frame.step)).toEqual(one?.keyframes.map((frame) => frame.step));
        expect(Array.from(looped?.states(0) ?? [], bits)).toEqual(Array.from(one?.states(0) ?? [], bits));
        expect(looped?.metrics).toEqual(one?.metrics);
      }),
      { numRuns: 40 },
    ));
  test("takes at most two calls, and one where all states are kept", () =>
    fc.assert(
      fc.property(cases, ({ budget, ...made }) => {
        const { scan: counted, calls } = counting();
        folded(batchesOf(made), { budget, scan: counted });
        expect(calls()).toBeLessThanOrEqual(budget === Infinity ? 1 : 2);
      }),
    ));
});

test("inputs of one's own, the same, alike and others, run in loops as they run step by step", () => {
  const members = [arange(3), arange(3), arange(2), array([5, 6, 7])];
  const add3 = (x: NDArray, b: NDArray): readonly [NDArray, object] => [add(x, sum(b)), { mean: mean(b) }];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...members)), fc.constantFrom(Infinity, 3000, 0), (list, budget) => {
      const inputs: Inputs<NDArray> = { length: list.length, at: (i) => list[i] ?? arange(0) };
      const zero: NDArray = array([0, 0]);
      const [one, looped] = [{ budget }, { budget, scan }].map((options) =>
        trajectory.fold(add3, zero, inputs, options),
      );
      expect(Array.from(looped?.states(0) ?? [], bits)).toEqual(Array.from(one?.states(0) ?? [], bits));
      expect(looped?.metrics).toEqual(one?.metrics);
    }),
  );
});

test("a recording of a run has the same bytes however its steps are taken, whatever its metrics are called", () => {
  const names = fc.uniqueArray(fc.constantFrom("loss", "z", "a", "10", "9", "__proto__", "constructor"), {
    minLength: 1,
  });
  fc.assert(
    fc.property(names, fc.constantFrom(Infinity, 5000), fc.integer({ min: 2, max: 9 }), (list, budget, size) => {
      const inputs = batchesOf({ n: 11, options: { size, epochs: 9 } });
      const named = (x: NDArray, { y }: Batch): readonly [NDArray, Readonly<Record<string, NDArray>>] => {
        const metrics = Object.fromEntries(list.map((name) => [name, mean(y)]));
        return [add(x, mean(y)), metrics];
      };
      const [one, looped] = [{ budget }, { budget, scan }].map((options) =>
        recording.encode(recording.of(trajectory.fold(named, array([0, 1]) as NDArray, inputs, options))),
      );
      expect(looped).toEqual(one);
    }),
    { numRuns: 60 },
  );
});
