import { DomainError } from "@gradfold/core";
import { expect, test } from "vitest";
import { difference, type Figure, type States } from "../src/index.ts";

const pathOf = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "line" ? [mark.path] : []))[0];

const words = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));

test("rows, columns in any order and one flat list of the same states give the same figure", () => {
  const rows = difference([[1, 2], [3, 4]], [[1, 2], [6, 8]]); // prettier-ignore
  expect(pathOf(rows)).toEqual([
    [0, 0],
    [1, 5],
  ]);
  expect(difference([1, 2, 3, 4], Float64Array.of(1, 2, 6, 8), { size: 2 })).toEqual(rows);
  expect(difference({ a: [1, 3], b: [2, 4] }, { b: [2, 8], a: [1, 6] })).toEqual(rows);
});

test("runs are the same up to the step before the first other bit, not the first distance", () => {
  expect(difference([1, 0, 3], [1, -0, 3]).description).toBe("Same bits up to step 0. Distance 0 at step 2.");
  expect(words(difference([1, 2, 3, 4], [1, 2, 3, 5]))).toEqual(["same bits up to step 2"]);
  expect(difference([1, 2], [3, 2]).description).toBe("Other bits from step 0 on. Distance 2 at step 0, 0 at step 1.");
});

test("a step that is no number in both runs is the same, and has no distance", () => {
  const figure = difference([1, NaN], [1, NaN]);
  expect(figure.description).toBe("Same bits at every step, up to step 1. Not drawn: 1 not a number.");
  expect(words(figure)).toEqual(["same bits at every step"]);
});

test("the axis is logarithmic where distances span a power of ten, and zeros are counted", () => {
  const figure = difference([0, 0, 0, 0], [0, 1, 0, 100]);
  expect([figure.y.scale, figure.note]).toEqual(["log", "no distance at 1 later step"]);
  expect(pathOf(figure)).toEqual([null, [1, 1], null, [3, 100]]);
  expect(difference([0, 0], [1, 2]).y).toMatchObject({ scale: "linear", domain: [0, 2.1] });
});

test("distances beyond the squares of numbers are right, and those beyond the numbers are counted", () => {
  expect(pathOf(difference([[0, 0]], [[8e200, 8e200]]))).toEqual([[0, 8e200 * Math.SQRT2]]);
  expect(difference([1, -1.7e308], [1, 1.7e308]).note).toBe("not drawn: 1 infinite");
});

test("where there is no room beside the last same step, the axis says it", () => {
  const figure = difference([1, 2, 3, 4], [1, 5, 6, 7], { width: 240 });
  expect([words(figure), figure.y.label]).toEqual([[], "distance, same up to 0"]);
});

test("the longer run is drawn as far as the shorter one goes", () => {
  expect(difference([1, 2, 3], [1, 4], { step: [0, 5, 10] }).note).toBe("one run ends at step 5");
});

test.each<readonly [States, States, string]>([
  [[], [1], "a has 0 states and b has 1. Give at least one."],
  [[[1, 2]], [[1]], "a state of a has 2 numbers, and one of b has 1 number."],
  [{ a: [1] }, { b: [1] }, "a state of a has { a }, and one of b has { b }."],
  [[[1], [1, 2]], [[1]], "a[1] has 2 numbers, and the first state has 1."],
  [{ a: [1], b: [1, 2] }, [1], "columns differ in length: a, b have 1, 2. Give one value of each per point."],
])("a wrong call says what is wrong (%#)", (a, b, message) =>
  expect(() => difference(a, b)).toThrow(new DomainError(`difference: ${message}`)),
);

test("a list that is no whole number of states is refused", () => {
  expect(() => difference([1, 2, 3], [1, 2, 3], { size: 2 })).toThrow(
    "difference: a has 3 numbers, which are no states of 2. Give the right size.",
  );
});
