import { expect, test } from "vitest";
import { atNewLevel } from "../src/array/primitive.ts";

test("a transform runs one level further in than the one that it runs in", () => {
  const levels = atNewLevel((outer) => [outer, atNewLevel((inner) => inner), atNewLevel((inner) => inner)]);
  expect(levels).toEqual([1, 2, 2]);
});

test("levels are as before however a transform ends", () => {
  const fail = (): never => {
    throw new Error("user");
  };
  expect(() => atNewLevel(fail)).toThrow("user");
  expect(() => atNewLevel(() => atNewLevel(fail))).toThrow("user");
  expect(atNewLevel((level) => level)).toBe(1);
});
