import { scan } from "@gradfold/autodiff";
import {
  add,
  arange,
  array,
  cast,
  type DType,
  mul,
  type NDArray,
  reshape,
  slice,
  toTypedArray,
  transpose,
  tree,
  zeros,
} from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Step, steps, trajectory } from "../src/index.ts";

/* What a run gives of the states that it keeps is what its steps gave, of whatever size, dtype, layout and kind the leaves are. */

type State = Readonly<Record<string, unknown>>;

/** The next leaf of each kind of leaf. */
const kinds: Readonly<Record<string, (k: number) => unknown>> = {
  "a number": (k) => k / 3,
  "a truth": (k) => k % 2 === 0,
  nothing: () => null,
  "a scalar": (k) => array(k),
  "a few numbers": (k) => add(arange(3), k),
  "as many as are copied": (k) => add(arange(256), k),
  "more than are copied": (k) => add(arange(257), k),
  "no numbers": () => zeros([0, 2]),
  "a view": (k) => slice(add(arange(10), k), [[2, 5]]),
  "another view": (k) => transpose(reshape(add(arange(6), k), [2, 3])),
  "one number for all": (k) => mul(zeros([4]), k),
  "a list": (k) => [array(k), { deep: array(-k) }],
};

const dtypes: readonly DType[] = ["float64", "float32", "int32", "bool"];

/** A state of some kinds of leaves; its step gives its keys in another order every other time. */
const stateAt = (names: readonly string[], dtype: DType, k: number): State => {
  const typed = (leaf: unknown): unknown =>
    typeof leaf === "object" && leaf !== null && "dtype" in leaf ? cast(leaf as NDArray, dtype) : leaf;
  const entries = names.map((name) => [name, typed(kinds[name]?.(k))] as const);
  return { k, ...Object.fromEntries(k % 2 === 0 ? entries : entries.toReversed()) };
};

const stepOf =
  (names: readonly string[], dtype: DType): Step<State, undefined, Record<string, number>> =>
  (state) => [stateAt(names, dtype, Number(state["k"]) + 1), { k: Number(state["k"]) }];

const shown = (node: unknown): unknown => {
  const { leaves, paths } = tree.flatten(node);
  return leaves.map((x, i) => [paths[i], x.dtype, x.shape, toTypedArray(x)]);
};

const isFrozen = (node: unknown): boolean =>
  typeof node !== "object" || node === null || "dtype" in node
    ? true
    : Object.isFrozen(node) && Object.values(node).every(isFrozen);

describe("states of any leaves", () => {
  const cases = fc.record({
    names: fc.uniqueArray(fc.constantFrom(...Object.keys(kinds)), { minLength: 1 }),
    dtype: fc.constantFrom(...dtypes),
    n: fc.integer({ min: 0, max: 9 }),
    budget: fc.constantFrom(Infinity, 8000, 0),
    cut: fc.integer({ min: 0, max: 9 }),
  });

  test("are given as the steps gave them, and frozen, also when the run grows in pieces", () => {
    fc.assert(
      fc.property(cases, ({ names, dtype, n, budget, cut }) => {
        const first = Math.min(cut, n);
        const begun = trajectory.fold(stepOf(names, dtype), stateAt(names, dtype, 0), steps(first), { budget });
        const run = trajectory.extend(begun, steps(n - first));
        const wanted = Array.from({ length: n + 1 }, (_, k) => shown(stateAt(names, dtype, k)));
        const states = [...run.states(0)];
        expect(states.map(shown)).toEqual(wanted);
        expect(states.every(isFrozen)).toBe(true);
        for (const { step, state } of run.keyframes) {
          expect(shown(state)).toEqual(wanted[step]);
          expect(isFrozen(state)).toBe(true);
        }
        expect(trajectory.verify(run)).toEqual({ kind: "verified" });
      }),
    );
  });
});

describe("a column of a run", () => {
  const step = (x: NDArray): readonly [NDArray, object] => [add(x, 1), {}];
  const runs = (n: number, budget: number) => [
    trajectory.fold(step, arange(3) as NDArray, steps(n), { budget }),
    trajectory.fold(step, arange(3) as NDArray, steps(n), { budget, scan }),
    trajectory.slice(trajectory.fold(step, arange(3) as NDArray, steps(n), { budget }), 0),
    trajectory.fork(
      trajectory.fold(step, arange(3) as NDArray, steps(n), { budget }),
      n >> 1,
      step,
      steps(n - (n >> 1)),
    ),
  ];

  test("has a row for each state, whatever the run is made of and however many states it keeps", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.constantFrom(Infinity, 2000, 0), (n, budget) => {
        for (const run of runs(n, budget)) {
          const column = trajectory.column(run, (x) => x);
          expect([column.shape, column.dtype]).toEqual([[n + 1, 3], "float64"]);
          expect([...toTypedArray(column)]).toEqual(Array.from(run.states(0), (x) => [...toTypedArray(x)]).flat());
          expect(toTypedArray(trajectory.column(run, (x) => Number(toTypedArray(x)[1]))).at(-1)).toBe(n + 1);
        }
      }),
    );
  });

  test("asks its function once for each state", () => {
    for (const run of runs(9, 2000)) {
      let asked = 0;
      trajectory.column(run, (x) => (asked++, x));
      expect(asked).toBe(10);
    }
  });

  test("has rows of one shape, of arrays or numbers", () => {
    const [run] = runs(3, Infinity);
    const of = (f: (x: NDArray) => unknown) => () => trajectory.column(run ?? never(), f as (x: NDArray) => NDArray);
    expect(of((x) => slice(x, [[0, Math.min(toTypedArray(x)[0] ?? 0, 2)]]))).toThrow(
      "trajectory.column: the function gives [1] of state 1, and [0] of those before it.",
    );
    expect(of(() => "a")).toThrow(
      'trajectory.column: the function must give an array or a number, not the string "a" of state 0.',
    );
  });
});

const never = (): never => {
  throw new Error("there is no run");
};
