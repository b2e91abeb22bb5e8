import { describe, expect, test } from "vitest";
import * as core from "../src/index.ts";
import { array, type DType, type NDArray, toTypedArray } from "../src/index.ts";
import { normalCdf } from "../src/operations/error.ts";
import worst from "./fixtures/worst.json" with { type: "json" };

/*
 * The points of largest error found among a million or more for each function and dtype (uniform and of all sizes, over
 * its whole domain), against 113-bit arithmetic: arguments, the library's result, and the exact value in two parts.
 */

type Float = "float64" | "float32";

const functions: Readonly<Record<keyof typeof worst, (...xs: NDArray[]) => NDArray>> = {
  exp: (x = array(NaN)) => core.exp(x),
  log: (x = array(NaN)) => core.log(x),
  tanh: (x = array(NaN)) => core.tanh(x),
  expm1: (x = array(NaN)) => core.expm1(x),
  log1p: (x = array(NaN)) => core.log1p(x),
  rsqrt: (x = array(NaN)) => core.rsqrt(x),
  sin: (x = array(NaN)) => core.sin(x),
  cos: (x = array(NaN)) => core.cos(x),
  tan: (x = array(NaN)) => core.tan(x),
  asin: (x = array(NaN)) => core.asin(x),
  acos: (x = array(NaN)) => core.acos(x),
  atan: (x = array(NaN)) => core.atan(x),
  sinh: (x = array(NaN)) => core.sinh(x),
  cosh: (x = array(NaN)) => core.cosh(x),
  sigmoid: (x = array(NaN)) => core.sigmoid(x),
  silu: (x = array(NaN)) => core.silu(x),
  softplus: (x = array(NaN)) => core.softplus(x),
  logSigmoid: (x = array(NaN)) => core.logSigmoid(x),
  erf: (x = array(NaN)) => core.erf(x),
  gelu: (x = array(NaN)) => core.gelu(x),
  normalCdf: (x = array(NaN)) => normalCdf(x),
  pow: (x = array(NaN), y = array(NaN)) => core.pow(x, y),
  atan2: (y = array(NaN), x = array(NaN)) => core.atan2(y, x),
  elu: (x = array(NaN), alpha = array(NaN)) => core.elu(x, alpha),
  remainder: (a = array(NaN), b = array(NaN)) => core.remainder(a, b),
};

const formats: Readonly<Record<Float, { readonly digits: number; readonly smallest: number }>> = {
  float64: { digits: 53, smallest: -1074 },
  float32: { digits: 24, smallest: -149 },
};

/** The unit in the last place of a format at an exact value. */
const unitOf = (x: number, dtype: Float): number => {
  const { digits, smallest } = formats[dtype];
  const exponent = Math.floor(Math.log2(Math.abs(x)));
  // Near a power of two the logarithm may be rounded up.
  const below = 2 ** exponent > Math.abs(x) ? exponent - 1 : exponent;
  return 2 ** Math.max(below + 1 - digits, smallest);
};

const cases = Object.entries(worst).flatMap(([name, dtypes]) =>
  Object.entries(dtypes).map(([dtype, { bound, points }]) => ({ name, dtype: dtype as Float, bound, points })),
);

describe.each(cases)("$name in $dtype", ({ name, dtype, bound, points }) => {
  const f = functions[name as keyof typeof worst];
  const arity = (points[0]?.length ?? 0) - 3;
  const columns = Array.from({ length: arity }, (_, k) =>
    array(
      points.map((row) => row[k] ?? NaN),
      { dtype: dtype satisfies DType },
    ),
  );
  const results = Array.from(toTypedArray(f(...columns)));

  test("gives the same bits at its worst points as where they were found", () => {
    expect(results).toEqual(points.map((row) => row[arity]));
    expect(points.length).toBeGreaterThanOrEqual(6);
  });
  test(`errs there by at most ${bound} units in the last place, as its documentation says`, () => {
    const errors = points.map((row, i) => {
      const [high = NaN, low = NaN] = row.slice(arity + 1);
      return Math.abs((results[i] ?? NaN) - high - low) / unitOf(high, dtype);
    });
    expect(Math.max(...errors)).toBeLessThanOrEqual(bound + 0.0001);
    expect(Math.max(...errors)).toBeGreaterThan(bound - 0.02);
  });
});
