import { program } from "@gradfold/autodiff";
import { array, item, type Scalar, toTypedArray } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { schedule, type Schedule } from "../src/index.ts";
import goldenFile from "./fixtures/schedules.json" with { type: "json" };

// Each entry has options of its own kind, under the names of the functions' own: the file's README gives this type.
const golden = goldenFile.schedules as readonly {
  readonly schedule: string;
  readonly args: object;
  readonly counts: readonly number[];
  readonly values: readonly number[];
}[];
const byName = schedule as unknown as Readonly<Record<string, (options: object) => Schedule>>;
const value = (x: number | Scalar): number => (typeof x === "number" ? x : item(x));

test("there are golden numbers of twenty schedules", () => {
  expect(golden).toHaveLength(20);
  expect(golden.flatMap(({ counts }) => counts)).toHaveLength(660);
});

const all: readonly (readonly [string, Schedule, readonly number[], readonly number[]])[] = golden.map(
  ({ schedule: name, args, counts, values }) => [
    `${name} ${JSON.stringify(args)}`,
    byName[name]?.(args) ?? (() => NaN),
    counts,
    values,
  ],
);

test.each(all)("%s has Optax's values", (_, rate, counts, values) => {
  counts.forEach((count, i) => {
    const want = values[i] ?? NaN;
    expect(Math.abs(value(rate(count)) - want)).toBeLessThanOrEqual(1e-12 + 1e-10 * Math.abs(want));
  });
});

const cases: readonly (readonly [string, Schedule])[] = [
  ...all.map(([name, rate]) => [name, rate] as const),
  ["constant", schedule.constant(0.5)],
  ["inverseTime", schedule.inverseTime({ init: 1, transitionSteps: 3, decayRate: 0.5 })],
  ["inverseTime by stairs", schedule.inverseTime({ init: 1, transitionSteps: 3, decayRate: 0.5, staircase: true })],
  ["warmupConstant", schedule.warmupConstant({ init: 0, peak: 1, warmupSteps: 3 })],
  ["join", schedule.join([() => 1, schedule.constant(2), (count) => count], [4, 9])],
];

describe.each(cases)("%s", (_, rate) => {
  const counts = [0, 1, 2, 5, 6, 10, 24, 25, 26, 1000];

  test("gives the same for a number and a scalar array, and finite values for ever", () => {
    counts.forEach((count) => {
      expect(value(rate(count))).toBe(value(rate(array(count))));
      expect(value(rate(count))).toSatisfy(Number.isFinite);
    });
  });
  test("is one program for all counts", () => {
    const traced = program.of((count: Scalar) => rate(count))(array(0));
    counts.forEach((count) => {
      expect(program.evaluate(traced, [array(count)]).map((x) => toTypedArray(x)[0])).toEqual([value(rate(count))]);
    });
  });
  test("refuses a count below 0 and one that is no scalar", () => {
    expect(() => rate(-1)).toThrow(/^schedule\.\w+: the count of steps must be from 0 on, not -1\.$/);
    expect(() => rate(array(-0.5))).toThrow(/the count of steps must be from 0 on, not -0\.5/);
    expect(() => rate(NaN)).toThrow(/not NaN/);
    expect(() => rate(array([1, 2]) as never)).toThrow(/the count must be a scalar, not \[2\]/);
  });
});

test("inverse time is 1 / (1 + r t / T)", () => {
  const smooth = schedule.inverseTime({ init: 2, transitionSteps: 4, decayRate: 0.5, transitionBegin: 1 });
  const stairs = schedule.inverseTime({ init: 2, transitionSteps: 4, decayRate: 0.5, staircase: true });
  expect([0, 1, 5, 7].map((t) => item(smooth(t)))).toEqual([2, 2, 2 / 1.5, 2 / 1.75]);
  expect([0, 3, 4, 9].map((t) => item(stairs(t)))).toEqual([2, 2, 2 / 1.5, 1]);
});

test("what cannot be scheduled is refused by name", () => {
  expect(() => schedule.linear({ init: NaN, end: 0, transitionSteps: 3 })).toThrow(
    "schedule.linear: init must be a finite number, not NaN.",
  );
  expect(() => schedule.cosineDecay({ init: 1, decaySteps: 0 })).toThrow(
    "schedule.cosineDecay: decaySteps must be a whole number from 1 on, not 0.",
  );
  expect(() => schedule.exponentialDecay({ init: 1, transitionSteps: 1, decayRate: -1 })).toThrow(
    "schedule.exponentialDecay: decayRate must be a finite number above 0, not -1.",
  );
  expect(() =>
    schedule.piecewiseConstant({
      init: 1,
      boundariesAndScales: [
        [5, 1],
        [4, 1],
      ],
    }),
  ).toThrow("schedule.piecewiseConstant: boundaries must be whole numbers that ascend: 4 after 5.");
  expect(() => schedule.join([schedule.constant(1)], [3])).toThrow(
    "schedule.join: 1 schedules need 0 boundaries, not 1.",
  );
  expect(() => schedule.join([], [])).toThrow("schedule.join: 0 schedules need 0 boundaries, not 0.");
  expect(() => schedule.join([schedule.constant(1), schedule.constant(2)], [1.5])).toThrow(/whole numbers/);
  expect(() => schedule.sgdr({ cycles: [] })).toThrow(/schedule\.sgdr: 0 schedules/);
});
