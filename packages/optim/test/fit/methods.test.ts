import {
  add,
  array,
  dot,
  eye,
  item,
  matmul,
  type Matrix,
  mul,
  type NDArray,
  norm,
  random,
  type Scalar,
  solve,
  sub,
  toNested,
  toTypedArray,
  transpose,
  type Vector,
  zeros,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { denseMatrix } from "../../src/fit/method/bfgs.ts";
import { idleAfter, isIdle, notIdle } from "../../src/fit/method/idle.ts";
import { isIndefinite } from "../../src/fit/method/indefinite.ts";
import { limitedMemory } from "../../src/fit/method/lbfgs.ts";
import { leastWithin } from "../../src/fit/method/subproblem.ts";

const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));

const holds = (truth: Scalar): boolean => item(truth) !== 0;

const normal = (seed: number, n: number): Vector => random.normal(random.key(seed), [n]);

/** A symmetric matrix with the given eigenvalues. */
const symmetric = (seed: number, eigenvalues: readonly number[]): Matrix =>
  eigenvalues.reduce<{ readonly matrix: Matrix; readonly seed: number }>(
    ({ matrix, seed: at }) => {
      // Reflections turn a diagonal matrix into any other one.
      const direction = normal(at, eigenvalues.length);
      const unit = mul(direction, 1 / item(norm(direction)));
      const n = eigenvalues.length;
      const turn = sub(eye(n), mul(2, matmul(unitColumn(unit), transpose(unitColumn(unit)))));
      return { matrix: matmul(matmul(turn, matrix), turn), seed: at + 1 };
    },
    { matrix: diagonalOf(eigenvalues), seed },
  ).matrix;

const diagonalOf = (values: readonly number[]): Matrix => mul(eye(values.length), array(values as number[]));
const unitColumn = (x: Vector): Matrix => array(numbers(x).map((each) => [each]));

const valueOf = (hessian: Matrix, gradient: Vector, step: Vector): number =>
  item(add(dot(gradient, step), mul(dot(step, matmul(hessian, step)), 0.5)));

describe("the least point of a model within a distance", () => {
  const spectra: readonly (readonly [string, readonly number[]])[] = [
    ["positive eigenvalues", [1, 2, 5, 9]],
    ["a negative one", [-3, 1, 2, 5]],
    ["negative ones alone", [-9, -3, -2, -1]],
    ["scales far apart", [1e-6, 1, 1e3, 1e8]],
    ["a zero", [0, 1, 2, 3]],
    ["zeros alone", [0, 0, 0, 0]],
    ["one eigenvalue", [2, 2, 2, 2]],
  ];

  test.each(spectra)("of %s is less than at any of many points", (_, eigenvalues) => {
    for (const seed of [1, 2, 3])
      for (const radius of [1e-3, 1, 100]) {
        const [hessian, gradient] = [symmetric(seed, eigenvalues), normal(100 + seed, 4)];
        const step = leastWithin({ hessian, gradient, radius: array(radius) });
        const length = item(norm(step));
        const value = valueOf(hessian, gradient, step);
        expect(length).toBeLessThanOrEqual(1.1 * radius);
        for (let i = 0; i < 60; i++) {
          const way = normal(1000 + i, 4);
          const other = mul(way, (radius * ([1, 0.5, 0.1, 0.01][i % 4] ?? NaN)) / item(norm(way)));
          // The search ends within a fifth of the least value.
          expect(value).toBeLessThanOrEqual(0.8 * valueOf(hessian, gradient, other) + 1e-12 * radius);
        }
      }
  });

  test("of a convex model with its least point inside is Newton's", () => {
    const [hessian, gradient] = [symmetric(4, [1, 10, 100, 1000]), normal(5, 4)];
    const step = leastWithin({ hessian, gradient, radius: array(1e3) });
    numbers(add(step, solve(hessian, gradient))).forEach((x) => expect(x).toBeCloseTo(0, 12));
  });

  test.each<[string, readonly number[], readonly number[]]>([
    ["the gradient is 0", [-1, 2, 3], [0, 0, 0]],
    ["the gradient has no part where the model falls", [-1, 2, 3], [0, 1, 1]],
    ["two eigenvalues are the least", [-1, -1, 3], [0, 0, 1]],
  ])("is found where %s (the hard case)", (_, eigenvalues, gradient) => {
    const hessian = diagonalOf(eigenvalues);
    const slopes = array(gradient as number[]);
    const step = leastWithin({ hessian, gradient: slopes, radius: array(2) });
    // The least value by the conditions of Moré and Sorensen: (H + I) p = -g, and the rest of the length where it falls.
    const inner = gradient.map((g, i) => (eigenvalues[i] === -1 ? 0 : -g / ((eigenvalues[i] ?? NaN) + 1)));
    const rest = 4 - inner.reduce((all, x) => all + x * x, 0);
    const least =
      inner.reduce((all, x, i) => all + (gradient[i] ?? NaN) * x + ((eigenvalues[i] ?? NaN) * x * x) / 2, 0) - rest / 2;
    expect(valueOf(hessian, slopes, step)).toBeLessThanOrEqual(0.8 * least);
    expect(item(norm(step))).toBeLessThanOrEqual(2.2);
  });
});

describe("whether a Hessian is indefinite", () => {
  test.each<[string, readonly (readonly number[])[], boolean]>([
    [
      "a bowl",
      [
        [2, 0],
        [0, 1],
      ],
      false,
    ],
    [
      "a saddle",
      [
        [2, 0],
        [0, -1],
      ],
      true,
    ],
    [
      "a saddle beside a steep wall",
      [
        [1e12, 0],
        [0, -1],
      ],
      true,
    ],
    [
      "a saddle without a diagonal",
      [
        [0, 1],
        [1, 0],
      ],
      true,
    ],
    [
      "a valley",
      [
        [1, 1],
        [1, 1],
      ],
      false,
    ],
    [
      "a plain",
      [
        [0, 0],
        [0, 0],
      ],
      false,
    ],
    [
      "rounding below 0",
      [
        [1, 0],
        [0, -1e-17],
      ],
      false,
    ],
  ])("%s", (_, rows, is) => {
    expect(holds(isIndefinite(array(rows as number[][]), null))).toBe(is);
  });

  test("numbers that are held do not count", () => {
    expect(holds(isIndefinite(diagonalOf([2, -1]), array([true, false])))).toBe(false);
    expect(holds(isIndefinite(diagonalOf([2, -1]), array([false, true])))).toBe(true);
  });
});

describe("what steps tell of the inverse Hessian", () => {
  const n = 5;
  const hessian = symmetric(8, [1, 2, 3, 5, 8]);
  const steps = Array.from({ length: n }, (_, i) => normal(20 + i, n));
  const gradient = normal(40, n);

  /** Directions of which each is conjugate to those before it: along them the whole inverse is learnt. */
  const conjugate = steps.reduce<readonly Vector[]>((before, step) => {
    const rest = before.reduce<Vector>((left, other) => {
      const bent = matmul(hessian, other);
      return sub(left, mul(other, item(dot(left, bent)) / item(dot(other, bent))));
    }, step);
    return [...before, rest];
  }, []);

  const learnt = <M>({
    empty,
    learn,
  }: {
    readonly empty: (x: Vector) => M;
    readonly learn: (m: M, s: Vector, y: Vector) => M;
  }) => conjugate.reduce((known, step) => learn(known, step, matmul(hessian, step)), empty(zeros([n])));

  test.each([
    ["a whole matrix", () => denseMatrix.times(learnt(denseMatrix), gradient, null)],
    ["ten steps", () => limitedMemory.times(learnt(limitedMemory), gradient, null)],
  ])("by %s is exact after as many conjugate ones as there are numbers", (_, product) => {
    numbers(sub(product(), solve(hessian, gradient))).forEach((x) => expect(x).toBeCloseTo(0, 10));
  });

  test("of numbers that are free is the inverse of their block", () => {
    const isFree = array([true, true, false, true, false]);
    const free = [0, 1, 3];
    const rows = toNested(hessian) as number[][];
    const block = array(free.map((i) => free.map((j) => rows[i]?.[j] ?? NaN)));
    const given = numbers(gradient).map((g, i) => (free.includes(i) ? g : 0));
    const right = numbers(solve(block, array(free.map((i) => given[i] ?? NaN))));
    const found = numbers(denseMatrix.times(learnt(denseMatrix), array(given), isFree));
    expect([found[2], found[4]]).toEqual([0, 0]);
    free.forEach((i, k) => expect(found[i]).toBeCloseTo(right[k] ?? NaN, 10));
  });

  test("along which the objective curves downwards is nothing", () => {
    for (const inverse of [denseMatrix, limitedMemory] as const) {
      const after = (inverse as typeof denseMatrix).learn(
        (inverse as typeof denseMatrix).empty(zeros([2])),
        array([1, 0]),
        array([-1, 0]),
      );
      expect(holds((inverse as typeof denseMatrix).isEmpty(after))).toBe(true);
    }
  });

  test("of nothing is a step of at most length 1", () => {
    for (const inverse of [denseMatrix, limitedMemory] as const) {
      const { empty, times } = inverse as typeof denseMatrix;
      expect(numbers(times(empty(zeros([2])), array([30, 40]), null))).toEqual([0.6, 0.8]);
      expect(numbers(times(empty(zeros([2])), array([0.3, 0.4]), null))).toEqual([0.3, 0.4]);
    }
  });
});

test("a search that five steps in a row brings nothing is idle", () => {
  const at = (value: number, gradientNorm: number) => ({ value: array(value), gradientNorm: array(gradientNorm) });
  const same = [1, 2, 3, 4].reduce((idle) => idleAfter(idle, at(1, 1)), notIdle(at(1, 1)));
  expect([holds(isIdle(same)), holds(isIdle(idleAfter(same, at(1, 1))))]).toEqual([false, true]);
  expect(holds(isIdle(idleAfter(same, at(2, 0.9))))).toBe(false);
  expect(holds(isIdle(idleAfter(same, at(0.9, 2))))).toBe(false);
});
