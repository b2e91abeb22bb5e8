import { DomainError } from "@gradfold/core";
import { expect, test } from "vitest";
import { dark, type Figure, traces } from "../src/index.ts";

const lines = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "line" ? [mark] : []));

const words = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));

test("each parameter is a line over the steps, with its name at its end", () => {
  const figure = traces({ slope: [0.5, 2], intercept: Float64Array.of(0, 1) }, { step: [0, 50] });
  expect(lines(figure).map(({ path }) => path)).toEqual([
    [
      [0, 0.5],
      [50, 2],
    ],
    [
      [0, 0],
      [50, 1],
    ],
  ]);
  expect(words(figure)).toEqual(["slope", "intercept"]);
});

test("an optimum is a thin dashed line in the colour of its parameter, and in the picture", () => {
  const figure = traces({ a: [0, 1], b: [0, 2] }, { optimum: { b: 30 } });
  const [goal, a, b] = lines(figure);
  expect(goal?.path).toEqual([
    [0, 30],
    [1, 30],
  ]);
  expect([goal?.color, goal?.width, goal?.dash]).toEqual([dark.series[1], 1, "12 6"]);
  expect([a?.color, b?.color, b?.width]).toEqual([...dark.series.slice(0, 2), 2]);
  expect(figure.y.domain[1]).toBeGreaterThan(30);
  expect([figure.y.label, traces({ a: [1] }).y.label]).toEqual(["value (thin line: optimum)", "value"]);
});

test("gaps are kept, and counted by the parameter", () => {
  const figure = traces({ a: [1, NaN, 3, null], b: [1, 2, 3, 4] });
  expect(lines(figure)[0]?.path).toEqual([[0, 1], null, [2, 3], null]);
  expect(figure.note).toBe("a not drawn: 1 not a number, 1 missing");
  expect(figure.description).toBe(
    "A: 1 at step 0, 3 at step 2. B: 1 at step 0, 4 at step 3. A not drawn: 1 not a number, 1 missing.",
  );
});

test("parameters that end at one value have names apart", () => {
  const figure = traces({ a: [0, 1], b: [2, 1], c: [3, 1] });
  const downs = figure.marks
    .flatMap((mark) => (mark.kind === "text" ? [mark.offset[1]] : []))
    .toSorted((a, b) => a - b);
  expect(downs.slice(1).map((down, i) => Math.round(down - (downs[i] ?? NaN)))).toEqual([15, 15]);
});

test("one state, a constant and none at all are pictures too", () => {
  expect(traces({ a: [3] }).x.domain).toEqual([0, 1]);
  expect(traces({ a: [2, 2, 2] }).y.domain).toEqual([1.8, 2.2]);
  expect(traces({ a: [] }).description).toBe("A: no finite value.");
});

test("a million values of each are a small picture", () => {
  const [line] = lines(traces({ a: Float64Array.from({ length: 1e6 }, (_, i) => Math.sin(i)) }));
  expect(line?.path.length).toBeLessThan(1300);
});

test.each<readonly [unknown, string]>([
  [{ a: 3 }, 'columns["a"] is not a list of numbers: 3.'],
  [{ a: ["3"] }, 'columns["a"][0] is not a number: the string "3".'],
  [[[1, 2]], "columns is not an object of columns by name: a list of 1."],
  [{}, "columns is not an object of columns by name, with at least one: an object."],
])("what are no columns is named (%#)", (given, message) =>
  expect(() => traces(given as never)).toThrow(new DomainError(`traces: ${message}`)),
);
