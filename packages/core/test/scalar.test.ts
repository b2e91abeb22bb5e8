import { describe, expect, test } from "vitest";
import { array, type DType, exp, log, type NDArray, tanh, toTypedArray } from "../src/index.ts";
import * as exact from "./laws/exact.ts";
import { noise } from "./laws/noise.ts";

/** Digits of a format, and the exponent of its smallest number. */
const formats = { float64: { digits: 53, smallest: -1074 }, float32: { digits: 24, smallest: -149 } } as const;

type Float = keyof typeof formats;

const uniform = (low: number, high: number) => (next: () => number) => low + ((high - low) * (next() + 1)) / 2;
/** ± 2^k with k in a range, so that all sizes are as likely. */
const powers = (low: number, high: number, sign = 1) => {
  const exponent = uniform(low, high);
  return (next: () => number) => sign * 2 ** exponent(next);
};

type Draw = (next: () => number) => number;

/** The worst of many points: its error in units of the last place, and where it is. */
const worst = (
  f: (x: NDArray) => NDArray,
  exactly: (x: number) => exact.Real,
  dtype: Float,
  draws: readonly Draw[],
) => {
  const next = noise(2026);
  const points = Array.from({ length: 10_000 }, (_, i) => draws[i % draws.length]?.(next) ?? NaN);
  const x = array(points, { dtype });
  const [inputs, outputs] = [toTypedArray(x), toTypedArray(f(x))];
  const { digits, smallest } = formats[dtype];
  let found = { error: 0, at: NaN };
  inputs.forEach((at: number, i: number) => {
    const error = exact.ulps(outputs[i] ?? NaN, exactly(at), digits, smallest);
    if (!(error <= found.error)) found = { error, at };
  });
  return found;
};

describe("the exact values", () => {
  const { digits, smallest } = formats.float64;
  test("are those of known constants", () => {
    expect(exact.ulps(Math.E, exact.exp(1), digits, smallest)).toBeLessThan(0.5);
    expect(exact.ulps(Math.LN2, exact.log(2), digits, smallest)).toBeLessThan(0.5);
    expect(exact.ulps(0.7615941559557649, exact.tanh(1), digits, smallest)).toBeLessThan(0.5);
  });
  test("tell an error of one unit", () => {
    expect(exact.ulps(1 + 2 ** -52, { m: 1n, e: 0 }, digits, smallest)).toBe(1);
    expect(exact.ulps(2 ** -1074, { m: 0n, e: -2000 }, digits, smallest)).toBe(1);
  });
  test("agree with each other: exp of log is the identity", () => {
    for (const x of [1e-300, 0.3, 0.999999, 1, 1.000001, 17, 1e300]) {
      const y = exact.log(x);
      expect(Number(y.m) * 2 ** y.e).toBeCloseTo(Math.log(x), 12);
      expect(
        exact.ulps(Math.exp(Number(y.m) * 2 ** y.e) || 1, exact.exp(Number(y.m) * 2 ** y.e), 53, -1074),
      ).toBeLessThan(2);
    }
  });
});

describe("the errors that the docstrings state hold for", () => {
  test.each<readonly [string, Float, number, (x: NDArray) => NDArray, (x: number) => exact.Real, readonly Draw[]]>([
    [
      "exp",
      "float64",
      0.84,
      exp,
      exact.exp,
      [uniform(-745, 709.7), uniform(-1, 1), powers(-60, 0), powers(-60, 0, -1)],
    ],
    [
      "exp",
      "float32",
      0.501,
      exp,
      exact.exp,
      [uniform(-103, 88.7), uniform(-1, 1), powers(-30, 0), powers(-30, 0, -1)],
    ],
    [
      "log",
      "float64",
      0.85,
      log,
      exact.log,
      [powers(-1074, 1023.9), powers(-1, 1), uniform(0.9, 1.1), powers(-1074, -1022)],
    ],
    [
      "log",
      "float32",
      0.5,
      log,
      exact.log,
      [powers(-149, 127.9), powers(-1, 1), uniform(0.9, 1.1), powers(-149, -126)],
    ],
    [
      "tanh",
      "float64",
      1.03,
      tanh,
      exact.tanh,
      [uniform(-22, 22), uniform(-1, 1), powers(-1074, 0), powers(-60, 5, -1)],
    ],
    [
      "tanh",
      "float32",
      0.627,
      tanh,
      exact.tanh,
      // The last is the worst of all float32.
      [
        uniform(-10, 10),
        uniform(-1, 1),
        powers(-149, 0),
        powers(-30, 5, -1),
        uniform(8.9, 9.3),
        () => 4.765786647796631,
      ],
    ],
  ])("%s in %s: %f units in the last place", (_, dtype, bound, f, exactly, draws) => {
    const { error, at } = worst(f, exactly, dtype, draws);
    expect(error, `at ${at}`).toBeLessThanOrEqual(bound + 0.0005);
    expect(error, "the points are hard enough").toBeGreaterThan(0.49);
  });
});

const values = (f: (x: NDArray) => NDArray, points: readonly number[], dtype: DType) =>
  Array.from(toTypedArray(f(array(points, { dtype }))));

describe.each(["float64", "float32"] as const)("in %s", (dtype) => {
  const tiny = dtype === "float64" ? 2 ** -1074 : 2 ** -149;
  const [over, under] = dtype === "float64" ? [709.79, -745.14] : [88.73, -103.98];

  test("exp has its limits at the ends of the numbers", () => {
    expect(values(exp, [NaN, Infinity, -Infinity, 0, -0, 1e300, -1e300], dtype)).toEqual([
      NaN,
      Infinity,
      0,
      1,
      1,
      Infinity,
      0,
    ]);
    expect(values(exp, [over, under, tiny, -tiny], dtype)).toEqual([Infinity, 0, 1, 1]);
    const [below, above] = values(exp, [Math.trunc(over), Math.ceil(under + 0.5)], dtype);
    expect(below).toBeLessThan(Infinity);
    expect(above).toBeGreaterThan(0);
    expect(above).toBeLessThan(dtype === "float64" ? 2 ** -1022 : 2 ** -126);
  });

  test("log has its limits at zero and infinity", () => {
    expect(values(log, [NaN, Infinity, 0, -0, -1, -Infinity, 1], dtype)).toEqual([
      NaN,
      Infinity,
      -Infinity,
      -Infinity,
      NaN,
      NaN,
      0,
    ]);
    const [smallest = NaN] = values(log, [tiny], dtype);
    expect(smallest).toBeCloseTo(Math.log(tiny), 4);
  });

  test("tanh keeps zeros and tiny numbers, and ends at 1", () => {
    expect(values(tanh, [NaN, Infinity, -Infinity, 0, -0], dtype)).toEqual([NaN, 1, -1, 0, -0]);
    expect(values(tanh, [tiny, -tiny, 8 * tiny, 25, -1e30], dtype)).toEqual([tiny, -tiny, 8 * tiny, 1, -1]);
  });

  test("exp and tanh never fall", () => {
    for (const [f, low, high] of [
      [exp, -20, 20],
      [tanh, -12, 12],
    ] as const) {
      const x = Array.from({ length: 4001 }, (_, i) => low + ((high - low) * i) / 4000);
      const y = values(f, x, dtype);
      y.forEach((value, i) => expect(value).toBeGreaterThanOrEqual(y[i - 1] ?? -Infinity));
    }
  });
});

test("exp of a subnormal result is rounded once", () => {
  const x = Array.from({ length: 200 }, (_, i) => -745.1 + i * 0.18);
  values(exp, x, "float64").forEach((y, i) => {
    expect(exact.ulps(y, exact.exp(x[i] ?? 0), 53, -1074)).toBeLessThan(0.84);
  });
});
