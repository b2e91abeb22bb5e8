import * as fc from "fast-check";
import { expect, test } from "vitest";
import { along } from "../src/position.ts";
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
  [
    [-7.999999998e-125, -5e-134],
    ["−8×10⁻¹²⁵", "−6×10⁻¹²⁵", "−4×10⁻¹²⁵", "−2×10⁻¹²⁵"],
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

const finite = fc.double({ noDefaultInfinity: true, noNaN: true });

/** Ends of the numbers, neighbours and sizes of every order, besides any two numbers. */
const domain = fc
  .oneof(
    fc.tuple(finite, finite),
    fc.tuple(fc.constantFrom(0, 1, -1, 5e-324, 1.79e308, -1.79e308), finite),
    fc.tuple(finite, fc.double({ min: 1e-17, max: 1 })).map(([at, part]) => [at, at * (1 + part)] as const),
  )
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  .filter(([low, high]) => low < high && Math.abs(low) < Infinity && Math.abs(high) < Infinity);

const draft = fc
  .record({ domain, scale: fc.constantFrom("linear", "log"), minStep: fc.constantFrom(0, 1), label: fc.constant("") })
  .filter(({ scale, domain: [low] }) => scale === "linear" || low > 0);

test("an axis has two ticks at least, in order and inside, with texts of their own, whatever the domain and the room", () => {
  const room = fc.oneof(fc.constant(Infinity), fc.double({ min: 1, max: 1000, noNaN: true }));
  const edge = fc.double({ min: 0, max: 0.4, noNaN: true });
  fc.assert(
    fc.property(draft, fc.integer({ min: 1, max: 90 }), room, edge, (draft, count, room, edge) => {
      const isShown = ({ value }: { readonly value: number }): boolean =>
        along(draft, value) >= edge && along(draft, value) <= 1 - edge;
      const { ticks } = axis(draft, count, room, isShown);
      const values = ticks.map(({ value }) => value);
      expect(values.length).toBeGreaterThanOrEqual(2);
      expect(new Set(ticks.map(({ text }) => text)).size).toBe(values.length);
      expect(values.every((value) => value >= draft.domain[0] && value <= draft.domain[1])).toBe(true);
      values.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(values[i] ?? NaN));
    }),
    { numRuns: 300 },
  );
});

test("the text of a tick is its value", () => {
  const read = (text: string): number =>
    Number(
      text
        .replace("−", "-")
        .replace(
          /(?:×)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/u,
          (whole, power: string) =>
            `${whole.startsWith("×") ? "" : "1"}e${Array.from(power, (sign) => (sign === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(sign))).join("")}`,
        ),
    );
  fc.assert(
    fc.property(draft, fc.integer({ min: 2, max: 12 }), (draft, count) => {
      const { ticks } = axis(draft, count);
      const step = Math.min(...ticks.slice(1).map(({ value }, i) => value / 2 - (ticks[i]?.value ?? NaN) / 2));
      // The value is a double, the text a decimal: these may differ by the distance of two doubles.
      for (const { value, text } of ticks)
        expect(Math.abs(read(text) - value), text).toBeLessThanOrEqual(step / 5 + Math.abs(value) * 2 ** -52);
    }),
    { numRuns: 300 },
  );
});

test("ticks stay inside any domain, grow, and have texts of their own", () => {
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 2, max: 12 }), (a, b, count) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      fc.pre(high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high)) && high - low > 1e-290);
      const { ticks } = axis({ label: "", scale: "linear", domain: [low, high], minStep: 0 }, count);
      // Of a step of which one multiple is inside, at most six are of the next smaller one.
      expect(ticks.length).toBeLessThanOrEqual(Math.max(count + 1, 6));
      expect(new Set(ticks.map((tick) => tick.text)).size).toBe(ticks.length);
      ticks.slice(1).forEach(({ value }, i) => expect(value).toBeGreaterThan(ticks[i]?.value ?? NaN));
    }),
  );
});

test("an axis of whole numbers too short for two of them has ticks between them", () => {
  const { ticks } = axis({ label: "", scale: "linear", domain: [0, 0.4], minStep: 1 }, 5);
  expect(ticks.map((tick) => tick.text)).toEqual(["0", "0.1", "0.2", "0.3", "0.4"]);
});

test("an axis of whole numbers has no tick between them", () => {
  expect(axis({ label: "", scale: "linear", domain: [0, 2], minStep: 1 }, 10).ticks.map((t) => t.text)).toEqual([
    "0",
    "1",
    "2",
  ]);
});
