import { vmap } from "@gradfold/autodiff";
import {
  add,
  array,
  div,
  exp,
  item,
  mul,
  type NDArray,
  neg,
  type Scalar,
  slice,
  stack,
  sub,
  toTypedArray,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { type BandOptions, curveFit, type CurveFitOptions, leastSquares } from "../../src/index.ts";
import { messageOf } from "../refusal.ts";
import fixture from "../fixtures/curve-fit.json" with { type: "json" };

const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));

interface Rates {
  readonly a: Scalar;
  readonly b: Scalar;
}
/** The velocity of a reaction by the concentration (L. Michaelis, M. Menten, 1913). */
const velocity = ({ a, b }: Rates, x: NDArray): NDArray => div(mul<Scalar, NDArray>(a, x), add(b, x));
const { x, y, start, level } = fixture;
const from = { a: start[0] ?? NaN, b: start[1] ?? NaN };
const fitOf = (options?: CurveFitOptions<{ a: number; b: number }>) =>
  curveFit(velocity, array(x) as NDArray, array(y), from, options);

/** Whether numbers are as others to so many digits. */
const expectDigits = (found: readonly number[], right: readonly number[], digits = 10): void => {
  expect(found).toHaveLength(right.length);
  found.forEach((each, i) => expect(Math.abs(each / (right[i] ?? NaN) - 1)).toBeLessThan(1 / Number(`1e${digits}`)));
};

describe.each([
  ["of weight 1", fixture.unweighted, {}],
  ["of weights", fixture.weighted, { weights: array(fixture.weights) }],
] as const)("observations %s", (_, right, options) => {
  const fit = fitOf(options);
  test("have the reference's parameters, deviations and covariance", () => {
    expectDigits([fit.point.a, fit.point.b].map(item), right.parameters);
    expectDigits([fit.standardErrors().a, fit.standardErrors().b].map(item), right.deviations);
    expectDigits(numbers(fit.covariance()), right.covariance.flat());
    expectDigits([2 * item(fit.value)], [right.residualSumOfSquares], 13);
    expectDigits([item(fit.residualDeviation)], [right.residualDeviation], 13);
    expect(fit.degreesOfFreedom).toBe(right.degreesOfFreedom);
  });
  test("have its intervals", () => {
    for (const { lower, upper } of [fit.intervals(), fit.intervals(level)])
      expectDigits([lower.a, upper.a, lower.b, upper.b].map(item), right.intervals.flat());
  });
  test.each<readonly [BandOptions, readonly (readonly number[])[]]>([
    [{}, right.band.confidence],
    [{ kind: "confidence" }, right.band.confidence],
    [{ kind: "prediction" }, right.band.predictionInterval],
  ])("have its band %j", (kind, sides) => {
    const { lower, predicted, upper } = fit.band(array(right.at), level, kind);
    expectDigits(numbers(predicted), right.band.prediction);
    expectDigits(
      numbers(lower),
      sides.map(([low = NaN]) => low),
      9,
    );
    expectDigits(
      numbers(upper),
      sides.map(([, high = NaN]) => high),
    );
  });
  test("have residuals that are differences times the roots of weights", () => {
    const weights = "weights" in options ? numbers(options.weights) : y.map(() => 1);
    const differences = numbers(sub(velocity(fit.point, array(x)), array(y)));
    expectDigits(
      numbers(fit.residuals),
      differences.map((each, i) => each * Math.sqrt(weights[i] ?? NaN)),
      12,
    );
  });
});

test("a weight counts as that many observations", () => {
  const twice = curveFit(velocity, array([...x, ...x]) as NDArray, array([...y, ...y]), from);
  const weighed = fitOf({ weights: 2 });
  expectDigits([weighed.point.a, weighed.point.b].map(item), [twice.point.a, twice.point.b].map(item));
  expectDigits([item(weighed.value)], [item(twice.value)], 12);
});

test("one more observation of a weight varies by the root of its inverse", () => {
  const fit = fitOf();
  const at = array([0.5]);
  const halfOf = (options: BandOptions) =>
    item(slice(sub(fit.band(at, 0.9, options).upper, fit.band(at, 0.9).predicted) as NDArray<[1]>, [0]));
  const [curve, one, four] = [halfOf({}), halfOf({ kind: "prediction" }), halfOf({ kind: "prediction", weight: 4 })];
  expect(one * one - curve * curve).toBeCloseTo(4 * (four * four - curve * curve), 8);
});

test("a variance that is known is 1, and intervals those of the normal distribution", () => {
  const sigma = 7;
  const known = fitOf({ weights: 1 / (sigma * sigma), unitVariance: true });
  const shown = fitOf({ weights: 1 / (sigma * sigma) });
  const ratio = item(shown.residualDeviation);
  expect(item(known.residualDeviation)).toBe(1);
  expectDigits([item(known.standardErrors().a) * ratio], [item(shown.standardErrors().a)]);
  const half = item(known.intervals().upper.a) - item(known.point.a);
  expectDigits([half], [1.959963984540054 * item(known.standardErrors().a)]);
});

test("many curves are fitted at once, bit for bit as each alone", () => {
  const fitted = (each: NDArray<[12]>) => {
    const fit = curveFit(velocity, array(x) as NDArray, each, from);
    const { lower, upper } = fit.intervals();
    return { point: fit.point, lower, upper, band: fit.band(array([0.3, 0.7])) };
  };
  const one = array(y) as NDArray<[12]>;
  const both = [one, mul(one, 1.5)] as const;
  const all = vmap(fitted)(stack(both));
  both.forEach((each, i) => {
    const alone = fitted(each);
    expect(numbers(all.point.a)[i]).toBe(item(alone.point.a));
    expect(numbers(all.upper.b)[i]).toBe(item(alone.upper.b));
    expect(numbers(all.band.lower).slice(2 * i, 2 * i + 2)).toEqual(numbers(alone.band.lower));
  });
});

test("x may be a tree, and y a matrix", () => {
  const at = { t: array([0, 1, 2]), place: array([[1], [2]]) };
  const model = ({ k }: { k: Scalar }, { t, place }: { t: NDArray; place: NDArray }): NDArray =>
    mul<NDArray, NDArray>(place, exp(mul<Scalar, NDArray>(neg(k), t)));
  const observed = model({ k: array(0.7) }, at);
  const fit = curveFit(model, at, observed, { k: 1 });
  expect(item(fit.point.k)).toBeCloseTo(0.7, 10);
  expect(fit.residuals.shape).toEqual([2, 3]);
  expect(fit.band({ ...at, t: array([5]) }).upper.shape).toEqual([2, 1]);
});

test("numbers that press against a bound are as sure as can be", () => {
  const fit = fitOf({ bounds: { lower: { a: 1, b: 0.08 } } });
  expect(fit.outcome.kind).toBe("at a bound");
  const { lower, upper } = fit.intervals();
  expect([item(lower.b), item(upper.b)]).toEqual([0.08, 0.08]);
  expect(item(upper.a)).toBeGreaterThan(item(lower.a));
});

test("it is leastSquares of the differences", () => {
  const robust = { loss: "cauchy", scale: 5 } as const;
  const residuals = (rates: Rates) => sub<NDArray, NDArray>(velocity(rates, array(x)), array(y));
  const [curve, squares] = [fitOf(robust), leastSquares(residuals, from, robust)];
  expect([curve.point.a, curve.value].map(item)).toEqual([squares.point.a, squares.value].map(item));
});

const fitted = (options: object) => (): unknown => fitOf(options);
test.each<readonly [string, () => unknown]>([
  ["DomainError: curveFit: weights must be finite and above 0", fitted({ weights: 0 })],
  ["DomainError: curveFit: weights must be finite and above 0", fitted({ weights: array(y.map((_, i) => i - 1)) })],
  ["ShapeError: ", fitted({ weights: array([1, 2]) })],
  ["DTypeError: curveFit: the weights", fitted({ weights: "y" })],
  ["curveFit: there is no option", fitted({ sigma: 1 })],
  [
    "ShapeError: curveFit: the model gives [2], but y is [12]",
    () => curveFit(({ a }: { a: Scalar }) => stack([a, a]), null, array(y), { a: 1 }),
  ],
  [
    "DTypeError: curveFit: the model must give an array of floats, not bool",
    () => curveFit(() => array([true]), null, array([1]), 1),
  ],
  ["DomainError: curveFit's intervals: the level must be above 0 and below 1, not 95", () => fitOf().intervals(95)],
  ["DomainError: curveFit's band: the level must be above 0 and below 1, not 1", () => fitOf().band(array(x), 1)],
  [
    'DomainError: curveFit\'s band: kind must be "confidence" or "prediction"',
    () => fitOf().band(array(x), 0.9, { kind: "both" as "prediction" }),
  ],
  [
    "DomainError: curveFit's band: weight must be a finite number above 0",
    () => fitOf().band(array(x), 0.9, { weight: 0 }),
  ],
  [
    "curveFit's intervals: there is no covariance: b is not determined",
    () =>
      curveFit(
        ({ a, b }: Rates, t: NDArray) => add(mul<Scalar, NDArray>(a, t), mul(b, 0)),
        array(x) as NDArray,
        array(y),
        from,
      ).intervals(),
  ],
])("refuses what it cannot do: %s", (words, f) => expect(messageOf(f)).toContain(words));
