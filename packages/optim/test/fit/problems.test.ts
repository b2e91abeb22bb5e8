import { valueAndGrad } from "@gradfold/autodiff";
import { array, item, toTypedArray } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { problems, reached } from "./problems.ts";

test("There are 24 test functions.", () => expect(problems).toHaveLength(24));

describe.each(problems)("$name", (problem) => {
  const both = (point: readonly number[]): { readonly value: number; readonly gradient: readonly number[] } => {
    const [value, gradient] = valueAndGrad(problem.value)(array(point));
    return { value: item(value), gradient: Array.from(toTypedArray(gradient)) };
  };
  test.each(problem.checks)("has JAX's value and gradient at $point", ({ point, value, gradient }) => {
    const found = both(point);
    expect(Math.abs(found.value - value)).toBeLessThanOrEqual(1e-12 * Math.abs(value));
    expect(found.gradient).toHaveLength(problem.n);
    const largest = Math.max(...gradient.map(Math.abs));
    found.gradient.forEach((each, i) =>
      expect(Math.abs(each - (gradient[i] ?? NaN)), `element ${i}`).toBeLessThanOrEqual(1e-12 * largest),
    );
  });
  test("has a known value and next to no gradient at its minimizer", () => {
    const found = both(problem.minimizer);
    const [start] = problem.checks;
    expect(problem.best.some((least) => Math.abs(found.value - least) <= 1e-9 * least + 1e-15)).toBe(true);
    expect(Math.max(...found.gradient.map(Math.abs))).toBeLessThan(1e-8 * Math.max(1, start?.value ?? NaN));
  });
  test("is said to be solved where another optimizer's value is that of a minimum", () => {
    expect(reached(problem, problem.checks[0]?.value ?? NaN)).toBe(false);
    Object.entries(problem.runs).forEach(([name, run]) => expect(reached(problem, run.value), name).toBe(run.reached));
  });
});
