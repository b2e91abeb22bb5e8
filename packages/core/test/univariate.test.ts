// The standard deviations that NIST certifies, https://www.itl.nist.gov/div898/strd/univ/homepage.html.
import { describe, expect, test } from "vitest";
import { array, item, mean, std, sub, sum, square, variance } from "../src/index.ts";
import measured from "./fixtures/nist-univariate.json" with { type: "json" };

/** A number, and 500 pairs of one below it and one above. */
const pairs = (middle: number, low: number, high: number): readonly number[] => [
  middle,
  ...Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? low : high)),
];

interface Certified {
  readonly data: readonly number[];
  readonly deviation: number;
  /** The decimals lose digits where they become float64. */
  readonly digits: number;
}

const certified: Readonly<Record<string, Certified>> = {
  NumAcc1: { data: [10000001, 10000003, 10000002], deviation: 1, digits: 15 },
  NumAcc2: { data: pairs(1.2, 1.1, 1.3), deviation: 0.1, digits: 14.5 },
  NumAcc3: { data: pairs(1000000.2, 1000000.1, 1000000.3), deviation: 0.1, digits: 9.4 },
  NumAcc4: { data: pairs(10000000.2, 10000000.1, 10000000.3), deviation: 0.1, digits: 8.2 },
  Mavro: { data: measured.Mavro, deviation: 0.000429123454003053, digits: 12.5 },
  Michelso: { data: measured.Michelso, deviation: 0.0790105478190518, digits: 13 },
};

/** How many digits of a number are right. */
const digitsOf = (found: number, right: number): number =>
  found === right ? 16 : -Math.log10(Math.abs(found - right) / Math.abs(right));

describe.each(Object.entries(certified))("%s", (_, { data, deviation, digits }) => {
  test("has the certified deviation in float64", () => {
    expect(digitsOf(item(std(array(data), undefined, { ddof: 1 })), deviation)).toBeGreaterThan(digits);
  });
  test("has the deviation of its float32 numbers in float32", () => {
    const single = array(data, { dtype: "float32" });
    const right = item(std(array(data.map(Math.fround)), undefined, { ddof: 1 }));
    expect(digitsOf(item(std(single, undefined, { ddof: 1 })), right)).toBeGreaterThan(right === 0 ? -1 : 6);
  });
});

test("the variance of float32 numbers is exact where its differences are, though their mean is rounded", () => {
  const x = array([10000001, 10000003, 10000002], { dtype: "float32" });
  expect(item(mean(x))).toBe(10000003);
  expect(item(sum(square(sub(x, mean(x)))))).toBe(5);
  expect(item(variance(x, undefined, { ddof: 1 }))).toBe(1);
});
