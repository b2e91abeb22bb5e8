import { expect, test } from "vitest";
import { type Figure, lossCurve } from "../src/index.ts";

const paths = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "line" ? [mark.path] : []));

test("the columns of a run's metrics can be drawn as they are", () => {
  const metrics = { loss: Float64Array.of(8, 4, 2, 0.5), gradientNorm: Float64Array.of(1, 1, 1, 1) };
  expect(paths(lossCurve(metrics))).toEqual([
    [
      [0, 8],
      [1, 4],
      [2, 2],
      [3, 0.5],
    ],
  ]);
});

test("rows and columns of the same losses give the same figure", () => {
  expect(
    lossCurve([
      { step: 10, loss: 2 },
      { step: 20, loss: 1 },
    ]),
  ).toEqual(lossCurve({ step: [10, 20], loss: [2, 1] }));
});

test.each([
  ["positive losses that span a power of ten", [100, 10, 1], "log"],
  ["positive losses close together", [3, 2, 1], "linear"],
  ["a constant loss", [5, 5, 5], "linear"],
  ["a loss that reaches zero", [100, 1, 0], "linear"],
  ["negative losses", [1, -100], "linear"],
  ["one loss", [3], "linear"],
  ["no loss", [], "linear"],
  ["losses up to the end of the numbers", [1, 1e300, Number.MAX_VALUE], "log"],
  ["losses down to the end of the numbers", [1, Number.MIN_VALUE], "log"],
])("%s get a sensible axis", (_, loss, scale) => {
  const { y } = lossCurve({ loss });
  expect(y.scale).toBe(scale);
  expect(y.domain.every(Number.isFinite)).toBe(true);
  expect(y.domain[0]).toBeLessThan(y.domain[1]);
  expect(y.ticks.length).toBeGreaterThanOrEqual(2);
});

test.each([
  [[4, 9, Infinity, NaN, NaN], "ended at step 2: the loss is infinite"],
  [[4, NaN], "ended at step 1: the loss is not a number"],
  [[NaN, NaN], "ended at step 0: the loss is not a number"],
  [[4, -Infinity], "ended at step 1: the loss is minus infinite"],
  [[4, NaN, 3], "not drawn: 1 not a number"],
  [[4, NaN, Infinity, -Infinity, NaN, null, 3], "not drawn: 2 not a number, 1 infinite, 1 minus infinite, 1 missing"],
  [[4, null], "not drawn: 1 missing"],
  [[4, undefined, null, Infinity, null], "ended at step 3: the loss is infinite; not drawn: 2 missing"],
  [[null], "not drawn: 1 missing"],
  [[], "no step yet"],
  [[4, 3], ""],
])("what happened to %j is said in the picture", (loss, note) => {
  expect(lossCurve({ loss }).note).toBe(note);
});

test("the axis of a run that ended stops where it ended", () => {
  const loss = Array.from({ length: 1000 }, (_, i) => (i < 5 ? 10 ** (i * 60) : Infinity));
  expect(lossCurve({ loss }).x.domain).toEqual([0, 5]);
});

test("a loss that is not finite leaves a gap", () => {
  expect(paths(lossCurve({ loss: [3, NaN, 1] }))).toEqual([[[0, 3], null, [2, 1]]]);
});

test("a long run is thinned without losing its spikes", () => {
  const loss = Float64Array.from({ length: 200_000 }, (_, i) => (i === 123_456 ? 1e6 : 1 + i / 1e6));
  const [path = []] = paths(lossCurve({ loss }));
  expect(path.length).toBeLessThan(1300);
  expect(path).toContainEqual([123_456, 1e6]);
  expect([path[0], path.at(-1)]).toEqual([
    [0, 1],
    [199_999, 1 + 199_999 / 1e6],
  ]);
});

test("steps must be finite, and as many as losses", () => {
  expect(() => lossCurve([{ step: NaN, loss: 1 }])).toThrow(
    "lossCurve: losses[0].step is not a finite number: NaN. Leave steps out to count from 0.",
  );
  expect(() => lossCurve({ step: [1], loss: [1, 2] })).toThrow(
    "lossCurve: columns differ in length: step, loss have 1, 2.",
  );
});
