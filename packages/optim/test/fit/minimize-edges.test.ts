import {
  abs,
  add,
  array,
  cast,
  cos,
  exp,
  item,
  log,
  mul,
  neg,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  toNested,
  toTypedArray,
  tree,
  type Vector,
  zeros,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { adam, fitStatuses, minimize, type MinimizeOptions, testFunction } from "../../src/index.ts";

const methods = ["lbfgs", "bfgs", "trustRegion"] as const;

describe.each(methods)("objectives without end by %s", (method) => {
  test.each<[string, (x: Scalar) => Scalar]>([
    ["-x²", (x) => neg(square(x))],
    ["x", (x) => x],
    ["-x⁴", (x) => neg(square(square(x)))],
    ["-exp x", (x) => neg(exp(x))],
  ])("%s diverged, and the outcome says at which step", (_, f) => {
    const { outcome, value } = minimize(f, array(1), { method });
    expect([outcome.kind, outcome.isConverged]).toEqual(["diverged", false]);
    expect(outcome.message).toMatch(/at step \d+ the value is -/);
    expect(item(value)).toBeLessThan(-1e9);
  });

  test("log x, which ends in its logarithm of 0, is not called converged", () => {
    expect(minimize((x) => log(x), array(1), { method }).outcome.isConverged).toBe(false);
  });
});

describe.each(methods)("objectives that are not finite by %s", (method) => {
  test("a NaN at the start ends the search before its first step", () => {
    const fit = minimize((x) => log(x), array(-1), { method });
    expect([fit.outcome.kind, item(fit.steps), item(fit.evaluations.values)]).toEqual(["diverged", 0, 1]);
  });

  test("from NaN inside of the region the search steps back, counts it and says so", () => {
    const fit = minimize((x) => sub(x, log(x)), array(100), { method });
    const { notFinite } = fit.evaluations;
    expect([fit.outcome.kind, item(fit.point).toFixed(7)]).toEqual(["converged by gradient", "1.0000000"]);
    expect(item(notFinite)).toBeGreaterThan(0);
    expect(fit.outcome.message).toContain(
      `not finite at ${item(notFinite)} points, from which the search stepped back`,
    );
  });

  test("a root of what becomes negative counts as well", () => {
    const fit = minimize((x) => add(sqrt(sub(x, 1)), square(sub(x, 3))), array(9), { method });
    expect(fit.outcome.isConverged).toBe(true);
  });
});

interface Pair {
  readonly x: Scalar;
  readonly y: Scalar;
}

describe("saddles and maxima", () => {
  test.each<[string, (at: Pair) => Scalar, number]>([
    ["x² - y² + y⁴ at its saddle", ({ x, y }) => add(sub(square(x), square(y)), square(square(y))), -0.25],
    ["xy + x⁴ + y⁴ at its saddle", ({ x, y }) => add(mul(x, y), add(square(square(x)), square(square(y)))), -0.125],
    ["cos x + cos y at its maximum", ({ x, y }) => add(cos(x), cos(y)), -2],
  ])("%s is left by a trust region", (_, f, least) => {
    const fit = minimize(f, { x: 0, y: 0 }, { method: "trustRegion" });
    expect([fit.outcome.kind, item(fit.value)]).toEqual(["converged by gradient", expect.closeTo(least, 12)]);
  });

  test("of an objective that only falls the outcome is that it diverged", () => {
    const fit = minimize(({ x, y }) => sub(square(x), square(y)), { x: 0, y: 0 }, { method: "trustRegion" });
    expect(fit.outcome.kind).toBe("diverged");
  });

  test("a maximum at a bound is left to where bounds allow", () => {
    const ends = [
      { lower: 0, upper: 2 },
      { lower: -2, upper: 0 },
    ].map((bounds) => minimize((x) => neg(square(x)), array(0), { method: "trustRegion", bounds }));
    expect(ends.map(({ point, outcome }) => [item(point), outcome.kind])).toEqual([
      [2, "at a bound"],
      [-2, "at a bound"],
    ]);
  });
});

describe.each(methods)("degenerate problems by %s", (method) => {
  const at = (f: (x: Vector) => Scalar, start: Vector, options?: MinimizeOptions<Vector>) =>
    minimize(f, start, { method, ...options });

  test("tolerances of 0 end at a gradient of 0, or stalled", () => {
    const tolerances = { gradient: 0, value: 0, step: 0 };
    const ends = [
      at((x) => sum(square(sub(x, 1 / 3))), array([5, 5]), { tolerances }),
      at((x) => sum(sub(exp(x), mul(x, 3))), array([5, 0.1]), { tolerances }),
      at((x) => testFunction.rosenbrock(x), array([-1.2, 1]), { tolerances }),
      at((x) => sum(add(square(square(sub(x, 0.3))), mul(square(x), 1e-3))), array([5, 0.1]), { tolerances }),
    ];
    for (const { outcome, gradientNorm, steps } of ends) {
      expect(outcome.kind === "stalled" || item(gradientNorm) === 0).toBe(true);
      expect(item(steps)).toBeLessThan(300);
    }
  });

  test("a constant objective has converged where it starts", () => {
    const fit = at((x) => add(mul(sum(x), 0), 5), array([1, 2]));
    expect([fit.outcome.kind, item(fit.steps)]).toEqual(["converged by gradient", 0]);
  });

  test("a flat minimum is found, and so is a kink", () => {
    expect(at((x) => sum(square(square(x))), array([1, 2])).outcome.isConverged).toBe(true);
    expect(Math.abs(item(minimize((x) => abs(sub(x, 0.3)), array(1), { method }).value))).toBeLessThan(1e-12);
  });

  test("a start without numbers has converged, and leaves without numbers do no harm", () => {
    const none = at((x) => sum(square(x)), zeros([0]));
    expect([none.outcome.kind, toNested(none.point)]).toEqual(["converged by gradient", []]);
    const start = { a: array([1, 3]), b: zeros([2, 0]) };
    const fit = minimize(({ a, b }) => add(sum(square(sub(a, 2))), sum(b)), start, { method });
    expect(toNested(fit.point.a)).toEqual([2, 2]);
  });

  test("float32 has tolerances of its own, and stays float32", () => {
    const start = cast(array([-1.2, 1]), "float32");
    const fit = at((x) => testFunction.rosenbrock(x), start);
    expect(fit.point.dtype).toBe("float32");
    expect(fit.outcome.isConverged).toBe(true);
    for (const x of toTypedArray(fit.point)) expect(x).toBeCloseTo(1, 2);
  });

  test("dtypes mix, trees are deep, and names may be any", () => {
    const names = JSON.parse('{"__proto__": [3, {"constructor": 4}], "toString": 0}') as Record<string, unknown>;
    const start = { names, deep: [[[[[array(2)]]]]], short: cast(array([5, 6]), "float32") };
    const f = (at: unknown): Scalar =>
      tree.leaves(at).reduce<Scalar>((all, x) => add(all, sum(square(sub(x, 1)))), zeros([]));
    const { point } = minimize(f, start, { method });
    expect(tree.flatten(point).paths).toEqual(tree.flatten(start).paths);
    expect(point.short.dtype).toBe("float32");
    expect(tree.leaves(point).flatMap((x) => Array.from(toTypedArray(x), (y) => y.toFixed(6)))).toEqual(
      Array.from({ length: 6 }, () => "1.000000"),
    );
  });

  test("values of 1e200 and places of 1e15 are no obstacle", () => {
    const far = at((x) => sum(square(sub(x, 1e15))), array([5, -5]));
    const large = at((x) => mul(sum(square(sub(x, 3))), 1e200), array([5, -5]));
    for (const x of toTypedArray(far.point)) expect(x / 1e15).toBeCloseTo(1, 12);
    for (const x of toTypedArray(large.point)) expect(x).toBeCloseTo(3, 12);
  });
});

test("L-BFGS minimizes functions of a thousand numbers", () => {
  const n = 1000;
  const scales = array(Array.from({ length: n }, (_, i) => 1 + i));
  const f = (x: Vector): Scalar => sum(mul(scales, sub(exp(mul(x, 0.1)), mul(x, 0.1))));
  const fit = minimize(f, array(Array.from({ length: n }, (_, i) => 1 + (i % 7))));
  expect([fit.outcome.isConverged, item(fit.value)]).toEqual([true, expect.closeTo((n * (n + 1)) / 2, 6)]);
});

describe("an optimizer as the method", () => {
  const f = ({ x, y }: Pair): Scalar => add(square(sub(x, 3)), square(sub(y, mul(x, 0.5))));
  const start = { x: 0, y: 0 };

  test("takes steps until the gradient is small", () => {
    const fit = minimize(f, start, { method: adam(0.3), tolerances: { gradient: 1e-6 }, maxSteps: 5000 });
    expect([fit.outcome.kind, item(fit.point.x)]).toEqual(["converged by gradient", expect.closeTo(3, 5)]);
    expect(item(fit.evaluations.values)).toBe(item(fit.steps) + 1);
  });

  test("ends at its limit", () => {
    const fit = minimize(f, start, { method: adam(0.01), maxSteps: 7 });
    expect([fit.outcome.kind, item(fit.steps)]).toEqual(["limit reached", 7]);
    expect(fit.outcome.message).toContain("after 7 steps");
  });

  test("stays within bounds, and ends at one", () => {
    const bounds = { upper: { x: 2, y: Infinity } };
    const fit = minimize(f, start, { method: adam(0.3), bounds, tolerances: { gradient: 1e-6 }, maxSteps: 5000 });
    expect([fit.outcome.kind, item(fit.point.x), item(fit.point.y)]).toEqual(["at a bound", 2, expect.closeTo(1, 5)]);
    for (const { point } of fit.trajectory.states(0)) expect(item(point.x)).toBeLessThanOrEqual(2);
  });

  test("that leaves where the objective is finite has diverged", () => {
    const fit = minimize((x) => log(x), array(1), { method: adam(0.3) });
    expect(fitStatuses[item(fit.status)]).toBe("diverged");
  });
});
