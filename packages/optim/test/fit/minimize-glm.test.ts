import { toTypedArray, type Vector, zeros } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { minimize } from "../../src/index.ts";
import { regressions } from "./glm.ts";

/** To how many digits the worst of some numbers is right. */
const digits = (found: ArrayLike<number>, right: readonly number[]): number =>
  Math.min(...Array.from(found, (x, i) => -Math.log10(Math.max(1e-16, Math.abs(x / (right[i] ?? NaN) - 1)))));

describe.each(regressions.map((regression) => [regression.name, regression] as const))(
  "%s regression",
  (_, regression) => {
    const { loss, coefficients, deviations, covariance } = regression;

    test.each([
      ["trustRegion", {}],
      ["lbfgs", { gradient: 1e-10, value: 0, step: 0 }],
      ["bfgs", { gradient: 1e-10, value: 0, step: 0 }],
    ] as const)("by %s has the coefficients and standard errors to 10 digits", (method, tolerances) => {
      const start: Vector = zeros([coefficients.length]);
      const fit = minimize(loss, start, { method, tolerances });
      expect(digits(toTypedArray(fit.point), coefficients)).toBeGreaterThan(10);
      expect(digits(toTypedArray(fit.standardErrors()), deviations)).toBeGreaterThan(10);
      expect(digits(toTypedArray(fit.covariance()), covariance.flat())).toBeGreaterThan(9);
    });
  },
);
