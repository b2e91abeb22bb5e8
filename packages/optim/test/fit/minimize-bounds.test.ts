import { grad, jacfwd, jacrev } from "@gradfold/autodiff";
import {
  add,
  any,
  array,
  div,
  dot,
  exp,
  eye,
  greater,
  item,
  less,
  logicalOr,
  matmul,
  mul,
  type NDArray,
  random,
  type Scalar,
  slice,
  square,
  stack,
  sub,
  sum,
  toNested,
  toTypedArray,
  transpose,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { minimize, type MinimizeOptions } from "../../src/index.ts";
import { problems } from "./problems.ts";

const methods = ["lbfgs", "bfgs", "trustRegion"] as const;

const rosenbrock = (x: Vector): Scalar => {
  const n = x.shape[0];
  const [here, next] = [slice(x, [[0, n - 1]]), slice(x, [[1, n]])];
  return sum(add(mul(100, square(sub(next, square(here)))), square(sub(1, here))));
};

const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));

/** How far each number is from the nearest point within bounds of one step down the gradient. */
const residuals = (
  x: readonly number[],
  gradient: readonly number[],
  lower: readonly number[],
  upper: readonly number[],
) =>
  x.map((at, i) => {
    const down = at - (gradient[i] ?? NaN);
    return Math.abs(at - Math.min(Math.max(down, lower[i] ?? NaN), upper[i] ?? NaN));
  });

describe.each(methods)("within bounds %s", (method) => {
  // The ends are those of SciPy 1.17's L-BFGS-B.
  const beyond = [0.8, 0.665886490904127, 0.4603336469000832, 0.22443294305832698, 0.0609973860171244];
  const rest = [0.013862215292781319, 0.010297192776506247, 0.010206050619694136, 0.010004122293729979];
  test.each<[string, readonly number[], MinimizeOptions<Vector>["bounds"], readonly number[], string]>([
    ["above", [-1.2, 1], { upper: array([0.5, Infinity]) }, [0.5, 0.25], "x[0]"],
    ["on all sides", [-1.2, 1], { lower: array([-1.5, -0.5]), upper: array([0.5, 2]) }, [0.5, 0.25], "x[0]"],
    ["that fix a number", [-1.2, 1], { lower: array([-1.2, -9]), upper: array([-1.2, 9]) }, [-1.2, 1.44], "x[0]"],
    [
      "at which the search starts",
      [0, 1],
      { lower: array([0, 0.6]), upper: array([0.5, 1]) },
      [0.5, 0.6],
      "x[0], x[1]",
    ],
    [
      "for ten numbers",
      [-1.2, 0.8, -1.2, 0.8, -1.2, 0.8, -1.2, 0.8, -1.2, 0.8],
      { lower: -2, upper: 0.8 },
      [...beyond, ...rest, 0.00010008246764502933],
      "x[0]",
    ],
  ])("finds Rosenbrock's minimum under bounds %s", (_, start, bounds, end, names) => {
    const fit = minimize(rosenbrock, array(start as number[]), { method, bounds } as MinimizeOptions<Vector>);
    expect(numbers(fit.point).map((x) => x.toFixed(6))).toEqual(end.map((x) => x.toFixed(6)));
    expect([fit.outcome.kind, fit.outcome.isConverged]).toEqual(["at a bound", true]);
    expect(fit.outcome.message).toContain(`${names}: the value would be less beyond`);
  });

  test("that are far away changes nothing about where it ends", () => {
    const fit = minimize(rosenbrock, array([-1.2, 1]), { method, bounds: { lower: -50, upper: 50 } });
    expect([fit.outcome.kind, item(fit.value)]).toEqual(["converged by gradient", expect.closeTo(0, 12)]);
  });

  test.each([20, 60, 120])("solves a convex quadratic problem of %d numbers", (n) => {
    const [first, second, third] = random.split(random.key(n), 3) as [random.Key, random.Key, random.Key];
    const factor = random.normal(first, [n, n]);
    const matrix = add(div(matmul(transpose(factor), factor), n), mul(eye(n), 0.01));
    const side: Vector = mul(matmul(matrix, random.normal(second, [n])), 2);
    const width = random.uniform(third, [n]);
    const bounds = { lower: mul(width, -1), upper: mul(width, 0.7) };
    const f = (x: Vector): Scalar => sub(mul(dot(x, matmul(matrix, x)), 0.5), dot(side, x));
    const fit = minimize(f, zeros([n]), { method, bounds });
    const gradient = numbers(sub(matmul(matrix, fit.point), side));
    const far = residuals(numbers(fit.point), gradient, numbers(bounds.lower), numbers(bounds.upper));
    expect(fit.outcome.kind).toBe("at a bound");
    expect(Math.max(...far)).toBeLessThan(1e-7);
    const isAt = (x: number, i: number) => [bounds.lower, bounds.upper].some((bound) => numbers(bound)[i] === x);
    expect(numbers(fit.point).filter(isAt).length).toBeGreaterThan(n / 4);
    expect(item(fit.evaluations.values)).toBeLessThan(n + 60);
  });

  test("solves least squares without negative numbers as SciPy's nnls does", () => {
    const a = array(
      Array.from({ length: 12 }, (_, r) => Array.from({ length: 6 }, (__, c) => Math.cos(3.1 * r * (c + 1) + c))),
    );
    const y = array(Array.from({ length: 12 }, (_, r) => Math.sin(1.7 * r) + ((0.3 * r) % 2)));
    const f = (x: Vector): Scalar => sum(square(sub(matmul(a, x), y)));
    const fit = minimize(f, array([1, 1, 1, 1, 1, 1]), { method, bounds: { lower: 0 } });
    expect(numbers(fit.point).map((x) => x.toFixed(7))).toEqual(
      [0, 0.9821072571046241, 0.06904679169421572, 0, 0, 0].map((x) => x.toFixed(7)),
    );
    expect(numbers(fit.point).filter((x) => x === 0)).toHaveLength(4);
  });

  test("never looks beyond them", () => {
    const [lower, upper] = [array([-1.2, 0.2]), array([0.5, 1])];
    const inside = (x: Vector): Scalar => {
      const isOut = any(logicalOr(less(x, lower), greater(x, upper)));
      return where(isOut, NaN, rosenbrock(x));
    };
    const fit = minimize(inside, array([-1.2, 1]), { method, bounds: { lower, upper } });
    expect([fit.outcome.kind, item(fit.evaluations.notFinite)]).toEqual(["at a bound", 0]);
  });
});

describe("numbers of evaluations within bounds", () => {
  test.each(["lbfgs", "bfgs"] as const)("by %s stay few on the way to a bound that is far away", (method) => {
    // A straight slope tells nothing of curvature: each step begins as far as the last one went.
    const fit = minimize((x) => mul(x, -1), array(0), { method, bounds: { upper: 1e12 } });
    expect([fit.outcome.kind, item(fit.point)]).toEqual(["at a bound", 1e12]);
    expect(item(fit.evaluations.values)).toBeLessThan(200);
  });

  /** On the way from the start to the minimum of every other number, past which it may not go. */
  const boxed = ({ start, minimizer }: (typeof problems)[number]) => {
    const at = start.map((x, i) => x + 0.7 * ((minimizer[i] ?? NaN) - x));
    const isUp = start.map((x, i) => (minimizer[i] ?? NaN) >= x);
    const held = start.map((_, i) => i % 2 === 0);
    return {
      lower: array(at.map((x, i) => (held[i] && !isUp[i] ? x : -Infinity))),
      upper: array(at.map((x, i) => (held[i] && isUp[i] ? x : Infinity))),
    };
  };

  test.each([
    ["lbfgs", 1500],
    ["bfgs", 1700],
    ["trustRegion", 600],
  ] as const)("of 24 functions %s takes at most %d, and ends where there is nothing more to gain", (method, most) => {
    const fits = problems.map((problem) => {
      const bounds = boxed(problem);
      const fit = minimize(problem.value, array(problem.start as number[]), {
        method,
        bounds,
      });
      return { name: problem.name, evaluations: item(fit.evaluations.values), isConverged: fit.outcome.isConverged };
    });
    expect(
      fits
        .filter(({ isConverged }) => !isConverged)
        .map(({ name }) => name)
        .filter((name) => name !== "Meyer"),
    ).toEqual([]);
    expect(fits.reduce((all, { evaluations }) => all + evaluations, 0)).toBeLessThan(most);
  });
});

describe("derivatives of a minimum with numbers at their bounds", () => {
  // Minus a likelihood: y is held at its bound, and x and z depend on both.
  const objective =
    (data: Vector) =>
    (at: Vector): Scalar => {
      const [x, y, z] = [0, 1, 2].map((i) => slice(at, [i])) as [Scalar, Scalar, Scalar];
      const [a, b] = [0, 1].map((i) => slice(data, [i])) as [Scalar, Scalar];
      const wells = add(square(sub(x, mul(a, y))), square(sub(z, mul(b, mul(x, y)))));
      return add(add(wells, mul(square(sub(x, a)), 0.5)), add(exp(mul(y, -0.3)), mul(square(z), 0.1)));
    };
  const at =
    (method: (typeof methods)[number]) =>
    (data: Vector, top: Scalar): Vector =>
      minimize(objective(data), array([0.1, 0.2, 0.3]), {
        method,
        bounds: { upper: stack([array(Infinity), top, array(Infinity)]) as Vector },
        tolerances: { gradient: 1e-12 },
      }).point;
  const [data, top] = [array([1.1, 0.7]), array(0.8)];
  const h = 1e-6;
  const shifted = (i: number, by: number): Vector => array(numbers(data).map((x, j) => (i === j ? x + by : x)));

  test.each(methods)("by %s agree with differences, by data and by the bound", (method) => {
    const solve = at(method);
    expect(numbers(solve(data, top))[1]).toBe(0.8);
    const byData = toNested(jacrev((d: Vector) => solve(d, top))(data)) as number[][];
    const byTop = numbers(jacfwd((t: Scalar) => solve(data, t))(top));
    for (const i of [0, 1]) {
      const [up, down] = [h, -h].map((by) => numbers(solve(shifted(i, by), top)));
      byData.forEach((row, k) => expect(row[i]).toBeCloseTo(((up?.[k] ?? NaN) - (down?.[k] ?? NaN)) / (2 * h), 6));
    }
    const [up, down] = [h, -h].map((by) => numbers(solve(data, array(0.8 + by))));
    byTop.forEach((x, k) => expect(x).toBeCloseTo(((up?.[k] ?? NaN) - (down?.[k] ?? NaN)) / (2 * h), 6));
    expect(byTop[1]).toBe(1);
    expect(byData[1]?.map((x) => x + 0)).toEqual([0, 0]);
  });

  test("are of any order", () => {
    const least = (t: Scalar): Scalar => slice(at("trustRegion")(data, t), [0]);
    const second = grad(grad(least))(top);
    const [up, middle, down] = [1e-4, 0, -1e-4].map((by) => item(least(array(0.8 + by)))) as [number, number, number];
    expect(item(second)).toBeCloseTo((up - 2 * middle + down) / 1e-8, 5);
  });
});
