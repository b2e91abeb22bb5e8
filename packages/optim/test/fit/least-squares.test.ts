import { grad, jacfwd, vmap } from "@gradfold/autodiff";
import {
  add,
  array,
  div,
  exp,
  item,
  log,
  lstsq,
  matmul,
  mul,
  type NDArray,
  neg,
  pinv,
  type Scalar,
  slice,
  square,
  stack,
  sub,
  sum,
  toTypedArray,
  transpose,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { fitStatuses, leastSquares, type LeastSquaresOptions } from "../../src/index.ts";
import { messageOf } from "../refusal.ts";
import fixture from "../fixtures/least-squares.json" with { type: "json" };
import { nist } from "./nist.ts";

const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));
const [x, y] = [array([1, 2, 3, 4]), array([2, 3.9, 6.2, 7.8])];
const line = (slope: Scalar): NDArray => sub<NDArray, NDArray>(mul<Scalar, NDArray>(slope, x), y);
interface Two {
  readonly a: Scalar;
  readonly b: Scalar;
}

describe("robust losses", () => {
  const { t, y: observed, start, scale, losses } = fixture.robust;
  const [times, values] = [array(t), array(observed)];
  const residuals = (p: NDArray): NDArray => {
    const [a, b, c] = [0, 1, 2].map((i) => slice(p as NDArray<[3]>, [i]));
    return sub(add(mul(a ?? array(NaN), exp(mul(neg(b ?? array(NaN)), times))), c ?? array(NaN)), values);
  };
  test.each(Object.entries(losses))("%s finds SciPy's point and value", (loss, { point, value }) => {
    const fit = leastSquares(residuals, array(start), { loss: loss as "huber", scale });
    expect(fit.outcome.isConverged, fit.outcome.message).toBe(true);
    expect(Math.abs(item(fit.value) / value - 1)).toBeLessThan(1e-13);
    numbers(fit.point).forEach((found, i) => expect(Math.abs(found / (point[i] ?? NaN) - 1)).toBeLessThan(1e-7));
  });
  test("a scale beyond all residuals leaves huber's the squares themselves", () => {
    const plain = leastSquares(residuals, array(start));
    const huber = leastSquares(residuals, array(start), { loss: "huber", scale: 100 });
    expect(item(huber.value)).toBeCloseTo(item(plain.value), 12);
    numbers(huber.point).forEach((found, i) => expect(found).toBeCloseTo(numbers(plain.point)[i] ?? NaN, 9));
  });
});

describe("bounds", () => {
  const known = fixture.bounded.map((each) => {
    const problem = nist.find(({ name }) => name === each.problem);
    if (problem === undefined) throw new Error(`there is no problem ${each.problem}`);
    return { ...each, ...problem, start: each.start, active: each.active };
  });
  test.each(known)("of $problem bring SciPy's point", ({ model, x: at, y: observed, start, point, value, ...each }) => {
    const bounds = {
      lower: array(each.lower.map((bound) => bound ?? -Infinity)),
      upper: array(each.upper.map((bound) => bound ?? Infinity)),
    };
    const fit = leastSquares((p: NDArray) => sub<NDArray, NDArray>(model(p, at), observed), array(start), { bounds });
    expect(fit.outcome.kind).toBe(each.active.some((side) => side !== 0) ? "at a bound" : fit.outcome.kind);
    expect(fit.outcome.isConverged, fit.outcome.message).toBe(true);
    expect(item(fit.value)).toBeLessThanOrEqual(value * (1 + 1e-12));
    numbers(fit.point).forEach((found, i) => expect(Math.abs(found / (point[i] ?? NaN) - 1)).toBeLessThan(1e-6));
    each.active.forEach((side, i) => {
      const bound = side < 0 ? each.lower[i] : each.upper[i];
      if (side !== 0) expect(numbers(fit.point)[i]).toBe(bound);
    });
    const errors = numbers(fit.standardErrors());
    each.active.forEach((side, i) => expect(errors[i] === 0).toBe(side !== 0));
  });
  test("that are never met leave the digits as they are", () => {
    for (const { model, x: at, y: observed, starts, parameters, name } of nist) {
      const residuals = (p: NDArray): NDArray => sub<NDArray, NDArray>(model(p, at), observed);
      const start = array(starts[1] ?? []);
      const bounds = { lower: -1e6, upper: 1e6 };
      const [free, bounded] = [leastSquares(residuals, start), leastSquares(residuals, start, { bounds })];
      numbers(bounded.point).forEach((found, i) =>
        expect(Math.abs(found - (numbers(free.point)[i] ?? NaN)) / Math.abs(parameters[i] ?? NaN), name).toBeLessThan(
          1e-8,
        ),
      );
    }
  });
  test("two bounds alike hold a number where they are", () => {
    const residuals = ({ a, b }: Two): NDArray => sub<NDArray, NDArray>(add(mul(a, x), b), y);
    const { point, outcome } = leastSquares(
      residuals,
      { a: 1, b: 0.5 },
      { bounds: { lower: { a: 1, b: -9 }, upper: { a: 1, b: 9 } } },
    );
    expect(item(point.a)).toBe(1);
    expect(item(point.b)).toBeCloseTo(2.475, 12);
    expect(outcome.message).toContain("a: the value would be less beyond");
  });
});

describe("a linear fit", () => {
  const matrix = array([
    [1, 1],
    [1, 2],
    [1, 3],
    [1, 5],
  ]);
  const side = array([1, 2.5, 2, 4]);
  const fitOf = (b: NDArray<[4]>) => leastSquares((p: NDArray<[2]>) => sub(matmul(matrix, p), b), array([10, -3]));
  test("takes one step to the solution of lstsq, and one more look at most", () => {
    const { solution, residualSumOfSquares } = lstsq(matrix, side);
    const fit = fitOf(side);
    expect(item(fit.steps)).toBeLessThanOrEqual(2);
    numbers(fit.point).forEach((found, i) => expect(found).toBeCloseTo(numbers(solution)[i] ?? NaN, 13));
    expect(2 * item(fit.value)).toBeCloseTo(item(residualSumOfSquares), 13);
  });
  test("has the pseudo-inverse for its derivative by the right-hand side, forwards and backwards", () => {
    const right = numbers(pinv(matrix));
    const pointOf = (b: NDArray<[4]>): NDArray => fitOf(b).point;
    const forwards = numbers(jacfwd(pointOf)(side));
    const backwards = numbers(grad((b: NDArray<[4]>) => slice(pointOf(b) as NDArray<[2]>, [0]))(side));
    expect(forwards).toHaveLength(8);
    forwards.forEach((each, i) => expect(each).toBeCloseTo(right[i] ?? NaN, 12));
    backwards.forEach((each, i) => expect(each).toBeCloseTo(right[i] ?? NaN, 12));
  });
  test("has the covariance s² (AᵀA)⁻¹, or (AᵀA)⁻¹ where the variance is one", () => {
    const inverse = numbers(matmul(pinv(matrix), transpose(pinv(matrix))));
    const variance = item(lstsq(matrix, side).residualSumOfSquares) / 2;
    const unit = leastSquares((p: NDArray<[2]>) => sub(matmul(matrix, p), side), array([0, 0]), { unitVariance: true });
    numbers(fitOf(side).covariance()).forEach((found, i) =>
      expect(found).toBeCloseTo(variance * (inverse[i] ?? NaN), 12),
    );
    numbers(unit.covariance()).forEach((found, i) => expect(found).toBeCloseTo(inverse[i] ?? NaN, 12));
    expect(item(unit.residualDeviation)).toBe(1);
  });
});

describe("derivatives", () => {
  const residualsOf =
    (observed: NDArray) =>
    ({ a, b }: Two): NDArray =>
      sub<NDArray, NDArray>(mul(a, exp(mul(neg(b), x))), observed);
  const data = array([2, 1.2, 0.9, 0.4]);
  const difference = (f: (y: NDArray<[4]>) => Scalar): readonly number[] =>
    [0, 1, 2, 3].map((i) => {
      const moved = (h: number) => array(numbers(data).map((each, j) => (i === j ? each + h : each))) as NDArray<[4]>;
      return (item(f(moved(1e-5))) - item(f(moved(-1e-5)))) / 2e-5;
    });
  const parts: Readonly<
    Record<string, (y: NDArray<[4]>, options?: LeastSquaresOptions<{ a: number; b: number }>) => Scalar>
  > = {
    "the point": (each, options) => leastSquares(residualsOf(each), { a: 1, b: 1 }, options).point.b,
    "the value": (each, options) => leastSquares(residualsOf(each), { a: 1, b: 1 }, options).value,
    "a standard error": (each, options) => leastSquares(residualsOf(each), { a: 1, b: 1 }, options).standardErrors().a,
    "a residual": (each, options) =>
      slice(leastSquares(residualsOf(each), { a: 1, b: 1 }, options).residuals as NDArray<[4]>, [2]),
  };
  const options: Readonly<Record<string, LeastSquaresOptions<{ a: number; b: number }>>> = {
    squares: {},
    "a robust loss": { loss: "softL1", scale: 0.1 },
    "a bound that is met": { bounds: { upper: { a: 2.5, b: 10 } } },
  };
  test.each(Object.entries(options))("of %s are those of finite differences", (_, given) => {
    for (const [name, f] of Object.entries(parts)) {
      const found = numbers(grad((each: NDArray<[4]>) => f(each, given))(data));
      difference((each) => f(each, given)).forEach((right, i) => expect(found[i], name).toBeCloseTo(right, 7));
    }
  });
  test("by a parameter of the model are those of the equation", () => {
    const solution = (k: Scalar): Scalar =>
      leastSquares((p: Scalar) => sub(mul(exp(p), array([1, 2])), mul(k, array([1, 2]))), 0).point;
    expect(item(grad(solution)(3))).toBeCloseTo(1 / 3, 12);
    expect(item(solution(array(3)))).toBeCloseTo(item(log(array(3))), 12);
  });
});

test("many starts at once bring what each brings alone, bit for bit", () => {
  const misra = nist.find(({ name }) => name === "Misra1a");
  if (misra === undefined) throw new Error("there is no Misra1a");
  const solved = (start: NDArray<[2]>) => {
    const { point, status, steps, value } = leastSquares(
      (p: NDArray) => sub<NDArray, NDArray>(misra.model(p, misra.x), misra.y),
      start,
    );
    return { point, status, steps, value };
  };
  const starts = [array([500, 0.0001]), array([250, 0.0005]), array([100, 0.001])];
  const all = vmap(solved)(stack(starts));
  starts.forEach((start, i) => {
    const one = solved(start);
    expect(numbers(slice(all.point, [i]))).toEqual(numbers(one.point));
    expect([all.status, all.steps, all.value].map((each) => numbers(each)[i])).toEqual(
      [one.status, one.steps, one.value].map(item),
    );
  });
});

test("residuals may be a scalar, a matrix or a tree, and are given back as they are", () => {
  const scalar = leastSquares((p: Scalar) => sub(square(p), 2), 1);
  expect(item(scalar.point)).toBeCloseTo(Math.SQRT2, 10);
  expect(scalar.residuals.shape).toEqual([]);
  const tree = leastSquares((p: Scalar) => ({ prior: sub(p, 1), data: [line(p)] }), 3);
  expect(tree.residuals.data[0]?.shape).toEqual([4]);
  expect(item(tree.residuals.prior)).toBe(item(tree.point) - 1);
  expect(tree.degreesOfFreedom).toBe(4);
  const rows = leastSquares((p: Scalar) => stack([line(p), line(p)]), 3);
  expect(item(rows.point)).toBeCloseTo(item(leastSquares(line, 3).point), 13);
});

test("more parameters than residuals, or as many, have a point and no covariance", () => {
  const wide = leastSquares(({ a, b }: Two) => sub(add(a, mul(b, 2)), 3), { a: 0, b: 0 });
  expect(wide.outcome.isConverged).toBe(true);
  expect(item(wide.point.a) + 2 * item(wide.point.b)).toBeCloseTo(3, 14);
  expect(messageOf(() => wide.covariance())).toBe(
    "DomainError: leastSquares's covariance: there is no covariance: of 2 numbers and 1 residuals none is left to tell the " +
      "residuals' variance. Add residuals, or give unitVariance where their variance is 1.",
  );
  expect(Number.isNaN(item(wide.residualDeviation))).toBe(true);
  const known = leastSquares(({ a, b }: Two) => sub(add(a, mul(b, 2)), 3), { a: 0, b: 0 }, { unitVariance: true });
  expect(messageOf(() => known.covariance())).toContain("a and b are not determined: changing them by 1 and -0.5");
  const square2 = leastSquares(
    ({ a, b }: Two) => ({ u: sub(add(a, b), 3), v: sub(a, b) }),
    { a: 0, b: 0 },
    { unitVariance: true },
  );
  numbers(square2.covariance()).forEach((each, i) => expect(each).toBeCloseTo([0.5, 0, 0, 0.5][i] ?? NaN, 14));
});

describe("numbers that the residuals do not determine", () => {
  const refused = (f: (p: Two) => NDArray) => messageOf(() => leastSquares(f, { a: 1, b: 0.5 }).covariance());
  test("are named, with the change that leaves the residuals as they are", () => {
    const both = ({ a, b }: Two): NDArray => sub<NDArray, NDArray>(mul(add(a, mul(b, 2)), x), y);
    expect(refused(both)).toContain(
      "a and b are not determined: changing them by 1 and -0.5 leaves the residuals as they are",
    );
    const fit = leastSquares(both, { a: 1, b: 0.5 });
    expect(fit.outcome.isConverged).toBe(true);
    expect(fit.outcome.message).toContain("a and b are not determined");
    expect(item(fit.point.a) + 2 * item(fit.point.b)).toBeCloseTo(item(leastSquares(line, 1).point), 13);
  });
  test("are named where no residual knows them", () => {
    expect(refused(({ a }) => sub<NDArray, NDArray>(mul(a, x), y))).toContain(
      "b is not determined: it does not change",
    );
    expect(refused(({ a }) => add(mul(a, 0), y))).toContain("a and b are not determined: 2 changes of them");
  });
  test("are refused by units no more than by others", () => {
    const scaled = ({ a, b }: Two): NDArray => sub<NDArray, NDArray>(add(mul(a, mul(x, 1e-12)), mul(b, 1e9)), y);
    const plain = ({ a, b }: Two): NDArray => sub<NDArray, NDArray>(add(mul(a, x), b), y);
    const [one, other] = [leastSquares(scaled, { a: 1, b: 1 }), leastSquares(plain, { a: 1, b: 1 })];
    expect(item(one.standardErrors().a) * 1e-12).toBeCloseTo(item(other.standardErrors().a), 12);
    expect(item(one.standardErrors().b) * 1e9).toBeCloseTo(item(other.standardErrors().b), 12);
  });
});

describe("where residuals are not finite", () => {
  test("the search steps back and says so", () => {
    const fit = leastSquares((p: Scalar) => sub(log(p), array([-6, -6.5])), 10);
    expect(item(fit.point)).toBeCloseTo(Math.exp(-6.25), 12);
    expect(item(fit.evaluations.notFinite)).toBeGreaterThan(0);
    expect(fit.outcome.message).toMatch(/not finite at \d+ points, from which the search stepped back/);
  });
  test("at the start it has diverged", () => {
    const fit = leastSquares((p: Scalar) => log(p), -1);
    expect([fit.outcome.kind, fit.outcome.isConverged, item(fit.steps)]).toEqual(["diverged", false, 0]);
    expect(fitStatuses[item(fit.status)]).toBe("diverged");
  });
});

describe("the end", () => {
  test("comes without tolerances too", () => {
    const tolerances = { gradient: 0, step: 0, value: 0 };
    for (const { model, x: at, y: observed, starts, parameters } of nist.slice(0, 6)) {
      const residuals = (p: NDArray): NDArray => sub<NDArray, NDArray>(model(p, at), observed);
      const fit = leastSquares(residuals, array(starts[1] ?? []), { tolerances });
      expect(["converged by value", "converged by gradient", "stalled"]).toContain(fit.outcome.kind);
      numbers(fit.point).forEach((found, i) => expect(Math.abs(found / (parameters[i] ?? NaN) - 1)).toBeLessThan(1e-8));
    }
    expect(leastSquares((p: Scalar) => sub(square(p), 2), 1, { tolerances }).outcome.kind).not.toBe("limit reached");
  });
  test("comes by the value where its tolerance is met first", () => {
    const fit = leastSquares((p: Scalar) => sub(exp(p), array([1, 2])), 3, {
      tolerances: { gradient: 0, step: 0, value: 1e-3 },
    });
    expect(fit.outcome.kind).toBe("converged by value");
    expect(item(fit.steps)).toBeLessThan(10);
  });
  test("comes after the most steps", () => {
    const fit = leastSquares((p: Scalar) => sub(exp(p), array([1, 2])), 9, { maxSteps: 3 });
    expect([fit.outcome.kind, item(fit.steps), fit.trajectory.length]).toEqual(["limit reached", 3, 4]);
  });
  test("comes at once where residuals are constant or 0", () => {
    expect(leastSquares((p: Scalar) => add(mul(p, 0), y), 1).outcome.kind).toBe("converged by gradient");
    expect(item(leastSquares((p: Scalar) => sub(p, 1), 1).steps)).toBe(0);
  });
  test("waits for the last digits of a number with a great offset", () => {
    const [at, moved] = [array([1, 2, 3, 4, 5, 6]), 2 ** 40];
    const peak = (p: NDArray<[2]>, offset: number): NDArray =>
      sub<NDArray, NDArray>(
        mul<Scalar, NDArray>(slice(p, [1]), exp(neg(square(sub<NDArray, NDArray>(sub(at, -offset), slice(p, [0])))))),
        array([0.01, 0.3, 1.1, 0.6, 0.02, 0]),
      );
    const near = leastSquares((p: NDArray<[2]>) => peak(p, 0), array([2.7, 1]));
    const far = leastSquares((p: NDArray<[2]>) => peak(p, moved), array([2.7 + moved, 1]));
    expect(far.outcome.isConverged, far.outcome.message).toBe(true);
    expect(Math.abs((numbers(far.point)[0] ?? NaN) - moved - (numbers(near.point)[0] ?? NaN))).toBeLessThan(1e-3);
  });
  test("does not depend on units", () => {
    const inUnits = (unit: number, height: number) =>
      leastSquares(
        (p: NDArray<[2]>) => mul(sub(mul(slice(p, [0]), exp(mul(neg(slice(p, [1])), mul(x, unit)))), y), height),
        array([2, 0.1 / unit]),
      );
    const [one, other] = [inUnits(1, 1), inUnits(2 ** 20, 2 ** -30)];
    expect(item(one.steps)).toBe(item(other.steps));
    expect(numbers(one.point)[1]).toBe((numbers(other.point)[1] ?? NaN) * 2 ** 20);
  });
});

test("float32 stays float32", () => {
  const [a, b] = [array([1, 2, 3], { dtype: "float32" }), array([2, 4, 7], { dtype: "float32" })];
  const fit = leastSquares((p: NDArray<[]>) => sub(mul(p, a), b), array(1, { dtype: "float32" }));
  expect([fit.point.dtype, fit.value.dtype, fit.covariance().dtype]).toEqual(["float32", "float32", "float32"]);
  expect(item(fit.point)).toBeCloseTo(31 / 14, 5);
  expect(fit.outcome.isConverged).toBe(true);
});

test.each<readonly [string, () => unknown]>([
  ["DTypeError: leastSquares: the residuals must be float arrays, not 3", () => leastSquares(() => 3, 1)],
  [
    "DTypeError: leastSquares: the residuals must be float arrays, not bool",
    () => leastSquares(() => array([true]), 1),
  ],
  ["ShapeError: leastSquares: there are no residuals", () => leastSquares(() => array([]), 1)],
  [
    "DomainError: leastSquares: the start must be finite, which a is not",
    () => leastSquares((p: { a: Scalar }) => p.a, { a: NaN }),
  ],
  [
    "DomainError: leastSquares: the start must be within its bounds",
    () => leastSquares(line, 1, { bounds: { lower: 2 } }),
  ],
  ["DomainError: leastSquares: the bounds cross", () => leastSquares(line, 1, { bounds: { lower: 2, upper: 0 } })],
  [
    'DomainError: leastSquares: loss must be "linear" or "huber"',
    () => leastSquares(line, 1, { loss: "l1" as "huber" }),
  ],
  [
    "DomainError: leastSquares: scale must be a finite number above 0, not 0",
    () => leastSquares(line, 1, { scale: 0 }),
  ],
  [
    "DTypeError: leastSquares: unitVariance is true or false, not 1",
    () => leastSquares(line, 1, { unitVariance: 1 as unknown as boolean }),
  ],
  [
    "DomainError: leastSquares.tolerances: gradient must be a finite number from 0 on",
    () => leastSquares(line, 1, { tolerances: { gradient: -1 } }),
  ],
  ["TreeError: leastSquares: there are no parameters", () => leastSquares(() => y, {})],
])("refuses what it cannot do: %s", (words, f) => expect(messageOf(f)).toContain(words));

test("sums of squares are what they say", () => {
  const fit = leastSquares(line, 1);
  expect(2 * item(fit.value)).toBeCloseTo(item(sum(square(fit.residuals))), 14);
  expect(item(div(fit.value, 1.5))).toBeCloseTo(item(fit.residualDeviation) * item(fit.residualDeviation), 14);
});
