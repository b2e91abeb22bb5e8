import * as fc from "fast-check";
import { expect, test } from "vitest";
import { clipped, clippedShape } from "../src/clip.ts";

const unit = [0, 1] as const;

test.each([
  [
    "inside stays whole",
    [
      [0.2, 0.2],
      [0.8, 0.6],
    ],
    [
      [0.2, 0.2],
      [0.8, 0.6],
    ],
  ],
  [
    "outside vanishes",
    [
      [2, 2],
      [3, 3],
    ],
    [],
  ],
  [
    "across is cut at both edges",
    [
      [-1, 0.5],
      [2, 0.5],
    ],
    [
      [0, 0.5],
      [1, 0.5],
    ],
  ],
  [
    "steep as a wall is cut at the top and the bottom",
    [
      [0, -1e20],
      [1, 1e20],
    ],
    [
      [0.5, 0],
      [0.5, 1],
    ],
  ],
  [
    "that is not finite vanishes",
    [
      [0, NaN],
      [1, 1],
    ],
    [],
  ],
  [
    "that leaves and comes back has a gap",
    [
      [0, 0.5],
      [0.25, 2],
      [0.5, 2],
      [1, 0.5],
    ],
    [[0, 0.5], [0.083, 1], null, [0.833, 1], [1, 0.5]],
  ],
] as const)("a line %s", (_, line, expected) => {
  const rounded = clipped(line, unit, unit).map((point) => point && point.map((v) => Math.round(v * 1000) / 1000));
  expect(rounded).toEqual(expected);
});

test("whatever the line, what is left of it is inside", () => {
  const point = fc.tuple(fc.double(), fc.double());
  fc.assert(
    fc.property(fc.array(point, { minLength: 2, maxLength: 6 }), (line) => {
      for (const [x, y] of clipped(line, unit, unit).filter((p) => p !== null)) {
        expect(x >= -1e-9 && x <= 1 + 1e-9 && y >= -1e-9 && y <= 1 + 1e-9).toBe(true);
      }
    }),
  );
});

test("a shape across the edges is cut to what is inside, and one around them to all of it", () => {
  const around = [[-1, -1], [2, -1], [2, 2], [-1, 2]] as const; // prettier-ignore
  const corners = (shape: readonly (readonly number[])[]) => new Set(shape.map(String));
  expect(corners(clippedShape(around, unit, unit))).toEqual(new Set(["0,0", "1,0", "1,1", "0,1"]));
  expect(corners(clippedShape([[0.5, 0.5], [2, 0.5], [2, 0.75], [0.5, 0.75]], unit, unit))).toEqual(
    new Set(["0.5,0.5", "1,0.5", "1,0.75", "0.5,0.75"]),
  ); // prettier-ignore
  expect(clippedShape([[2, 2], [3, 2], [3, 3]], unit, unit)).toEqual([]); // prettier-ignore
});
