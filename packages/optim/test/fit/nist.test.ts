// NIST's nonlinear regressions from both of their starts, all with the same defaults, beside SciPy's digits.
import { array, item, type NDArray, sub, toTypedArray } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { curveFit, leastSquares } from "../../src/index.ts";
import { digits, nist } from "./nist.ts";

const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));

describe.each(nist)("$name", ({ model, x, y, starts, ...problem }) => {
  test.each([0, 1])("is solved from start %i to 9 digits of the worst parameter, deviation and sum", (k) => {
    const start = array(starts[k] ?? []);
    const fit = leastSquares((params: NDArray) => sub<NDArray, NDArray>(model(params, x), y), start);
    expect(fit.outcome.isConverged, fit.outcome.message).toBe(true);
    expect(digits(numbers(fit.point), problem.parameters)).toBeGreaterThan(9);
    expect(digits(numbers(fit.standardErrors()), problem.deviations)).toBeGreaterThan(9);
    expect(digits([2 * item(fit.value)], [problem.residualSumOfSquares])).toBeGreaterThan(10);
    expect(digits([item(fit.residualDeviation)], [problem.residualDeviation])).toBeGreaterThan(10);
    expect(fit.degreesOfFreedom).toBe(problem.degreesOfFreedom);
    expect(item(fit.evaluations.values)).toBeLessThan(200);
  });
  test("is the same curve by curveFit", () => {
    const start = array(starts[1] ?? []);
    const residuals = (params: NDArray) => sub<NDArray, NDArray>(model(params, x), y);
    const fit = curveFit((params: NDArray, at: NDArray) => model(params, at), x, y, start);
    expect(numbers(fit.point)).toEqual(numbers(leastSquares(residuals, start).point));
  });
  test("falls from step to step, and keeps its trial points", () => {
    const start = array(starts[0] ?? []);
    const { trajectory, value } = leastSquares((params: NDArray) => sub<NDArray, NDArray>(model(params, x), y), start);
    const { loss } = trajectory.metrics;
    for (let i = 1; i < loss.length; i++) expect(loss[i]).toBeLessThanOrEqual((loss[i - 1] ?? NaN) * (1 + 1e-8));
    expect(item(trajectory.final.value)).toBe(item(value));
  });
});
