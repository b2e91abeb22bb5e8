import { DomainError } from "@gradfold/core";
import { expect, test } from "vitest";
import { type Figure, forkCurve } from "../src/index.ts";

const lines = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "line" ? [mark] : []));

const words = (figure: Figure) => figure.marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));

test("what the runs share is drawn once, and both go on from there", () => {
  const figure = forkCurve([8, 4, 2, 1], [8, 4, 3, 3], 1);
  const [shared, recorded, forked] = lines(figure);
  expect(shared?.path).toEqual([
    [0, 8],
    [1, 4],
  ]);
  expect(recorded?.path).toEqual([
    [1, 4],
    [2, 2],
    [3, 1],
  ]);
  expect(forked?.path).toEqual([
    [1, 4],
    [2, 3],
    [3, 3],
  ]);
  expect(recorded?.dash).not.toBe(forked?.dash);
  expect(figure.marks[0]).toMatchObject({ kind: "rule", x: 1 });
  expect(words(figure)).toEqual(["fork at step 1", "forked", "recorded"]);
});

test("a fork may be given from where it parts, with its steps", () => {
  const whole = forkCurve([8, 4, 2], [8, 4, 1, 0], 1);
  expect(forkCurve([8, 4, 2], { loss: [1, 0], step: [2, 3] }, 1)).toEqual(whole);
});

test("runs that differ before they part are said to", () => {
  expect(forkCurve([8, 4, 2], [8, 4.0000001, 1], 1).note).toBe("the runs differ from step 1 on, before the fork");
  expect(forkCurve([8, NaN, 2], [8, NaN, 1], 1).note).toBe(
    "run recorded not drawn: 1 not a number; run forked not drawn: 1 not a number",
  );
});

test("a fork that diverges is drawn up to where it ends", () => {
  const figure = forkCurve([8, 4, 2], [8, 4, 20, Infinity, NaN], 1, { names: ["0.1", "0.9"] });
  expect(figure.note).toBe("run 0.9 ended at step 3: the loss is infinite");
  expect(figure.x.domain).toEqual([0, 3]);
});

test("the words shrink with the picture", () => {
  const long = Array.from({ length: 201 }, (_, i) => 9 - i / 100);
  const texts = [640, 240].map((width) => words(forkCurve(long, long, 100, { width }))[0]);
  expect(texts).toEqual(["fork at step 100", "fork"]);
});

test.each<readonly [readonly unknown[], string]>([
  [[[1, 2], [1, 2], 2], "k is 2, and no step of the recorded run: they are from 0 to 1."],
  [[[], [], 0], "k is 0, and no step of the recorded run: it has none."],
  [[[1], [1]], "k is not a finite number: undefined."],
  [[["1"], [1], 0], 'recorded[0] is not a number: the string "1".'],
  [[[1], { los: [1] }, 0], "forked has no column loss: { los }."],
])("a wrong call says what is wrong (%#)", (given, message) =>
  expect(() => forkCurve(...(given as Parameters<typeof forkCurve>))).toThrow(new DomainError(`forkCurve: ${message}`)),
);
