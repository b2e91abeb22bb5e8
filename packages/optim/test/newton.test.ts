import { valueAndGrad } from "@gradfold/autodiff";
import {
  add,
  array,
  div,
  eye,
  item,
  matmul,
  mul,
  type NDArray,
  reshape,
  type Scalar,
  solve,
  sub,
  sum,
  toNested,
  toTypedArray,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  applyUpdates,
  chain,
  lbfgs,
  lineSearch,
  newton,
  sgd,
  testFunction,
  type Transform,
  transform,
} from "../src/index.ts";

const A = array([
  [4, 1, 0.5],
  [1, 3, -0.25],
  [0.5, -0.25, 2],
]);
const c = array([1, -2, 0.5]);
const parabola = (x: NDArray): Scalar =>
  sub<Scalar, Scalar>(
    div(sum(mul<NDArray, NDArray>(x, matmul(A, x as NDArray<[3]>))), 2),
    sum(mul<NDArray, NDArray>(c, x)),
  );
const solution = Array.from(toTypedArray(solve(A, c)));

type Loss = (x: NDArray) => Scalar;

/** The places that an optimizer comes through. */
const path = (optimizer: Transform<unknown>, loss: Loss, start: NDArray, rounds: number): readonly NDArray[] => {
  const lossAndGrad = valueAndGrad(loss);
  let [x, state] = [start, optimizer.init(start)];
  return [
    start,
    ...Array.from({ length: rounds }, () => {
      const [value, gradient] = lossAndGrad(x);
      const [updates, next] = optimizer.update(gradient, state, x, { value, lossAndGrad });
      [x, state] = [applyUpdates(x, updates), next];
      return x;
    }),
  ];
};
const gradientNorm = (loss: Loss, x: NDArray): number => Math.hypot(...toTypedArray(valueAndGrad(loss)(x)[1]));
const last = (xs: readonly NDArray[]): NDArray => xs.at(-1) ?? array(NaN);
const start = array([1, 1, 1]);

describe("newton", () => {
  test("solves a quadratic in one step", () => {
    const end = last(path(newton(), parabola, start, 1));
    expect(gradientNorm(parabola, end)).toBeLessThan(1e-14);
    toTypedArray(end).forEach((x, i) => expect(x).toBeCloseTo(solution[i] ?? NaN, 14));
  });
  test("doubles the right digits of Rosenbrock's minimum in every step near it", () => {
    const errors = path(newton(), testFunction.rosenbrock, array([1.01, 1.02]), 4).map((x) =>
      Math.hypot(...Array.from(toTypedArray(x), (coordinate) => coordinate - 1)),
    );
    errors.slice(1, 4).forEach((error, i) => expect(error).toBeLessThan(Math.max(1e3 * (errors[i] ?? 1) ** 2, 1e-14)));
  });
  test("takes (H + damping I)⁻¹ g, found by hand", () => {
    const [, end] = path(newton(0.5, { damping: 2 }), (x) => div(sum(mul(x, x)), 2), array([3, -6]), 1);
    // H = I, so the step is ½ g / 3.
    expect(toNested(end ?? start)).toEqual([2.5, -5]);
  });
  test("goes away from a saddle point, with and without damping", () => {
    // The Hessian is diag(2, -2), whose second eigenvalue counts as 2.
    expect(toNested(last(path(newton(), testFunction.saddle, array([1, 1]), 1)))).toEqual([0, 2]);
    const damped = last(path(newton(1, { damping: 4 }), testFunction.saddle, array([1, 1]), 1));
    expect(item(testFunction.saddle(damped))).toBeLessThan(0);
  });
  test("finds Beale's minimum from its standard start, where its Hessian is indefinite", () => {
    const beale = testFunction.beale;
    for (const [optimizer, rounds] of [
      [newton(), 60],
      [chain(newton(), lineSearch.zoom()), 12],
      [chain(newton(), lineSearch.backtracking()), 30],
    ] as readonly (readonly [Transform<unknown>, number])[]) {
      const end = toTypedArray(last(path(optimizer, beale, array([1, 1]), rounds)));
      [3, 0.5].forEach((x, i) => expect(end[i]).toBeCloseTo(x, 12));
    }
  });
  test("gives a direction downhill whatever the Hessian is", () => {
    const bent = (eigenvalues: readonly number[]) => {
      // Turned by a Householder reflection, so that the matrix is full.
      const v = array([1, 2, -2]);
      const mirror = sub(eye(3), div(mul(reshape(v, [3, 1]), reshape(v, [1, 3])), 4.5));
      return matmul(mul(mirror, array(eigenvalues, { shape: [3] })), mirror);
    };
    const g = array([1, -2, 0.5]);
    for (const eigenvalues of [
      [1, 2, 3],
      [3, -1e-3, 2],
      [-1, -2, -3],
      [2, -2, 2],
      [1, 0, 5],
      [0, 0, 0],
      [1e4, -1e-2, 1],
    ]) {
      const H = bent(eigenvalues);
      const loss: Loss = (x) => add(div(sum(mul(x, matmul(H, x as NDArray<[3]>))), 2), sum(mul(g, x)));
      const [, end = start] = path(newton(), loss, array([0, 0, 0]), 1);
      const slope = item(sum(mul<NDArray, NDArray>(end, g)));
      expect([eigenvalues, slope < 0, Number.isFinite(slope)]).toEqual([eigenvalues, true, true]);
      const magnitudes = bent(eigenvalues.map((x) => Math.abs(x) || Math.max(...eigenvalues.map(Math.abs)) || 1));
      const wanted = toTypedArray(solve(magnitudes, mul(g, -1)));
      toTypedArray(end).forEach((x, i) => expect(Math.abs(x / (wanted[i] ?? NaN) - 1)).toBeLessThan(1e-4));
    }
  });
  test("is Newton's own step to the bit where the Hessian is positive definite", () => {
    const H = array([
      [4, 1],
      [1, 3],
    ]);
    const loss: Loss = (x) => div(sum(mul(x, matmul(H, x as NDArray<[2]>))), 2);
    const from = array([0.3, 0.7]);
    const [direction] = transform
      .scaleByNewton()
      .update(matmul(H, from), null, from, { lossAndGrad: valueAndGrad(loss) as never });
    expect(toNested(direction)).toEqual(toNested(solve(H, matmul(H, from))));
  });
  test("follows the gradient where the Hessian is not finite", () => {
    const g = array([1, 2]);
    const broken = (p: NDArray) => [sum(p), mul(p, array([NaN, 1]))] as const;
    const [direction] = transform.scaleByNewton().update(g, null, g, { lossAndGrad: broken });
    expect(toNested(direction)).toEqual([1, 2]);
  });
});

/** Goes to the minimum along the updates, which a parabola's slope and curvature tell. */
const exactly: Transform<null> = {
  init: () => null,
  update: (updates, state, params, extra) => {
    const at = (t: number): Scalar => extra?.lossAndGrad?.(applyUpdates(params, scaled(updates, t)))[0] ?? array(NaN);
    const [f0, f1, f2] = [item(at(0)), item(at(1)), item(at(2))];
    const [curvature, slope] = [f2 - 2 * f1 + f0, 2 * f1 - 1.5 * f0 - 0.5 * f2];
    return [scaled(updates, -slope / curvature), state];
  },
};
const scaled = <P>(updates: P, factor: number): P => transform.scale(factor).update(updates, null, updates)[0];

describe("lbfgs", () => {
  test("with exact line searches solves a quadratic in as many steps as there are parameters", () => {
    const places = path(lbfgs({ lineSearch: exactly }), parabola, start, 3);
    expect(gradientNorm(parabola, places[2] ?? start)).toBeGreaterThan(1e-4);
    expect(gradientNorm(parabola, last(places))).toBeLessThan(1e-9);
  });
  test("takes the steps of full BFGS, with its matrix, as long as its memory reaches", () => {
    const optimizer = chain(transform.scaleByLbfgs({ memorySize: 8, scaleInitPrecond: false }), transform.scale(-0.05));
    const places = path(optimizer, testFunction.rosenbrock, array([-1.2, 1]), 8).map((x) =>
      Array.from(toTypedArray(x)),
    );
    // H ← (I - ρsyᵀ) H (I - ρysᵀ) + ρssᵀ, with plain numbers.
    const gradient = ([x = 0, y = 0]: readonly number[]) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)];
    let [H, x, g] = [
      [
        [1, 0],
        [0, 1],
      ],
      [-1.2, 1],
      gradient([-1.2, 1]),
    ];
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((s, v, i) => s + v * (b[i] ?? NaN), 0);
    for (let k = 1; k <= 8; k++) {
      const next = x.map((v, i) => v - 0.05 * dot(H[i] ?? [], g));
      next.forEach((v, i) => expect(places[k]?.[i]).toBeCloseTo(v, 9));
      const after = gradient(next);
      const [s, y] = [next.map((v, i) => v - (x[i] ?? NaN)), after.map((v, i) => v - (g[i] ?? NaN))];
      [x, g] = [next, after];
      if (dot(s, y) <= 0) continue;
      const rho = 1 / dot(s, y);
      const left = s.map((si, i) => y.map((yj, j) => (i === j ? 1 : 0) - rho * si * yj));
      const LH = left.map((row) =>
        [0, 1].map((j) =>
          dot(
            row,
            H.map((r) => r[j] ?? NaN),
          ),
        ),
      );
      H = LH.map((row, i) => left.map((other, j) => dot(row, other) + rho * (s[i] ?? NaN) * (s[j] ?? NaN)));
    }
  });
  test("finds Rosenbrock's minimum to all digits in forty steps", () => {
    const end = last(path(lbfgs(), testFunction.rosenbrock, array([-1.2, 1]), 40));
    toTypedArray(end).forEach((x) => expect(x).toBeCloseTo(1, 12));
  });
  test("forgets a step along which the loss curves downwards", () => {
    const places = path(lbfgs({ memorySize: 2 }), testFunction.saddle, array([1e-3, 1]), 3);
    expect(places.flatMap((x) => Array.from(toTypedArray(x))).every(Number.isFinite)).toBe(true);
    expect(item(testFunction.saddle(last(places)))).toBeLessThan(0);
  });
});

describe.each([
  ["backtracking", () => lineSearch.backtracking({ maxLearningRate: 64 }), 0],
  ["zoom", () => lineSearch.zoom({ curvRtol: 0.5 }), 0.5],
] as const)("lineSearch.%s", (_, search, curvature) => {
  const starts = [
    ["a quadratic", parabola, start],
    ["Rosenbrock's valley", testFunction.rosenbrock, array([-1.2, 1])],
    ["Himmelblau's function", testFunction.himmelblau, array([0.5, -1])],
    ["Beale's function", testFunction.beale, array([0.5, 0.5])],
  ] as const;
  test.each(starts)("keeps its conditions on %s, from steps far too long and far too short", (_, loss, from) => {
    for (const rate of [1e-3, 1, 30]) {
      const lossAndGrad = valueAndGrad(loss);
      const optimizer = chain(sgd(rate), search());
      const [value, gradient] = lossAndGrad(from);
      const [updates] = optimizer.update(gradient, optimizer.init(from), from, { lossAndGrad });
      const [after, slopeAfter] = lossAndGrad(add<NDArray, NDArray>(from, updates));
      const along = (g: NDArray): number => item(sum(mul<NDArray, NDArray>(g, updates)));
      expect(item(after)).toBeLessThanOrEqual(item(value) + 1e-4 * along(gradient));
      if (curvature > 0) expect(Math.abs(along(slopeAfter))).toBeLessThanOrEqual(curvature * Math.abs(along(gradient)));
    }
  });
  test("takes no step uphill, nor into infinity", () => {
    const uphill = chain(sgd(1), transform.scale(-1), search());
    const lossAndGrad = valueAndGrad(parabola);
    const [updates] = uphill.update(lossAndGrad(start)[1], uphill.init(start), start, { lossAndGrad });
    expect(item(parabola(add<NDArray, NDArray>(start, updates)))).toBeLessThanOrEqual(item(parabola(start)));
    const cliff: Loss = (x) => sum(div(1, x));
    const from = array([-0.5, -0.25]);
    const step = chain(sgd(1), search());
    const [down] = step.update(valueAndGrad(cliff)(from)[1], step.init(from), from, {
      lossAndGrad: valueAndGrad(cliff),
    });
    expect(Array.from(toTypedArray(down)).every(Number.isFinite)).toBe(true);
  });
});

test.each([
  ["newton", newton()],
  ["lbfgs", lbfgs()],
  ["lineSearch.backtracking", chain(sgd(0.1), lineSearch.backtracking())],
] as readonly (readonly [string, Transform<unknown>])[])("%s asks for the loss", (name, optimizer) => {
  expect(() => optimizer.update(start, optimizer.init(start), start)).toThrow(
    `${name}: the loss is missing: update's fourth argument must hold { lossAndGrad }. trainStep gives it.`,
  );
});
