import { DomainError } from "@gradfold/core";
import { expect, test } from "vitest";
import { dark, type Figure, light, type Mark, paper, sweep, type Theme } from "../src/index.ts";
import { boldWidth } from "../src/label.ts";
import { position } from "../src/position.ts";
import { contrast } from "./sample.ts";

const ofKind = <Kind extends Mark["kind"]>(figure: Figure, kind: Kind) =>
  figure.marks.filter((mark): mark is Mark & { readonly kind: Kind } => mark.kind === kind);

/** What is written in the cells. */
const inside = (figure: Figure) => ofKind(figure, "text").filter(({ anchor }) => anchor === "middle");

const rows = [0.01, 0.1, 1].flatMap((x, i) => [0, 0.9].map((y, j) => ({ x, y, value: 10 - i * 4 - j })));

test("rows and columns of the same runs give the same figure, whatever their order", () => {
  const columns = { x: rows.map(({ x }) => x), y: rows.map(({ y }) => y), value: rows.map(({ value }) => value) };
  expect(sweep(columns)).toEqual(sweep(rows));
  const back = sweep(rows.toReversed());
  expect([back.x, back.y, back.description]).toEqual([sweep(rows).x, sweep(rows).y, sweep(rows).description]);
});

test("numbers stand in their order and evenly spaced, names as they came", () => {
  const figure = sweep([
    { x: 10, y: "sgd", value: 1 },
    { x: 0.1, y: "adam", value: 2 },
    { x: 1, y: "sgd", value: 3 },
  ]);
  expect(figure.x.ticks).toEqual([
    { value: 0, text: "0.1" },
    { value: 1, text: "1" },
    { value: 2, text: "10" },
  ]);
  expect(figure.y.ticks.map(({ text }) => text)).toEqual(["sgd", "adam"]);
  expect(inside(figure).map(({ at, text }) => [...at, text])).toEqual([
    [2, 0, "1"],
    [0, 1, "2"],
    [1, 0, "3"],
  ]);
});

test("runs that diverged are marked and counted, and pairs without a run stay bare", () => {
  const figure = sweep([
    { x: 1, y: 1, value: NaN },
    { x: 2, y: 1, value: null },
    { x: 2, y: 2, value: 1 },
  ]);
  expect(inside(figure).map(({ text, color }) => [text, color])).toEqual([
    ["1", "#000000"],
    ["diverged", dark.alarm],
    ["diverged", dark.alarm],
  ]);
  expect(figure.note).toBe("diverged: 1 not a number, 1 missing");
  expect(ofKind(figure, "area").length).toBe(1);
});

test("the best is in a frame: the lowest, or the highest", () => {
  const frame = (best: "lowest" | "highest") => ofKind(sweep(rows, { best }), "line").map(({ path }) => path[0]);
  expect(frame("lowest")[0]).toEqual([2 - 0.48, 1 - 0.48]);
  expect(frame("highest")[0]).toEqual([0 - 0.48, 0 - 0.48]);
  expect(sweep(rows).description).toBe("6 runs over 3 × 2 settings: loss from 1 to 10, best at x 1, y 0.9.");
});

test.each(Object.entries({ dark, light, paper }))("words on cells of %s can be read", (_, theme: Theme) => {
  const many = Array.from({ length: 12 }, (_, x) => ({ x, y: 0, value: x }));
  const figure = sweep(many, { theme, width: 1600 });
  const cells = ofKind(figure, "area");
  const words = inside(figure);
  expect(words.length).toBe(12);
  words.forEach(({ color }, i) => {
    const fill = cells[i]?.color ?? "";
    expect(contrast(color, fill), `${color} on ${fill}`).toBeGreaterThanOrEqual(4.5);
  });
  // The frame of the best stands out from its cell too.
  const frame = ofKind(figure, "line").map(({ color }) => contrast(color, cells[0]?.color ?? ""));
  expect(Math.max(...frame)).toBeGreaterThanOrEqual(4.5);
});

test("words are only where they have room: fewer digits, then none", () => {
  const many = Array.from({ length: 9 }, (_, x) => ({ x, y: 0, value: x + 1.234 }));
  expect(inside(sweep(many))[0]?.text).toBe("1.23");
  expect(inside(sweep(many, { width: 320 }))[0]?.text).toBe("1.2");
  expect(inside(sweep(many, { width: 240 }))).toEqual([]);
  for (const width of [240, 400, 640, 1600]) {
    const figure = sweep(many, { width });
    const [left, right] = [0, 1].map((x) => position(figure, [x, 0])[0]);
    for (const { text } of inside(figure)) expect(boldWidth(text, 12)).toBeLessThan((right ?? NaN) - (left ?? NaN));
  }
});

test("ticks of many settings are thinned, and long names are cut", () => {
  const many = Array.from({ length: 50 }, (_, x) => ({ x, y: "a name that is far too long for an axis", value: x }));
  const figure = sweep(many, { width: 320 });
  expect(figure.x.ticks.length).toBeLessThan(20);
  expect(figure.y.ticks[0]?.text).toMatch(/^a name.*…$/);
  expect(figure.margin.left).toBeLessThan(320 / 3);
});

test("colours go by logarithms where values span a power of ten", () => {
  const colors = (values: readonly number[]) =>
    ofKind(sweep(values.map((value, x) => ({ x, y: 0, value }))), "area").map(({ color }) => color);
  expect(colors([1, 10, 100])).toEqual(colors([1, 2, 3]));
  expect(colors([0, 10, 100])).not.toEqual(colors([0, 50, 100]));
  expect(colors([5, 5])).toEqual([dark.after, dark.after]);
});

test.each<readonly [unknown, string]>([
  [[], "no run to show: data is empty. Give at least one."],
  [
    [
      { x: 1, y: "a", value: 1 },
      { x: 1, y: "a", value: 2 },
    ],
    'data has two runs at x 1, y "a": 0 and 1. Give one for each pair of settings, such as their mean.',
  ],
  [[{ x: NaN, y: 1, value: 1 }], "data[0].x is not a finite number or a name: NaN."],
  [[{ x: 1, y: 1, loss: 1 }], "data has no row with value: the first is { x, y, loss }."],
  [{ x: [1], y: [1, 2], value: [1] }, "columns differ in length: x, y, value have 1, 2, 1."],
  [
    {
      x: Array.from({ length: 51 }, (_, i) => i),
      y: Array.from({ length: 51 }, (_, i) => i),
      value: Array(51).fill(1),
    },
    "51 × 51 cells are too many to tell apart. Give at most 2500.",
  ],
])("a wrong call says what is wrong (%#)", (given, message) => {
  expect(() => sweep(given as never)).toThrow(DomainError);
  expect(() => sweep(given as never)).toThrow(`sweep: ${message}`);
});
