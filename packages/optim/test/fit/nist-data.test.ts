import { jacfwd } from "@gradfold/autodiff";
import { array, item, mul, type NDArray, pinv, sqrt, square, sub, sum, toTypedArray } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { digits, nist } from "./nist.ts";

describe.each(nist)("$name", ({ model, x, y, starts, parameters, deviations, residualSumOfSquares, ...problem }) => {
  const certified = array(parameters);
  const residuals = (params: NDArray): NDArray => sub(model(params, x), y);
  const found = item(sum(square(residuals(certified))));
  test("has the certified residual sum of squares at the certified parameters", () =>
    expect(Math.abs(found / residualSumOfSquares - 1)).toBeLessThan(1e-10));
  test("has the certified residual deviation, by its degrees of freedom", () => {
    expect(problem.degreesOfFreedom).toBe(y.shape[0] - parameters.length);
    expect(Math.abs(Math.sqrt(found / problem.degreesOfFreedom) / problem.residualDeviation - 1)).toBeLessThan(1e-10);
  });
  test("has the certified standard deviations, by the model's Jacobian", () => {
    const rows = pinv(jacfwd(residuals)(certified) as NDArray<[number, number]>);
    const computed = mul(sqrt(sum(square(rows), 1)), problem.residualDeviation);
    expect(digits(Array.from(toTypedArray(computed)), deviations)).toBeGreaterThan(8.5);
  });
  test("starts at two other points, where the model is finite", () =>
    starts.forEach((start) => {
      expect(digits(start, parameters)).toBeLessThan(2);
      expect(item(sum(square(residuals(array(start)))))).toBeGreaterThan(residualSumOfSquares);
    }));
});
