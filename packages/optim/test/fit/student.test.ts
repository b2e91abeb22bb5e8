import { expect, test } from "vitest";
import { studentQuantile } from "../../src/fit/student.ts";
import fixture from "../fixtures/student.json" with { type: "json" };

const quantiles = fixture.quantiles.map(([p = NaN, freedom = NaN, quantile = NaN]) => ({ p, freedom, quantile }));

test.each([...new Set(quantiles.map(({ freedom }) => freedom))])(
  "Student's quantiles of %s degrees of freedom are those of 60 digits",
  (freedom) => {
    for (const { p, quantile } of quantiles.filter((each) => each.freedom === freedom)) {
      const error = Math.abs(studentQuantile(p, freedom) - quantile);
      expect(error, `at ${p}`).toBeLessThanOrEqual(1e-13 * Math.abs(quantile));
    }
  },
);

test("are those of the normal distribution where the degrees of freedom are infinite", () => {
  expect(studentQuantile(0.975, Infinity)).toBeCloseTo(1.959963984540054, 13);
  expect(studentQuantile(0.6, Infinity)).toBeCloseTo(0.2533471031357997, 14);
  expect(studentQuantile(1 - 2 ** -30, Infinity)).toBeCloseTo(studentQuantile(1 - 2 ** -30, 1e9), 6);
});

test("are odd around one half", () => {
  for (const p of [0.5, 0.6, 0.9, 0.999]) expect(studentQuantile(1 - p, 3)).toBeCloseTo(-studentQuantile(p, 3), 9);
});
