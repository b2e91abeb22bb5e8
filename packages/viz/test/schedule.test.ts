import { array, DomainError } from "@gradfold/core";
import { expect, test } from "vitest";
import { type Figure, type RateCurve, scheduleCurve } from "../src/index.ts";

const paths = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "line" ? [mark.path] : []));

const pathOf = (rate: RateCurve, options?: Parameters<typeof scheduleCurve>[1]) =>
  paths(scheduleCurve({ rate }, options))[0];

test("a rate holds from its step to the next", () => {
  expect(pathOf([0.4, 0.2, 0.1])).toEqual([
    [0, 0.4],
    [1, 0.4],
    [1, 0.2],
    [2, 0.2],
    [2, 0.1],
    [3, 0.1],
  ]);
});

test("a function of numbers or of arrays, a list and a number give the same curve", () => {
  const figure = scheduleCurve({ rate: [0.5, 0.5, 0.5] });
  expect(scheduleCurve({ rate: () => 0.5 }, { steps: 3 })).toEqual(figure);
  expect(scheduleCurve({ rate: () => array(0.5) }, { steps: 3 })).toEqual(figure);
  expect(scheduleCurve({ rate: 0.5 }, { steps: 3 })).toEqual(figure);
  expect(scheduleCurve({ rate: Float64Array.of(0.5, 0.5, 0.5) })).toEqual(figure);
});

test("as many steps are shown as the longest list has, or 100", () => {
  expect(scheduleCurve({ a: 1, b: [1, 2], c: [1, 2, 3] }).x.domain).toEqual([0, 3]);
  expect(scheduleCurve({ a: 1 }).x.domain).toEqual([0, 100]);
  expect(scheduleCurve({ a: 1, b: [1, 2] }, { steps: 7 }).x.domain).toEqual([0, 7]);
});

test("each step is asked for once", () => {
  const asked: number[] = [];
  scheduleCurve({ rate: (step) => asked.push(step) }, { steps: 4 });
  expect(asked).toEqual([0, 1, 2, 3]);
});

test("what stays the same is two points, however long", () => {
  expect(pathOf((step) => (step < 500 ? 1 : 0.5), { steps: 1000 })).toEqual([
    [0, 1],
    [499, 1],
    [500, 0.5],
    [999, 0.5],
    [1000, 0.5],
  ]);
});

test("a spike of one step among many is kept", () => {
  expect(pathOf((step) => (step === 77_777 ? 9 : step % 2), { steps: 100_000 })).toContainEqual([77_777, 9]);
});

test("rates that a scale has no place for leave gaps, and are counted", () => {
  const figure = scheduleCurve({ warmup: [0, 0.1, NaN, 1] }, { scale: "log" });
  expect(figure.note).toBe("warmup not drawn: 1 not a number; warmup not on a log scale: 1 not above zero");
  expect([figure.y.scale, figure.y.label]).toEqual(["log", "learning rate (log scale)"]);
  expect(paths(figure)[0]?.filter((point) => point === null).length).toBe(2);
  // Without a positive rate there is no log scale.
  expect(scheduleCurve({ none: [0, 0] }, { scale: "log" }).y.scale).toBe("linear");
});

test("the words tell the first rate, the highest and the last", () => {
  const figure = scheduleCurve({ warmup: [0, 0.1, 0.05], constant: 0.1 });
  expect(figure.description).toBe("Warmup: 0 at step 0, 0.1 at step 1, 0.05 at step 2. Constant: 0.1 at step 0.");
});

const fails = (): never => {
  throw new Error("mine");
};

test.each<readonly [unknown, string]>([
  [{ a: "0.1" }, 'rates["a"] is not a function of the step, a list of rates or a rate: the string "0.1".'],
  [{ a: () => "x" }, 'rates["a"](0) is not a number: the string "x".'],
  [{ a: () => array([1, 2]) }, 'rates["a"](0) is not a number or an array of one: an array of shape [2].'],
  [{ a: fails }, 'rates["a"](0) threw an error: see its cause.'],
  [{}, "rates is not an object of rates by name, with at least one: an object."],
  [[0.1], "rates is not an object of rates by name: a list of 1."],
])("what is no schedule is named (%#)", (given, words) =>
  expect(() => scheduleCurve(given as never)).toThrow(new DomainError(`scheduleCurve: ${words}`)),
);
