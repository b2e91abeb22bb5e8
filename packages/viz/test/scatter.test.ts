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
