import { array, item, type NDArray } from "@gradfold/core";
import { lazy } from "@gradfold/core/library";
import { describe, expect, test } from "vitest";
import { minimize, type MinimizeOptions, type Minimum } from "../../src/index.ts";
import { problems, reached } from "./problems.ts";

type Problem = (typeof problems)[number];

const solved = (problem: Problem, options: MinimizeOptions) => {
  const { value, evaluations, outcome } = minimize(problem.value, array(problem.start), options as object);
  return { value: item(value), evaluations: item(evaluations.values), outcome };
};

/** Where rounding alone is left of Meyer's values, of some 1e9, its gradient is still some 1e-3. */
const isFound = ({ name }: Problem, { kind, isConverged }: { readonly kind: string; readonly isConverged: boolean }) =>
  name === "Meyer" ? kind === "stalled" : isConverged;

const sumOf = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0);

/** The tests of SciPy's runs that are called tight: the gradient alone, to 1e-8. */
const tight = { gradient: 1e-8, value: 0, step: 0 };

describe.each(["lbfgs", "bfgs", "trustRegion"] as const)("%s", (method) => {
  test.each(problems.map((problem) => [problem.name, problem] as const))("finds a minimum of %s", (_, problem) => {
    const { value, outcome } = solved(problem, { method });
    expect([reached(problem, value), isFound(problem, outcome), outcome.message]).toEqual([
      true,
      true,
      expect.stringContaining(outcome.kind),
    ]);
  });
});

/** Runs of L-BFGS by the test of SciPy's that are called tight, made once. */
const runsOfLbfgs = lazy(() =>
  problems.map(({ value, start }) => minimize(value, array(start), { maxSteps: 5000, tolerances: tight })),
);

describe("evaluations", () => {
  test("L-BFGS takes at most 1.1 times as many as SciPy's L-BFGS-B by the same test, and finds all", () => {
    const ours = runsOfLbfgs();
    const theirs = sumOf(problems.map(({ runs }) => runs.lbfgsbTight.evaluations));
    expect(sumOf(ours.map(({ evaluations }) => item(evaluations.values)))).toBeLessThanOrEqual(1.1 * theirs);
    expect(problems.filter((problem, i) => !reached(problem, item(ours[i]?.value ?? NaN)))).toEqual([]);
    expect(problems.filter(({ runs }) => !runs.lbfgsbTight.reached)).toHaveLength(3);
  });

  test("L-BFGS has taken at most 1.1 times as many where SciPy's L-BFGS-B ends by default", () => {
    // By the first gradient of at most 1e-5, or fall of the value by at most 2.2e-9 of it, or of 1 where it is less.
    const until = ({ trajectory }: Minimum<NDArray>): number => {
      const { loss, evaluations, gradientNorm } = trajectory.metrics;
      const end = loss.findIndex((value, i) => {
        const before = loss[i - 1] ?? Infinity;
        const fall = (before - value) / Math.max(Math.abs(before), Math.abs(value), 1);
        return (gradientNorm[i] ?? NaN) <= 1e-5 || fall <= 2.220446049250313e-9;
      });
      return 1 + sumOf(evaluations.slice(0, end === -1 ? loss.length : end));
    };
    const theirs = sumOf(problems.map(({ runs }) => runs.lbfgsb.evaluations));
    expect(sumOf(runsOfLbfgs().map(until))).toBeLessThanOrEqual(1.1 * theirs);
  });

  test("BFGS takes at most 1.1 times as many as SciPy's, whose test is less strict, and finds all", () => {
    const ours = problems.map((problem) =>
      solved(problem, { method: "bfgs", tolerances: { gradient: 1e-5, value: 0, step: 0 } }),
    );
    const theirs = sumOf(problems.map(({ runs }) => runs.bfgs.evaluations));
    expect(sumOf(ours.map(({ evaluations }) => evaluations))).toBeLessThanOrEqual(1.1 * theirs);
  });

  test("a trust region takes at most half as many as SciPy's trust-exact", () => {
    const ours = problems.map((problem) => solved(problem, { method: "trustRegion", tolerances: tight }));
    const theirs = sumOf(problems.map(({ runs }) => runs.trustExact.evaluations));
    expect(sumOf(ours.map(({ evaluations }) => evaluations))).toBeLessThanOrEqual(0.5 * theirs);
  });
});
