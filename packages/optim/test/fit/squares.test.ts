// Least squares of the regressions and systems of Moré, Garbow and Hillstrom, from their standard starts.
import { array, item } from "@gradfold/core";
import { expect, test } from "vitest";
import { leastSquares } from "../../src/index.ts";
import { problems, reached } from "./problems.ts";

test.each(problems)("$name is brought to a known minimum", (problem) => {
  const { value, outcome, evaluations } = leastSquares(problem.residuals, array(problem.start));
  expect(outcome.isConverged, outcome.message).toBe(true);
  expect(reached(problem, 2 * item(value))).toBe(true);
  expect(item(evaluations.derivatives)).toBeLessThanOrEqual(item(evaluations.values));
});
