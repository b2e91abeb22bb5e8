import { scan, valueAndGrad } from "@gradfold/autodiff";
import { array, either, item, type NDArray, ones, option, square, sum } from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recording, sgd, steps, trainState, trainStep, trajectory } from "../src/index.ts";
import { inner } from "../src/trajectory/trajectory.ts";

/** Names that mean something to JavaScript or to a file, among any others. */
const told = [
  "__proto__",
  "constructor",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "then",
  "toJSON",
  "length",
  "",
  "0",
  "a/b",
  "a.b",
  "[0]",
  "step",
  "__defineGetter__",
];

const name = fc.oneof(fc.constantFrom(...told), fc.string({ maxLength: 8 }));

const names = fc.uniqueArray(name, { minLength: 1, maxLength: 6 });

const record = <A>(keys: readonly string[], value: (i: number) => A): Readonly<Record<string, A>> =>
  Object.fromEntries(keys.map((key, i) => [key, value(i)]));

/** What everything inherits from. */
const shared = [Object.prototype, Function.prototype, Array.prototype, Object, Function, Array];

const belongings = () => shared.map((owner) => Object.entries(Object.getOwnPropertyDescriptors(owner)));

const before = belongings();

const law = (check: (metrics: readonly string[], keys: readonly string[]) => void): void => {
  fc.assert(
    fc.property(names, names, (metrics, keys) => {
      check(metrics, keys);
      expect(belongings()).toEqual(before);
    }),
    { seed: 3, numRuns: 60 },
  );
};

describe.each(Object.entries({ "step by step": {}, "in loops": { scan }, "with few states": { budget: 2000 } }))(
  "whatever its metrics and the keys of its states are called, a run %s",
  (_, options) => {
    const folded = (metrics: readonly string[], keys: readonly string[]) => {
      const step = (s: Readonly<Record<string, NDArray<[]>>>) => {
        const [first = array(0)] = keys.flatMap((key) => (Object.hasOwn(s, key) ? [s[key] ?? array(0)] : []));
        return [s, record(metrics, (i) => (i === 0 ? first : i))] as const;
      };
      return {
        step,
        run: trajectory.fold(
          step,
          record(keys, (i) => array(i + 5)),
          steps(4),
          options,
        ),
      };
    };
    const column = (columns: object, key: string): unknown =>
      Object.hasOwn(columns, key) ? Reflect.get(columns, key) : "is not there";

    test("has a column for each name, and nothing else", () =>
      law((metrics, keys) => {
        const { step, run } = folded(metrics, keys);
        const longer = trajectory.extend(run, steps(2));
        const made = [
          run,
          longer,
          trajectory.slice(run, 1, 4),
          trajectory.fork(run, 2, step, steps(2)),
          trajectory.map(run, () => 0),
        ];
        for (const one of made) {
          expect(Object.keys(one.metrics).toSorted()).toEqual([...metrics].toSorted());
          expect(Object.getPrototypeOf(one.metrics)).toBe(null);
          const n = one.length - 1;
          metrics.forEach((key, i) => {
            expect(column(one.metrics, key)).toEqual(Array.from({ length: n }, () => (i === 0 ? 5 : i)));
            const rows: unknown = column(one[inner].rows(0, n).columns, key);
            expect(rows).toEqual(new Float64Array(n).fill(i === 0 ? 5 : i));
          });
          for (const other of told.filter((key) => !metrics.includes(key)))
            expect(Reflect.get(one.metrics, other)).toBe(undefined);
        }
      }));
    test("has states with each key, and is verified, compared and replayed", () =>
      law((metrics, keys) => {
        const { run } = folded(metrics, keys);
        for (const state of run.states(0)) expect(Object.keys(state).toSorted()).toEqual([...keys].toSorted());
        expect(trajectory.verify(run)).toEqual({ kind: "verified" });
        expect(trajectory.diff(run, folded(metrics, keys).run)).toEqual(option.none);
        expect(option.isSome(trajectory.replayFrom(run, 2))).toBe(true);
        const [key = ""] = keys;
        expect(trajectory.evaluate(run, (s) => s[key] ?? NaN)).toEqual([5, 5, 5, 5, 5]);
        const [metric = ""] = metrics;
        expect(trajectory.watch(run, { init: 0, next: (so, x) => so + x }, metric)).toBe(20);
      }));
    test("is reopened from its recording", () =>
      law((metrics, keys) => {
        const { step, run } = folded(metrics, keys);
        const back = trajectory.reopen(recording.of(run), step, steps(4));
        expect(either.isRight(back) && trajectory.diff(back.right, run)).toEqual(option.none);
      }));
  },
);

test("a metric that is not there is none, whatever objects inherit", () => {
  const run = trajectory.fold((n: number) => [n, { loss: n }], 1, steps(2));
  for (const name of told)
    expect(() => trajectory.watch(run, trajectory.bestSoFar(), name)).toThrow(
      `trajectory.watch: the run has no metric ${name}. It has loss.`,
    );
  const without = trajectory.fold((n: number) => [n, {}], 1, steps(2));
  expect(trajectory.verify(without, (n) => [n, {}], steps(2))).toEqual({ kind: "verified" });
});

test("auxiliary metrics may have any name but loss", () => {
  law((metrics) => {
    const others = metrics.filter((key) => key !== "loss");
    const optimizer = sgd(0.1);
    const loss = valueAndGrad((p: NDArray) => [sum(square(p)), record(others, (i) => array(i))] as const);
    const [, row] = trainStep(loss, optimizer)(trainState(ones([2]) as NDArray, optimizer));
    expect(Object.keys(row).toSorted()).toEqual(["loss", ...others].toSorted());
    others.forEach((key, i) => expect(item(Reflect.get(row, key) as NDArray)).toBe(i));
  });
});
