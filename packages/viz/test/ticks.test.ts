import * as fc from "fast-check";
import { expect, test } from "vitest";
import { axis } from "../src/ticks.ts";

const texts = (low: number, high: number, scale: "linear" | "log", count = 5): readonly string[] =>
  axis({ label: "", scale, domain: [low, high], minStep: 0 }, count).ticks.map((tick) => tick.text);

test.each([
  [
    [0, 1],
    ["0", "0.2", "0.4", "0.6", "0.8", "1.0"],
  ],
  [
    [-1, 1],
    ["−1.0", "−0.5", "0", "0.5", "1.0"],
  ],
  [
    [0, 8e5],
    ["0", "200000", "400000", "600000", "800000"],
  ],
  [
    [0, 3e20],
    ["0", "10²⁰", "2×10²⁰", "3×10²⁰"],
  ],
] as const)("a linear axis over %j has round ticks", ([low, high], expected) => {
  expect(texts(low, high, "linear")).toEqual(expected);
});

test.each([
  [
    [0.5, 30],
    ["0.5", "1", "2", "5", "10", "20"],
  ],
  [
    [0.001, 1000],
    ["0.01", "1", "100"],
  ],
  [
    [1e-9, 1e300],
    ["10⁰", "10¹⁰⁰", "10²⁰⁰", "10³⁰⁰"],
  ],
] as const)("a logarithmic axis over %j has powers of ten", ([low, high], expected) => {
  expect(texts(low, high, "log")).toEqual(expected);
});

test("ticks stay inside any domain, grow, and have texts of their own", () => {
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 2, max: 12 }), (a, b, count) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      fc.pre(high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high)) && high - low > 1e-290);
      const { ticks } = axis({ label: "", scale: "linear", domain: [low, high], minStep: 0 }, count);
      expect(ticks.length).toBeLessThanOrEqual(count + 1);
      expect(new Set(ticks.map((tick) => tick.text)).size).toBe(ticks.length);
      ticks.slice(1).forEach(({ value }, i) => expect(value).toBeGreaterThan(ticks[i]?.value ?? NaN));
    }),
  );
});

test("an axis of whole numbers has no tick between them", () => {
  expect(axis({ label: "", scale: "linear", domain: [0, 2], minStep: 1 }, 10).ticks.map((t) => t.text)).toEqual([
    "0",
    "1",
    "2",
  ]);
});
