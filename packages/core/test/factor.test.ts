import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { qrTriangle } from "../src/library.ts";
import {
  allClose,
  array,
  conditionNumber,
  DomainError,
  eye,
  item,
  lstsq,
  matmul,
  mul,
  type NDArray,
  ones,
  pinv,
  qr,
  reshape,
  ShapeError,
  sub,
  svd,
  toNested,
  toTypedArray,
  zeros,
} from "../src/index.ts";
import { swapLast } from "../src/operations/reshape.ts";
import golden from "./fixtures/factor.json" with { type: "json" };
import nist from "./fixtures/nist-linear.json" with { type: "json" };
import { noise } from "./laws/noise.ts";

const random = (seed: number, ...shape: readonly number[]): NDArray => {
  const next = noise(seed);
  return reshape(array(Array.from({ length: shape.reduce((n, k) => n * k, 1) }, () => next())), shape);
};

const dynamic = (x: NDArray) => x as never;
const near = (x: NDArray, y: NDArray, atol = 1e-12): void =>
  expect(
    allClose(x, y, { rtol: 1e-12, atol }),
    `${JSON.stringify(toNested(x))} is not ${JSON.stringify(toNested(y))}`,
  ).toBe(true);
const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));
const allNaN = (x: NDArray): boolean => numbers(x).every(Number.isNaN);

/** x 2^k, in two steps. */
const scaled = (x: NDArray, k: number): NDArray => mul(mul(x, 2 ** (k / 2)), 2 ** (k / 2));

/** Sizes, and an exponent for the elements: products of two overflow, vanish or do neither. */
const matrices = fc
  .record({
    m: fc.integer({ min: 1, max: 12 }),
    n: fc.integer({ min: 1, max: 12 }),
    seed: fc.integer(),
    exponent: fc.constantFrom(0, 1000, -1000, 520, -520, -1060),
  })
  .map(({ m, n, seed, exponent }) => ({ a: random(seed, m, n), exponent }));

const asserted = (law: (sample: { readonly a: NDArray; readonly exponent: number }) => void): void =>
  fc.assert(fc.property(matrices, law), { seed: 1, numRuns: 60 });

type Case = (typeof golden.cases)[number];
const cases = golden.cases.map((each): readonly [string, Case] => [each.name, each]);

describe("qr", () => {
  test("gives orthonormal columns, times a triangle whose diagonal is not negative, at every scale", () =>
    asserted(({ a, exponent }) => {
      const { q, r } = qr(scaled(a, exponent));
      const [m = 0, n = 0] = a.shape;
      const k = Math.min(m, n);
      near(matmul(swapLast(q), q), eye(k));
      // Subnormal elements have few bits.
      near(matmul(q, scaled(r, -exponent)), a, exponent < -1022 ? 1e-3 : 1e-12);
      numbers(r).forEach((x, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        if (i > j) expect(x).toBe(0);
        if (i === j) expect(x).toBeGreaterThanOrEqual(0);
      });
    }));
  test("has the same triangle where it is made alone, bit for bit", () => {
    for (const [m, n] of [
      [6, 3],
      [4, 4],
      [9, 1],
    ] as const)
      expect(numbers(qrTriangle(random(m, m, n)))).toEqual(numbers(qr(random(m, m, n)).r));
  });
  test("does not notice the units of columns", () => {
    const [a, units] = [random(3, 6, 3), array([2 ** 700, 1, 2 ** -700])];
    const [plain, scaled] = [qr(a), qr(mul(a, units))];
    expect(numbers(scaled.q)).toEqual(numbers(plain.q));
    expect(numbers(scaled.r)).toEqual(numbers(mul(plain.r, units)));
  });
  test.each(cases)("agrees with NumPy, but for signs: %s", (_, { a, q, r }) => {
    if (q === undefined || r === undefined) return;
    const found = qr(array(a) as NDArray);
    near(found.q, array(q) as NDArray);
    near(found.r, array(r) as NDArray);
  });
  test("takes dependent columns, and zeros", () => {
    const a = matmul(random(1, 6, 2), random(2, 2, 4));
    const { q, r } = qr(a);
    near(matmul(q, r), a);
    near(matmul(swapLast(q), q), eye(4));
    expect(toNested(qr(zeros([2, 2])).r)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(toNested(qr(zeros([2, 1])).q)).toEqual([[1], [0]]);
  });
  test.each([NaN, Infinity])("gives NaN from the first column on that has %d", (x) => {
    const { q } = qr(
      array([
        [3, x, 1],
        [4, 1, 1],
        [0, 1, 2],
      ]),
    );
    expect(numbers(q).map(Number.isNaN)).toEqual([0, 1, 2].flatMap(() => [false, true, true]));
  });
  test("takes integers as float64, keeps float32, and takes nothing", () => {
    expect(qr(array([[3], [4]], { dtype: "int32" })).r.dtype).toBe("float64");
    expect(qr(ones([2, 2], { dtype: "float32" })).q.dtype).toBe("float32");
    const shapes = ([m, n]: readonly [number, number]) => {
      const { q, r } = qr(zeros([m, n]));
      return [q.shape, r.shape];
    };
    expect(shapes([0, 0])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(shapes([3, 0])).toEqual([
      [3, 0],
      [0, 0],
    ]);
    expect(shapes([0, 3])).toEqual([
      [0, 0],
      [0, 3],
    ]);
  });
});

/** Right digits: those of the relative error, or of the error where zero is right. */
const digits = (found: number, certified: number): number =>
  Math.min(15, -Math.log10(Math.abs(found - certified) / (certified === 0 ? 1 : Math.abs(certified))));

type Problem = (typeof nist)[keyof typeof nist];

/** The first n powers of a decimal, each rounded once: those of `**` are other bits in other engines. */
const powersOf = (x: number, n: number): readonly number[] => {
  const [whole = "0", fraction = ""] = String(x).split(".");
  const significand = BigInt(`${whole}${fraction}`);
  return Array.from({ length: n }, (_, power) => Number(`${significand ** BigInt(power)}e-${fraction.length * power}`));
};

const designOf = ({ model, x, parameters }: Problem): NDArray =>
  array(
    x.map((each): readonly number[] => {
      const row = [each].flat();
      if (model === "polynomial") return powersOf(row[0] ?? NaN, parameters.length);
      return model === "with a constant" ? [1, ...row] : row;
    }),
  );

describe("lstsq", () => {
  // What the powers of Filip's x lose when they are rounded costs half of the digits, whatever solves the problem.
  const wanted = {
    Filip: 7.5,
    Longley: 14,
    NoInt1: 14,
    Norris: 14,
    Pontius: 13,
    Wampler1: 14,
    Wampler3: 14,
    Wampler5: 14,
  };
  test.each(Object.entries(nist))("finds NIST's certified parameters: %s", (name, problem) => {
    const { solution, rank, residualSumOfSquares } = lstsq(designOf(problem), array(problem.y));
    const right = Math.min(...numbers(solution).map((x, i) => digits(x, problem.parameters[i] ?? NaN)));
    expect(right).toBeGreaterThan(wanted[name as keyof typeof wanted]);
    expect(right).toBeGreaterThan(problem.numpy - 0.3);
    expect(item(rank)).toBe(problem.parameters.length);
    expect(digits(item(residualSumOfSquares), problem.residualSumOfSquares)).toBeGreaterThan(7.5);
  });
  test.each(cases)("agrees with NumPy: %s", (_, { a, b, solution, residualSumOfSquares, rank }) => {
    const found = lstsq(array(a) as NDArray, array(b) as NDArray);
    near(found.solution, array(solution) as NDArray, 1e-11);
    near(found.residualSumOfSquares, array(residualSumOfSquares) as NDArray, 1e-11);
    expect(toNested(found.rank)).toEqual(rank);
  });
  test("is the pseudo-inverse times the right-hand side, at every scale and rank", () =>
    asserted(({ a, exponent }) => {
      const [m = 0, n = 0] = a.shape;
      const flat = matmul(matmul(a, random(5, n, 2)), random(6, 2, n));
      const b = random(7, m);
      for (const matrix of exponent < -1022 ? [] : [a, flat])
        near(scaled(lstsq(scaled(matrix, exponent), b).solution, exponent), matmul(pinv(matrix), b), 1e-6);
    }));
  test("finds the shortest of many solutions", () => {
    const { solution, rank } = lstsq(array([[1, 10]]), array([101]));
    near(solution, array([1, 10]));
    expect(item(rank)).toBe(1);
    near(lstsq(ones([3, 2]), array([1, 2, 3])).solution, array([1, 1]));
  });
  test("decides the rank of columns as if their norms were one", () => {
    const a = (unit: number) =>
      array([
        [1, unit],
        [1, 2 * unit],
        [1, 4 * unit],
      ]);
    expect(item(lstsq(a(1e-40), ones([3])).rank)).toBe(2);
    expect(item(lstsq(a(1), ones([3]), { rcond: 0.9 }).rank)).toBe(1);
    const close = array([
      [1, 1],
      [1, 1 + 1e-9],
    ]);
    expect(item(lstsq(close, ones([2])).rank)).toBe(2);
    expect(item(lstsq(close, ones([2]), { rcond: 1e-8 }).rank)).toBe(1);
    expect(
      item(
        lstsq(
          array(
            [
              [1, 1],
              [1, 1],
            ],
            { dtype: "float32" },
          ),
          ones([2], { dtype: "float32" }),
        ).rank,
      ),
    ).toBe(1);
    expect(item(lstsq(zeros([3, 2]), ones([3])).rank)).toBe(0);
  });
  test("neither overflows nor vanishes where the solution does not", () => {
    const a = random(1, 5, 2);
    const x = lstsq(a, ones([5])).solution;
    for (const scale of [2 ** 1000, 2 ** -1000])
      expect(numbers(lstsq(mul(a, scale), mul(ones([5]), scale)).solution)).toEqual(numbers(x));
    expect(numbers(lstsq(a, mul(ones([5]), 2 ** -1000)).solution)).toEqual(numbers(mul(x, 2 ** -1000)));
  });
  test("broadcasts stacks", () => {
    const { solution, residualSumOfSquares, rank } = lstsq(random(1, 2, 1, 5, 3), random(2, 4, 5, 2));
    expect([solution.shape, residualSumOfSquares.shape, rank.shape]).toEqual([
      [2, 4, 3, 2],
      [2, 4, 2],
      [2, 4],
    ]);
    expect(lstsq(random(1, 2, 5, 3), ones([5])).solution.shape).toEqual([2, 3]);
  });
  test("gives NaN where a number is not finite, and only there", () => {
    const { solution, rank } = lstsq(
      array([
        [1, NaN],
        [1, 2],
        [0, 1],
      ]),
      ones([3]),
    );
    expect(allNaN(solution)).toBe(true);
    expect(item(rank)).toBe(0);
    const columns = lstsq(
      array([[1], [1]]),
      array([
        [1, NaN, Infinity],
        [1, 1, 1],
      ]),
    );
    expect(toNested(columns.solution)).toEqual([[1, NaN, NaN]]);
    expect(toNested(lstsq(zeros([2, 1]), array([1, NaN])).solution)).toEqual([NaN]);
  });
  test("takes nothing", () => {
    expect(toNested(lstsq(zeros([0, 2]), zeros([0])).solution)).toEqual([0, 0]);
    expect(item(lstsq(zeros([2, 0]), ones([2])).residualSumOfSquares)).toBe(2);
    expect(item(lstsq(zeros([2, 0]), ones([2])).rank)).toBe(0);
    expect(lstsq(ones([2, 3]), zeros([2, 0])).solution.shape).toEqual([3, 0]);
  });
});

describe("svd", () => {
  test("gives orthonormal vectors and values in descending order, whose product is the matrix, at every scale and rank", () =>
    asserted(({ a, exponent }) => {
      const n = a.shape.at(-1) ?? 0;
      for (const matrix of [a, matmul(matmul(a, random(5, n, 2)), random(6, 2, n))]) {
        const { u, s, v } = svd(scaled(matrix, exponent));
        const k = s.shape[0] ?? 0;
        near(matmul(swapLast(u), u), eye(k));
        near(matmul(swapLast(v), v), eye(k));
        // Subnormal elements have few bits.
        near(matmul(mul(u, scaled(s, -exponent)), swapLast(v)), matrix, exponent < -1022 ? 1e-3 : 1e-10);
        const values = numbers(s);
        expect(values).toEqual(values.toSorted((x, y) => y - x));
        expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      }
    }));
  test.each(cases)("agrees with NumPy: %s", (_, { a, singularValues }) =>
    near(svd(array(a) as NDArray).s, array(singularValues) as NDArray),
  );
  test("finds small values as precisely as large ones", () => {
    const units = array([1, 1e-20, 1e-40]);
    const small = numbers(svd(mul(qr(random(1, 5, 3)).q, units)).s);
    small.forEach((x, i) => expect(Math.abs(x / 10 ** (-20 * i) - 1)).toBeLessThan(1e-14));
  });
  test("completes U where values are 0", () => {
    const { u, s, v } = svd(zeros([3, 2]));
    near(matmul(swapLast(u), u), eye(2));
    near(matmul(swapLast(v), v), eye(2));
    expect(toNested(s)).toEqual([0, 0]);
    near(swapLast(matmul(svd(ones([4, 3])).u, eye(3))), swapLast(svd(ones([4, 3])).u));
    near(matmul(swapLast(svd(ones([4, 3])).u), svd(ones([4, 3])).u), eye(3));
  });
  test("of what is not finite is NaN", () => {
    const { u, s, v } = svd(
      array([
        [1, Infinity],
        [0, 1],
      ]),
    );
    expect([u, s, v].map(allNaN)).toEqual([true, true, true]);
  });
});

describe("conditionNumber", () => {
  test.each(cases)("agrees with NumPy: %s", (_, { a, conditionNumber: wanted }) => {
    if (wanted === undefined) return;
    near(conditionNumber(array(a) as NDArray), array(wanted) as NDArray, 1e-10);
  });
  test("is infinite where a singular value is 0, NaN where a number is not finite, and does not depend on scale", () => {
    expect(item(conditionNumber(zeros([2, 3])))).toBe(Infinity);
    expect(
      item(
        conditionNumber(
          array([
            [1, 1],
            [1, 1],
          ]),
        ),
      ),
    ).toBe(Infinity);
    expect(item(conditionNumber(array([[NaN]])))).toBeNaN();
    const a = random(1, 4, 3);
    expect(item(conditionNumber(mul(a, 2 ** 900)))).toBe(item(conditionNumber(a)));
  });
});

describe("pinv", () => {
  test.each(cases)("agrees with NumPy: %s", (_, { a, pinv: wanted }) =>
    near(pinv(array(a) as NDArray), array(wanted) as NDArray, 1e-11),
  );
  test("has the four properties of Penrose, at every rank", () =>
    asserted(({ a }) => {
      const n = a.shape.at(-1) ?? 0;
      for (const matrix of [a, matmul(matmul(a, random(5, n, 2)), random(6, 2, n))]) {
        const p = pinv(matrix);
        const size = Math.max(1, ...numbers(p).map(Math.abs)) ** 2;
        const [left, right] = [matmul(matrix, p), matmul(p, matrix)];
        near(matmul(left, matrix), matrix, 1e-11 * size);
        near(matmul(right, p), p, 1e-11 * size);
        near(swapLast(left), left, 1e-11 * size);
        near(swapLast(right), right, 1e-11 * size);
      }
    }));
  test("of zeros is zeros, of what is not finite NaN, and of nothing nothing", () => {
    expect(toNested(pinv(zeros([2, 1])))).toEqual([[0, 0]]);
    expect(allNaN(pinv(array([[1, Infinity]])))).toBe(true);
    expect(pinv(zeros([2, 0, 3])).shape).toEqual([2, 3, 0]);
  });
  test("leaves out what is small beside the first pivot", () => {
    const a = array([
      [1, 1],
      [1, 1 + 1e-6],
    ]);
    near(pinv(a, { rcond: 1e-5 }), mul(ones([2, 2]), 0.25), 1e-6);
    near(sub(matmul(pinv(a), a), eye(2)), zeros([2, 2]), 1e-8);
  });
});

test.each<readonly [string, new () => Error, () => unknown]>([
  ["qr: a matrix is needed, not [3]", ShapeError, () => qr(dynamic(ones([3])))],
  ["pinv: a matrix is needed, not []", ShapeError, () => pinv(dynamic(ones([])))],
  ["svd: a matrix is needed, not [3]", ShapeError, () => svd(dynamic(ones([3])))],
  ["conditionNumber: a matrix without elements has none: [0, 3]", ShapeError, () => conditionNumber(ones([0, 3]))],
  ["lstsq: a matrix is needed, not [3]", ShapeError, () => lstsq(ones([3]), dynamic(ones([3])))],
  ["lstsq: the right-hand side is a scalar", ShapeError, () => lstsq(ones([3, 2]), dynamic(ones([])))],
  ["lstsq: sizes differ: [3, 2] and [2] (3 is not 2)", ShapeError, () => lstsq(ones([3, 2]), dynamic(ones([2])))],
  [
    "lstsq: batch axes: cannot broadcast [2] with [4]: 2 is not 4",
    ShapeError,
    () => lstsq(ones([2, 3, 2]), dynamic(ones([4, 3, 1]))),
  ],
  [
    "lstsq: rcond is a number from 0 to below 1, not -1.",
    DomainError,
    () => lstsq(ones([3, 2]), ones([3]), { rcond: -1 }),
  ],
  ["pinv: rcond is a number from 0 to below 1, not NaN.", DomainError, () => pinv(ones([3, 2]), { rcond: NaN })],
])("refuses what does not fit: %s", (message, kind, run) => {
  expect(run).toThrow(kind);
  expect(run).toThrow(message);
});
