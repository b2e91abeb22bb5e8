import { grad, hessian } from "@gradfold/autodiff";
import {
  abs,
  array,
  diagonal,
  div,
  inverse,
  item,
  log,
  max,
  mul,
  type NDArray,
  sqrt,
  sub,
  sum,
  toTypedArray,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { regressions } from "./glm.ts";

const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));
const near = (found: NDArray, right: readonly number[], tolerance: number): void =>
  numbers(found).forEach((each, i) => expect(Math.abs(each / (right[i] ?? NaN) - 1)).toBeLessThan(tolerance));

describe.each(regressions)("the $name regression", ({ loss, design, ...problem }) => {
  const coefficients = array(problem.coefficients);
  const information = hessian(loss)(coefficients) as NDArray<[number, number]>;
  test("has a coefficient for each column of the design", () =>
    expect(design.shape).toEqual([problem.y.shape[0], problem.coefficients.length]));
  test("has no slope at the coefficients of the largest likelihood", () => {
    const slopes = div(grad(loss)(coefficients), sqrt(diagonal(information)));
    expect(item(max(abs(slopes)))).toBeLessThan(1e-10);
  });
  test("has the standard errors and the covariance of the inverse of its information", () => {
    const covariance = inverse(information);
    near(sqrt(diagonal(covariance)), problem.deviations, 1e-10);
    near(covariance, problem.covariance.flat(), 1e-9);
  });
  test("has the deviance from a model that fits each response", () => {
    const saturated = problem.name === "poisson" ? sum(mul(problem.y, sub(1, log(problem.y)))) : 0;
    near(mul(sub(loss(coefficients), saturated), 2), [problem.deviance], 1e-12);
  });
});
