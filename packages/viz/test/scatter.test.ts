import { DomainError } from "@gradfold/core";
import { expect, test } from "vitest";
import { type Figure, scatterFit } from "../src/index.ts";
import { data } from "./sample.ts";

const points = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "dots" ? mark.points : []));

const paths = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "line" ? [mark.path] : []));

test("rows and columns of the same points give the same figure", () => {
  const rows = data.x.map((x, i) => ({ x, y: data.y[i] ?? NaN }));
  const typed = { x: Float64Array.from(data.x), y: Float64Array.from(data.y) };
  expect(scatterFit(rows)).toEqual(scatterFit(data));
  expect(scatterFit(typed)).toEqual(scatterFit(data));
});

test("a figure is plain data", () => {
  const figure = scatterFit({ ...data, before: [0.5, 0.75], after: [3, 2.5] });
  expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
});

test("the description tells the points and the lines", () => {
  const figure = scatterFit({ ...data, before: [0.5, -0.75], after: Float64Array.of(1, 2.5) });
  expect(figure.description).toBe("100 points. Before: y = 0.5x − 0.75. After: y = x + 2.5.");
});

test("points that are not finite are left out and counted", () => {
  const figure = scatterFit({ x: [1, 2, NaN, 4], y: [1, Infinity, 3, 4] });
  expect(points(figure)).toEqual([
    [1, 1],
    [4, 4],
  ]);
  expect(figure.description).toBe("2 points. Not drawn: 1 infinite, 1 not a number.");
  expect(figure.note).toBe("not drawn: 1 infinite, 1 not a number");
});

test("the axes hold all points, with air around them", () => {
  const { x, y } = scatterFit(data);
  expect(x.domain[0]).toBeLessThan(Math.min(...data.x));
  expect(x.domain[1]).toBeGreaterThan(Math.max(...data.x));
  expect(y.domain[0]).toBeLessThan(Math.min(...data.y));
  expect(y.domain[1]).toBeGreaterThan(Math.max(...data.y));
});

test("a line as steep as a wall is clipped and does not squeeze the points", () => {
  const figure = scatterFit({ ...data, after: [1e20, 0] });
  expect(figure.y.domain).toEqual(scatterFit(data).y.domain);
  expect(paths(figure)[0]?.map((point) => point?.[1])).toEqual([...figure.y.domain]);
});

test("a line that cannot be drawn is told", () => {
  expect(scatterFit({ ...data, before: [NaN, 1], after: [0, 1e9] }).note).toBe(
    "the line before is not finite; the line after is outside the picture",
  );
});

test.each([
  ["one point", [3], [4]],
  ["equal x", [2, 2, 2], [1, 2, 3]],
  ["equal points at zero", [0, 0], [0, 0]],
  ["huge values", [1e299, 2e299], [-1e300, 1e300]],
  ["the largest values", [-Number.MAX_VALUE, Number.MAX_VALUE], [1.7e308, 1.79e308]],
  ["tiny values", [1e-320, 2e-320], [1e-280, 2e-280]],
  ["the least of all values", [0, Number.MIN_VALUE], [Number.MIN_VALUE, Number.MIN_VALUE]],
  ["a small difference of large values", [1e6, 1e6 + 1e-3], [1, 2]],
])("%s makes axes with at least two ticks, in order", (_, x, y) => {
  const figure = scatterFit({ x, y, after: [1, 0] });
  for (const axis of [figure.x, figure.y]) {
    expect(axis.domain[0]).toBeLessThan(axis.domain[1]);
    expect(axis.ticks.length).toBeGreaterThanOrEqual(2);
    expect(new Set(axis.ticks.map((tick) => tick.text)).size).toBe(axis.ticks.length);
    expect(axis.ticks.every(({ value }) => value >= axis.domain[0] && value <= axis.domain[1])).toBe(true);
  }
});

test.each([
  [
    () => scatterFit({ x: [1, 2, 3], y: [1, 2] }),
    "scatterFit: columns differ in length: x, y have 3, 2. Give one value of each per point.",
  ],
  [() => scatterFit([]), "scatterFit: no finite point: 0 given. Give at least one."],
  [() => scatterFit({ x: [NaN], y: [1] }), "scatterFit: no finite point: 1 given. Give at least one."],
  [() => scatterFit({ x: [1], y: [1], after: [1, 2, 3] }), "scatterFit: after is not [slope, intercept]: a list of 3."],
  [
    () => scatterFit({ x: [1], y: [1] }, { width: -5 }),
    "scatterFit: width is not from 240 to 4096 pixels: -5. Leave it out for the default.",
  ],
  [
    () => scatterFit({ x: [1], y: [1] }, { height: NaN }),
    "scatterFit: height is not from 160 to 4096 pixels: NaN. Leave it out for the default.",
  ],
  [
    () => scatterFit({ x: [1], y: [1] }, { idPrefix: "a b" }),
    'scatterFit: idPrefix is not a letter followed by letters, digits, "-" and "_": the string "a b".',
  ],
])("a wrong call says what is wrong (%#)", (call, message) => {
  expect(call).toThrow(DomainError);
  expect(call).toThrow(message);
});

const line = { x: [0, 1, 2], y: [1, 3, 5] };

test("a curve is drawn from left to right, whatever the order of its points, with gaps", () => {
  const figure = scatterFit({ ...line, after: { x: [2, 0, 1, 1.5, 1.6], y: [5, 1, 3, NaN, 4] } });
  expect(paths(figure)).toEqual([[[0, 1], [1, 3], null, [1.6, 4], [2, 5]]]);
});

test("a curve as pairs, rows and columns gives the same figure", () => {
  const after = { x: [0, 2], y: [1, 4] };
  const figure = scatterFit({ ...line, after });
  expect(scatterFit({ ...line, after: [[0, 1], [2, 4]] })).toEqual(figure); // prettier-ignore
  expect(scatterFit({ ...line, after: [{ x: 0, y: 1 }, { x: 2, y: 4 }] })).toEqual(figure); // prettier-ignore
});

const band = { x: [2, 0, 1], lower: [4, 0.5, 2.5], upper: [6, 1.5, 3.5] };

test("a band is a faint shape between two thin lines, from left to right", () => {
  const figure = scatterFit({ ...line, confidence: band }, { level: 0.95 });
  const [area] = figure.marks.flatMap((mark) => (mark.kind === "area" ? [mark] : []));
  expect(new Set(area?.path.map(String))).toEqual(new Set(["0,0.5", "1,2.5", "2,4", "2,6", "1,3.5", "0,1.5"]));
  expect(paths(figure)).toEqual([
    [[0, 0.5], [1, 2.5], [2, 4]],
    [[0, 1.5], [1, 3.5], [2, 6]],
  ]); // prettier-ignore
  expect(figure.description).toBe("3 points. 95 % confidence band: 1 to 2 wide.");
  expect(figure.marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []))).toEqual(["95 % confidence"]);
});

test("the two bands are told apart by more than their opacity", () => {
  const dashes = scatterFit({ ...line, confidence: band, prediction: band }).marks.flatMap((mark) =>
    mark.kind === "line" ? [mark.dash] : [],
  );
  expect(dashes).toEqual(["3 3", "3 3", "", ""]);
});

test("a band has a gap where a bound is not finite, and is cut at the edges of the picture", () => {
  const x = [0, 1, 2, 3, 4];
  const figure = scatterFit({ x, y: x, confidence: { x, lower: [0, 0, NaN, 0, 0], upper: [1, 1, 1, 1e9, 1e9] } });
  const [area] = figure.marks.flatMap((mark) => (mark.kind === "area" ? [mark] : []));
  const heights = area?.path.map((point) => (point === null ? null : point[1])) ?? [];
  expect(heights.filter((height) => height === null).length).toBe(1);
  expect(Math.max(...heights.map((height) => height ?? 0))).toBe(figure.y.domain[1]);
  expect(figure.y.domain[1]).toBeLessThan(10);
  expect(scatterFit({ ...line, confidence: { x: [0, 1], lower: [-Infinity, NaN], upper: [1, 1] } }).note).toBe(
    "the confidence band is not finite",
  );
});

test("residuals go from the points to the fit, and not beyond a curve's ends", () => {
  const figure = scatterFit({ ...line, after: { x: [0, 1.5], y: [0, 3] } }, { residuals: true });
  expect(paths(figure)[0]).toEqual([[0, 1], [0, 0], null, [1, 3], [1, 2]]);
  expect(() => scatterFit(line, { residuals: true })).toThrow(
    "scatterFit: residuals go from the points to a fit, and there is none. Give after.",
  );
});

test.each([
  [
    { x: [0], lower: [2], upper: [1] },
    "confidence has its lower bound above the upper one at 0, x 0: 2 > 1. Give the lower one as lower.",
  ],
  [{ x: [0, 1], lower: [2], upper: [3] }, "columns differ in length: x, lower, upper have 2, 1, 1."],
  [{ x: [0], lower: [2] }, "confidence has no column upper: { x, lower }."],
])("a wrong band is refused (%#)", (confidence, message) => {
  expect(() => scatterFit({ ...line, confidence: confidence as never })).toThrow(
    new DomainError(`scatterFit: ${message}`).message,
  );
});

test("the points of a crowd are faint, but can be seen", () => {
  const x = Array.from({ length: 501 }, (_, i) => i);
  const [mark] = scatterFit({ x, y: x }).marks;
  expect(mark).toMatchObject({ kind: "dots", opacity: 0.55, radius: 2.2 });
});
