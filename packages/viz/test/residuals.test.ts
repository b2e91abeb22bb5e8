import { DomainError } from "@gradfold/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Figure, residualHistogram, residuals } from "../src/index.ts";

const linesOf = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "line" ? [mark.path] : []));

const dotsOf = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "dots" ? mark.points : []));

/** The bars' corners, bar by bar. */
const barsOf = (figure: Figure) => {
  const corners = figure.marks.flatMap((mark) =>
    mark.kind === "area" ? mark.path.filter((point) => point !== null) : [],
  );
  return Array.from({ length: corners.length / 4 }, (_, i) => corners.slice(4 * i, 4 * i + 4));
};

test("rows, columns and observed with fitted values of the same residuals give the same figure", () => {
  const columns = { fitted: [1, 2, 4], residual: [0.5, -0.5, 0] };
  const rows = columns.fitted.map((fitted, i) => ({ fitted, residual: columns.residual[i] }));
  expect(residuals(rows)).toEqual(residuals(columns));
  expect(residuals({ fitted: Float64Array.from(columns.fitted), y: [1.5, 1.5, 4] })).toEqual(residuals(columns));
});

test("a stick goes from the zero line to each residual", () => {
  const figure = residuals({ x: [1, 2], residual: [0.5, -0.5] });
  expect(linesOf(figure)[0]).toEqual([[1, 0], [1, 0.5], null, [2, 0], [2, -0.5]]);
  expect(linesOf(figure)[1]).toEqual(figure.x.domain.map((x) => [x, 0]));
  expect(dotsOf(figure)).toEqual([
    [1, 0.5],
    [2, -0.5],
  ]);
});

test.each([
  [{ x: [1, 2], fitted: [3, 4], residual: [1, 0] }, undefined, "fitted value"],
  [{ x: [1, 2], residual: [1, 0] }, undefined, "x"],
  [{ x: [1, 2], fitted: [3, 4], residual: [1, 0] }, "x", "x"],
  [{ x: [1, 2], fitted: [3, 4], residual: [1, 0] }, "order", "observation"],
  [[1, 0], undefined, "observation"],
] as const)("%j against %j is drawn against the %s", (data, against, name) => {
  expect(residuals(data, { ...(against && { against }) }).x.label).toBe(name);
});

test("zero is in the picture, wherever the residuals are", () => {
  const { y } = residuals([5, 6]);
  expect(y.domain[0]).toBeLessThan(0);
  expect(residualHistogram([5, 6]).x.domain[0]).toBeLessThan(0);
});

test("many residuals are dots without sticks", () => {
  const many = Array.from({ length: 1000 }, (_, i) => (i % 7) - 3);
  expect(linesOf(residuals(many)).length).toBe(1);
});

test("residuals that are not finite are left out and counted", () => {
  const figure = residuals({ x: [1, 2, null, 4], residual: [1, NaN, 3, Infinity] });
  expect(figure.note).toBe("not drawn: 1 not a number, 1 missing, 1 infinite");
  expect(dotsOf(figure)).toEqual([[1, 1]]);
});

test("the words survive squares beyond the numbers", () => {
  expect(residuals([1e300, -1e300]).description).toBe(
    "2 residuals: mean 0, root mean square 10³⁰⁰, 1 above zero, 1 below.",
  );
});

test("a histogram counts every residual once, in ranges between round numbers", () => {
  const number = fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.integer({ min: -3, max: 3 }));
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 200 }), (values) => {
      const figure = residualHistogram(values);
      const counts = barsOf(figure).map((corners) => corners[1]?.[1] ?? NaN);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
    }),
  );
  const [bar] = barsOf(residualHistogram([0.1, 0.9, 3.5]));
  expect(bar?.map(([x]) => Math.round(x))).toEqual([0, 0, 1, 1].map((end) => end / 1));
});

test.each<readonly [() => unknown, string]>([
  [() => residuals([]), "residuals: no finite residual: 0 given. Give at least one."],
  [() => residualHistogram([NaN]), "residualHistogram: no finite residual: 1 given. Give at least one."],
  [() => residuals({ x: [1], residual: [1, 2] }), "residuals: columns differ in length: x, residual have 1, 2."],
  [() => residuals({ y: [1] }), "residuals: data has y without fitted. Give residual, or both y and fitted."],
  [() => residuals({ x: [1] }), "residuals: data has no column residual: { x }."],
  [() => residuals([1], { against: "x" }), "residuals: data is not rows or columns with x: a list of 1."],
])("a wrong call says what is wrong (%#)", (call, message) => {
  expect(call).toThrow(DomainError);
  expect(call).toThrow(message);
});
