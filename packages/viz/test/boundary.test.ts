import { array, DomainError } from "@gradfold/core";
import { expect, test } from "vitest";
import { type Boundary, boundary, dark, type Figure, light, type Mark, paper } from "../src/index.ts";
import { contrast } from "./sample.ts";

const ofKind = <Kind extends Mark["kind"]>(figure: Figure, kind: Kind) =>
  figure.marks.filter((mark): mark is Mark & { readonly kind: Kind } => mark.kind === kind);

/** The points of the line at 0.5. */
const lineOf = (figure: Figure) => ofKind(figure, "line")[0]?.path.filter((point) => point !== null) ?? [];

const unit = { xDomain: [0, 1], yDomain: [0, 1], cells: 16 } as const;

const points = { x: [0.2, 0.4, 0.6, 0.8], y: [0.5, 0.1, 0.9, 0.5] };

const labels = [0, 0, 1, 1];

test("the line is where both classes are as probable, from edge to edge", () => {
  const line = lineOf(boundary({ probability: (x, y) => x / 2 + y / 2 }, unit));
  for (const [x, y] of line) expect(x + y).toBeCloseTo(1, 9);
  const ends = line.map(([x]) => x);
  expect([Math.min(...ends), Math.max(...ends)]).toEqual([0, 1].map((end) => expect.closeTo(end, 9) as number));
});

test("the line of a saddle has two pieces that do not meet", () => {
  const saddle = boundary({ probability: (x, y) => 0.45 + (x - 0.5) * (y - 0.5) }, { ...unit, cells: 15 });
  const line = lineOf(saddle);
  expect(line.length).toBeGreaterThan(10);
  for (const [x, y] of line) expect((x - 0.5) * (y - 0.5)).toBeGreaterThan(0);
});

test("a function, and a grid of it, give the same line", () => {
  const axis = [0, 0.25, 0.5, 0.75, 1];
  const grid = { x: axis, y: axis, probability: axis.map((y) => axis.map((x) => (x + 2 * y) / 3)) };
  const line = lineOf(boundary({ probability: grid }, { cells: 16 }));
  // Half a cell at the frame takes its value from the cell inside.
  const inner = line.filter((point) => point.every((at) => at > 1 / 32 && at < 31 / 32));
  expect(inner.length).toBeGreaterThan(20);
  for (const [x, y] of inner) expect(x + 2 * y).toBeCloseTo(1.5, 9);
  expect(boundary({ probability: grid }).x.domain).toEqual([0, 1]);
});

test("the ground is painted to the corners, and bare where there is no probability, which makes no line", () => {
  const [ground] = ofKind(boundary({ probability: () => 0.05, points, labels }, { cells: 8 }), "contour");
  expect(ground?.levels[0]?.value).toBe(0);
  expect(ground?.values.every((value) => value === 0.05)).toBe(true);
  const bare = boundary({ probability: (x) => (x < 0.5 ? NaN : 1) }, unit);
  expect(ofKind(bare, "contour")[0]?.values).toContain(null);
  expect([lineOf(bare), bare.note]).toEqual([[], "no boundary here: all is 1"]);
  expect(boundary({ probability: () => null }, unit).note).toBe("no probability here");
});

test("what is no probability counts as the nearest one", () => {
  const values = ofKind(boundary({ probability: (x) => 4 * x - 2 }, unit), "contour").flatMap((mark) => mark.values);
  expect([Math.min(...values.map(Number)), Math.max(...values.map(Number))]).toEqual([0, 1]);
  expect(lineOf(boundary({ probability: (x) => (x < 0.5 ? -Infinity : Infinity) }, unit)).length).toBeGreaterThan(2);
});

test("the classes differ in colour and in form, and points have an edge", () => {
  const figure = boundary({ probability: (x) => x, points, labels }, { cells: 8, classes: ["no", "yes"] });
  const [first, second] = ofKind(figure, "dots");
  expect([first?.points.length, second?.points.length]).toEqual([2, 2]);
  expect([first?.color, second?.color]).toEqual(dark.series.slice(0, 2));
  expect([first?.glyph, second?.glyph, first?.halo]).toEqual(["disc", "square", dark.background]);
  expect(ofKind(figure, "text").map(({ text }) => text)).toEqual(["● no, ■ yes, line at 0.5"]);
});

test.each(Object.entries({ dark, light, paper }))(
  "points and the line stand out from every ground of %s",
  (_, theme) => {
    const figure = boundary({ probability: (x) => x, points, labels }, { cells: 8, theme });
    const drawn = [...ofKind(figure, "dots"), ...ofKind(figure, "line")];
    for (const { levels } of ofKind(figure, "contour"))
      for (const { fill } of levels)
        for (const { color } of drawn) expect(contrast(color, fill), `${color} on ${fill}`).toBeGreaterThanOrEqual(3);
  },
);

test("points on the wrong side are counted, and so are those that are not drawn", () => {
  const figure = boundary(
    { probability: (x) => x, points: { x: [0.9, 0.2, NaN, 7], y: [0, 1, 0, 0] }, labels: [false, true, 0, 1] },
    { ...unit },
  );
  expect(figure.description).toBe(
    "3 points over x and y: 1 of 0, 2 of 1, 2 on the wrong side. Not drawn: 1 not a number. 1 point outside the picture.",
  );
});

test("what a function throws is the cause", () => {
  const fails = (): never => {
    throw new Error("mine");
  };
  expect(() => boundary({ probability: fails }, unit)).toThrow(
    /^boundary: probability\(\S+, \S+\) threw an error: see its cause\.$/,
  );
});

test.each<readonly [unknown, string]>([
  [
    { probability: () => 0 },
    "nothing says which part of the plane to show. Give a finite point, or the options xDomain and yDomain.",
  ],
  [{ probability: 0.5 }, "probability is not a function (x, y) => probability, or a grid { x, y, probability }: 0.5."],
  [
    { probability: array([1]) },
    "probability is not a function (x, y) => probability, or a grid { x, y, probability }: an array of shape [1].",
  ],
  [{ probability: { x: [0], y: [0, 1], probability: [] } }, "probability.x has 1 of at least 2 values."],
  [
    { probability: { x: [0, 0], y: [0, 1], probability: [] } },
    "probability.x[1] is not above 0, the value before: 0. Sort the grid.",
  ],
  [
    { probability: { x: [0, 1], y: [0, 1], probability: [[1, 2], [1]] } },
    "probability.probability[1] has 1 values for 2 values of x. Give one for each.",
  ],
  [
    { probability: () => 0, points },
    "columns differ in length: points, labels have 4, 0. Give one value of each per point.",
  ],
  [{ probability: () => 0, points, labels: [0, 1, 2, 0] }, "labels[2] is not 0 or 1: 2."],
])("a wrong call says what is wrong (%#)", (given, message) => {
  expect(() => boundary(given as Boundary)).toThrow(DomainError);
  expect(() => boundary(given as Boundary)).toThrow(`boundary: ${message}`);
});
