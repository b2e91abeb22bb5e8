import { grad, hessian, jacfwd, jacrev, vmap } from "@gradfold/autodiff";
import {
  add,
  array,
  atan,
  cast,
  concatenate,
  cos,
  div,
  DomainError,
  DTypeError,
  exp,
  item,
  less,
  log,
  mul,
  type NDArray,
  orThrow,
  round,
  type Scalar,
  ShapeError,
  slice,
  sqrt,
  square,
  stack,
  sub,
  sum,
  toNested,
  toTypedArray,
  TreeError,
  type Vector,
  where,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { fitStatuses, recording, root, trajectory } from "../../src/index.ts";

const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));

const parts = (x: Vector, n: number): readonly Scalar[] => Array.from({ length: n }, (_, i) => slice(x, [i]));

const joined = (xs: readonly Scalar[]): Vector => stack(xs);

const vector = (x: readonly number[]): Vector => array(x as number[]);

type Equations = (x: Vector) => Vector;

const rosenbrock: Equations = (at) => {
  const [x, y] = parts(at, 2) as [Scalar, Scalar];
  return joined([sub(1, x), mul(10, sub(y, square(x)))]);
};

const powellSingular: Equations = (at) => {
  const [x, y, z, w] = parts(at, 4) as [Scalar, Scalar, Scalar, Scalar];
  const squares = [square(sub(y, mul(2, z))), mul(Math.sqrt(10), square(sub(x, w)))];
  return joined([add(x, mul(10, y)), mul(Math.sqrt(5), sub(z, w)), ...squares]);
};

const powellBadlyScaled: Equations = (at) => {
  const [x, y] = parts(at, 2) as [Scalar, Scalar];
  return joined([sub(mul(1e4, mul(x, y)), 1), sub(add(exp(mul(-1, x)), exp(mul(-1, y))), 1.0001)]);
};

const helical: Equations = (at) => {
  const [x, y, z] = parts(at, 3) as [Scalar, Scalar, Scalar];
  const turns = div(atan(div(y, x)), 2 * Math.PI);
  const angle = where(less(x, 0), add(turns, 0.5), turns);
  return joined([mul(10, sub(z, mul(10, angle))), mul(10, sub(sqrt(add(square(x), square(y))), 1)), z]);
};

const n = 10;
const places = Array.from({ length: n }, (_, i) => (i + 1) / (n + 1));
const none = array([0]);
const before = (x: Vector): Vector => concatenate([none, slice(x, [[0, n - 1]])]);
const behind = (x: Vector): Vector => concatenate([slice(x, [[1, n]]), none]);
const cube = (x: Vector): Vector => mul(x, square(x));

const broyden: Equations = (x) => add(sub(sub(mul(sub(3, mul(2, x)), x), before(x)), mul(2, behind(x))), 1);

const boundaryValue: Equations = (x) => {
  const bent = mul(0.5 / (n + 1) / (n + 1), cube(add(add(x, array(places)), 1)));
  return add(sub(sub(mul(2, x), before(x)), behind(x)), bent);
};

const integral: Equations = (x) => {
  const kernel = array(places.map((s) => places.map((t) => (t <= s ? (1 - s) * t : s * (1 - t)) / (2 * (n + 1)))));
  return add(x, sum(mul(kernel, cube(add(add(x, array(places)), 1))), 1));
};

const arch = places.map((t) => t * (t - 1));

// Evaluations are those of SciPy 1.17's root(method="hybr", tol=1e-14), which takes n of them for a Jacobian.
const problems: readonly (readonly [string, Equations, readonly number[], readonly number[], number])[] = [
  ["Rosenbrock", rosenbrock, [-1.2, 1], [1, 1], 28],
  ["Powell singular", powellSingular, [3, -1, 0, 1], [0, 0, 0, 0], 106],
  ["Powell badly scaled", powellBadlyScaled, [0, 1], [1.09815932969984e-5, 9.106146739866338], 182],
  ["helical valley", helical, [-1, 0, 0], [1, 0, 0], 25],
  ["Broyden tridiagonal", broyden, Array.from({ length: n }, () => -1), [-0.5707221320112252, -0.6818069499842749], 29],
  ["discrete boundary value", boundaryValue, arch, [-0.04316498251876487, -0.08157715653538689], 21],
  ["discrete integral equation", integral, arch, [-0.04316498251876487, -0.08157715653538687], 20],
];

describe("equations of Moré, Garbow and Hillstrom", () => {
  test.each(problems)("%s: the root, with no more evaluations than SciPy's hybr", (_, f, start, right, theirs) => {
    const found = root(f, vector(start));
    expect(found.outcome.isConverged).toBe(true);
    expect(item(found.norm)).toBeLessThan(1e-14);
    const close = right.every(
      (x, i) => Math.abs((numbers(found.point)[i] ?? NaN) - x) < 1e-7 * Math.max(Math.abs(x), 1),
    );
    expect(close).toBe(true);
    expect(item(found.evaluations.values)).toBeLessThanOrEqual(theirs);
  });

  test("evaluations are counted as they are", () => {
    for (const [, f, start] of problems) {
      let calls = 0;
      const { evaluations } = root((x: Vector) => {
        calls += 1;
        return f(x);
      }, vector(start));
      expect(item(evaluations.values) + item(evaluations.derivatives)).toBe(calls);
    }
  });
});

describe("the outcome", () => {
  test("of equations without a root is that the search stalled", () => {
    const found = root((x) => add(square(x), 1), array(3));
    expect([found.outcome.kind, found.outcome.isConverged]).toEqual(["stalled", false]);
    expect(found.outcome.message).toContain("the length of its value is 1");
  });

  test("of a start where the Jacobian is 0 is that the search stalled", () => {
    expect(root((x) => sub(square(x), 4), array(0)).outcome.kind).toBe("stalled");
  });

  test("of a start that is not finite in value is that it diverged", () => {
    const found = root(({ a, b }) => ({ a, b: log(b) }), { a: 1, b: -1 });
    expect([found.outcome.kind, found.outcome.message]).toEqual(["diverged", expect.stringContaining("not finite: b")]);
  });

  test("tells of places that were not finite", () => {
    const found = root((x) => log(x), array(30));
    expect([found.outcome.isConverged, item(found.point)]).toEqual([true, expect.closeTo(1, 14)]);
    expect(found.outcome.message).toContain("from which the search stepped back");
  });

  test("of few steps is that the limit was reached", () => {
    expect(root(rosenbrock, vector([-1.2, 1]), { maxSteps: 2 }).outcome.kind).toBe("limit reached");
  });

  test("where values are large is told by the step", () => {
    const found = root((x) => mul(1e12, sub(exp(mul(x, x)), 3)), array(2));
    expect(found.outcome.isConverged).toBe(true);
    expect(item(found.point)).toBeCloseTo(Math.sqrt(Math.log(3)), 14);
  });

  test("from afar is a root, where plain steps of Newton's method fly away", () => {
    expect(item(root((x) => atan(x), array(20)).point)).toBeCloseTo(0, 14);
  });

  test("has tolerances of 0 end as well", () => {
    const found = root((x) => sub(cos(x), x), array(5), { tolerances: { value: 0, step: 0 } });
    expect(item(found.point)).toBeCloseTo(0.7390851332151607, 15);
    expect(item(found.steps)).toBeLessThan(150);
  });
});

describe("bounds", () => {
  test("choose among roots", () => {
    const f = (x: Scalar): Scalar => sub(square(x), 4);
    const ends = [{ lower: 0.5 }, { upper: -0.5 }].map((bounds) =>
      item(root(f, array(bounds.lower ?? bounds.upper), { bounds }).point),
    );
    expect(ends).toEqual([2, expect.closeTo(-2, 12)]);
  });

  test("without a root within them are told of", () => {
    const found = root((x) => sub(square(x), 4), array(0.5), { bounds: { lower: 0, upper: 1 } });
    expect([found.outcome.kind, found.outcome.isConverged, item(found.point)]).toEqual(["at a bound", false, 1]);
  });
});

describe("derivatives by what the function closes over", () => {
  const circle = (data: Vector): Vector => {
    const [radius, ratio] = parts(data, 2) as [Scalar, Scalar];
    const f: Equations = (at) => {
      const [x, y] = parts(at, 2) as [Scalar, Scalar];
      return joined([sub(add(square(x), square(y)), square(radius)), sub(y, mul(ratio, x))]);
    };
    return root(f, vector([1, 0.5])).point;
  };
  // x = r / √(1 + q²), y = q x
  const data = array([2, 0.5]);
  const exact = (r: number, q: number) => [r / Math.sqrt(1 + q * q), (q * r) / Math.sqrt(1 + q * q)];

  test("are those of the implicit function theorem, in forward and reverse mode", () => {
    expect(numbers(circle(data)).map((x) => x.toFixed(12))).toEqual(exact(2, 0.5).map((x) => x.toFixed(12)));
    const w = 1 + 0.25;
    const right = [
      [1 / Math.sqrt(w), -1 / (w * Math.sqrt(w))],
      [0.5 / Math.sqrt(w), 2 / Math.sqrt(w) - 0.5 / (w * Math.sqrt(w))],
    ];
    for (const jacobian of [jacfwd, jacrev])
      (toNested(jacobian(circle)(data)) as number[][]).forEach((row, i) =>
        row.forEach((x, j) => expect(x).toBeCloseTo(right[i]?.[j] ?? NaN, 11)),
      );
  });

  test("are of any order", () => {
    const third = grad(grad(grad((a: Scalar) => root((x) => sub(mul(x, mul(x, x)), a), array(1)).point)));
    // The third derivative of a^(1/3) is 10/27 a^(-8/3).
    expect(item(third(array(8)))).toBeCloseTo(10 / 27 / 256, 12);
    const second = toNested(hessian((d: Vector) => slice(circle(d), [0]))(data)) as number[][];
    const w = 1.25;
    expect(second[0]?.[0]).toBeCloseTo(0, 11);
    expect(second[0]?.[1]).toBeCloseTo(-0.5 / (w * Math.sqrt(w)), 11);
    expect(second[1]?.[1]).toBeCloseTo((2 * (3 * 0.25 - w)) / (w * w * Math.sqrt(w)), 11);
  });

  test("of a root with a singular Jacobian are NaN", () => {
    expect(item(grad((a: Scalar) => root((x) => square(sub(x, a)), array(1)).point)(array(1)))).toBeNaN();
  });
});

test("many starts at once are each alone, bit for bit", () => {
  const solve = (start: Vector) => {
    const { point, status, steps, norm } = root(rosenbrock, start);
    return { point, status, steps, norm };
  };
  const starts = Array.from({ length: 12 }, (_, i) => [-1.2 + i / 3, 1 - i / 5]);
  const all = vmap(solve)(array(starts));
  const alone = starts.map((start) => solve(array(start)));
  expect(toNested(all.point)).toEqual(alone.map(({ point }) => toNested(point)));
  expect(toNested(all.steps)).toEqual(alone.map(({ steps }) => item(steps)));
  expect(toNested(all.status)).toEqual(alone.map(({ status }) => item(status)));
  expect(fitStatuses[item(alone[0]?.status ?? array(0))]).toBe("converged by value");
});

test("the search is a run: it verifies, replays and can be recorded", () => {
  const { trajectory: run, point } = root(helical, vector([-1, 0, 0]));
  expect(trajectory.verify(run)).toEqual({ kind: "verified" });
  expect(run.final.point).toEqual(point);
  expect(run.metrics.loss[0]).toBeCloseTo(1250, 9);
  const read = orThrow(recording.decode(recording.encode(recording.of(run))));
  expect(Array.from(read.metrics["loss"] ?? [])).toEqual(Array.from(run.metrics.loss));
});

test("trees stay trees, and float32 stays float32", () => {
  const found = root(({ a, b: [c] }) => ({ a: sub(mul(a, a), cast(c, "float32")), b: [sub(c, 2)] as const }), {
    a: cast(array([1, 1]), "float32"),
    b: [array(5)] as const,
  });
  expect([found.point.a.dtype, found.point.b[0].dtype]).toEqual(["float32", "float64"]);
  for (const x of numbers(found.point.a)) expect(x).toBeCloseTo(Math.SQRT2, 6);
});

describe("bad input", () => {
  const loose = root as unknown as (...args: readonly unknown[]) => unknown;
  test.each([
    ["no function", () => loose(3, array(1)), DTypeError, "root"],
    [
      "fewer equations",
      () => loose((x: Vector) => slice(x, [[0, 1]]), array([1, 2])),
      ShapeError,
      "as many equations as unknowns",
    ],
    ["another tree", () => loose(() => ({ a: array(1) }), { b: 1 }), TreeError, "a tree like the start"],
    ["whole numbers", () => loose((x: Scalar) => cast(round(x), "int32"), array(1)), DTypeError, "floats"],
    ["a start that is not finite", () => loose((x: Scalar) => x, array(NaN)), DomainError, "finite"],
    [
      "a start beyond its bounds",
      () => loose((x: Scalar) => x, array(3), { bounds: { upper: 2 } }),
      DomainError,
      "within",
    ],
    ["an option that is none", () => loose((x: Scalar) => x, array(3), { tolerance: 1 }), DomainError, "tolerance"],
    [
      "a negative tolerance",
      () => loose((x: Scalar) => x, array(3), { tolerances: { value: -1 } }),
      DomainError,
      "value",
    ],
  ] as const)("%s is refused", (_, call, kind, words) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(words);
  });
});
