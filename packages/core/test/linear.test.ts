import { describe, expect, test } from "vitest";
import {
  allClose,
  array,
  broadcastTo,
  cholesky,
  eye,
  inverse,
  matmul,
  type NDArray,
  ones,
  reshape,
  solve,
  stack,
  toNested,
  toTypedArray,
  transpose,
  triangularSolve,
  zeros,
} from "../src/index.ts";
import { noise } from "./laws/noise.ts";

const random = (seed: number, ...shape: readonly number[]): NDArray => {
  const next = noise(seed);
  return reshape(array(Array.from({ length: shape.reduce((n, k) => n * k, 1) }, () => next())), shape);
};

const swap = (x: NDArray): NDArray =>
  transpose(x, [...x.shape.keys()].toSpliced(-2, 2, x.shape.length - 1, x.shape.length - 2));
const allNaN = (x: NDArray): boolean => toTypedArray(x).every((value) => Number.isNaN(value));
const dynamic = (x: NDArray) => x as never;

describe("solve", () => {
  test.each([1, 2, 3, 8, 33, 100])("solves %i equations", (n) => {
    const [a, b, v] = [random(n, n, n), random(n + 1, n, 4), random(n + 2, n)];
    expect(allClose(matmul(a, solve(a, b)), b, { rtol: 1e-10, atol: 1e-10 })).toBe(true);
    expect(allClose(matmul(a, solve(a, v)), v, { rtol: 1e-10, atol: 1e-10 })).toBe(true);
    expect(allClose(matmul(inverse(a), a), eye(n), { rtol: 1e-9, atol: 1e-9 })).toBe(true);
  });
  test("chooses the largest pivot", () => {
    expect(
      toNested(
        solve(
          array([
            [0, 1],
            [1, 0],
          ]),
          array([2, 3]),
        ),
      ),
    ).toEqual([3, 2]);
    // Without pivoting, 1e-20 as a pivot would lose the second equation.
    expect(
      toNested(
        solve(
          array([
            [1e-20, 1],
            [1, 1],
          ]),
          array([1, 2]),
        ),
      ),
    ).toEqual([1, 1]);
  });
  test("broadcasts stacks", () => {
    const [a, b] = [random(1, 2, 1, 3, 3), random(2, 4, 3, 2)];
    const x = solve(a, b);
    expect(x.shape).toEqual([2, 4, 3, 2]);
    expect(allClose(matmul(a, x), broadcastTo(b, [2, 4, 3, 2]), { rtol: 1e-11, atol: 1e-11 })).toBe(true);
    expect(solve(a, ones([3])).shape).toEqual([2, 1, 3]);
  });
  test("gives NaN for singular matrices, and for those beside them in a stack what it should", () => {
    expect(
      allNaN(
        solve(
          array([
            [1, 2],
            [2, 4],
          ]),
          ones([2]),
        ),
      ),
    ).toBe(true);
    expect(allNaN(solve(zeros([3, 3]), ones([3, 2])))).toBe(true);
    expect(
      allNaN(
        solve(
          array([
            [1, 1, 0],
            [1, 1, 0],
            [0, 0, 1],
          ]),
          ones([3]),
        ),
      ),
    ).toBe(true);
    expect(toNested(inverse(stack([zeros([1, 1]), array([[4]])])))).toEqual([[[NaN]], [[0.25]]]);
    expect(
      allNaN(
        solve(
          array([
            [NaN, 1],
            [1, 1],
          ]),
          ones([2]),
        ),
      ),
    ).toBe(true);
  });
  test("takes empty systems", () => {
    expect(solve(zeros([0, 0]), zeros([0])).shape).toEqual([0]);
    expect(solve(zeros([0, 0]), zeros([0, 3])).shape).toEqual([0, 3]);
    expect(solve(ones([2, 2]), zeros([2, 0])).shape).toEqual([2, 0]);
    expect(inverse(zeros([0, 0])).shape).toEqual([0, 0]);
  });
  test("takes integers as float64 and keeps float32", () => {
    const a = array(
      [
        [2, 0],
        [0, 4],
      ],
      { dtype: "int32" },
    );
    expect(toNested(solve(a, array([1, 2], { dtype: "int32" })))).toEqual([0.5, 0.5]);
    expect(solve(ones([1, 1], { dtype: "float32" }), ones([1], { dtype: "float32" })).dtype).toBe("float32");
    expect(inverse(eye(2, { dtype: "float32" })).dtype).toBe("float32");
  });
  test.each<readonly [string, () => unknown]>([
    ["solve: the matrix must be square, not [2, 3]", () => solve(ones([2, 3]), dynamic(ones([2])))],
    ["solve: the matrix must be square, not [3]", () => solve(ones([3]), dynamic(ones([3])))],
    ["solve: the right-hand side is a scalar. Use div", () => solve(ones([2, 2]), dynamic(ones([])))],
    ["solve: sizes differ: [3, 3] and [2] (3 is not 2)", () => solve(ones([3, 3]), dynamic(ones([2])))],
    ["solve: sizes differ: [3, 3] and [2, 3] (3 is not 2)", () => solve(ones([3, 3]), dynamic(ones([2, 3])))],
    [
      "solve: batch axes: cannot broadcast [2] with [4]: 2 is not 4",
      () => solve(ones([2, 3, 3]), dynamic(ones([4, 3, 1]))),
    ],
    ["inverse: the matrix must be square, not [2, 3]", () => inverse(dynamic(ones([2, 3])))],
    ["cholesky: the matrix must be square, not [2, 3]", () => cholesky(dynamic(ones([2, 3])))],
    ["cholesky: the matrix must be square, not []", () => cholesky(dynamic(ones([])))],
    [
      "triangularSolve: sizes differ: [2, 2] and [3] (2 is not 3)",
      () => triangularSolve(ones([2, 2]), dynamic(ones([3]))),
    ],
  ])("refuses what does not fit: %s", (message, run) => expect(run).toThrow(message));
});

describe("triangularSolve", () => {
  test("looks at one triangle only", () => {
    const a = array([
      [2, NaN],
      [1, 4],
    ]);
    expect(toNested(triangularSolve(a, array([2, 9])))).toEqual([1, 2]);
    expect(toNested(triangularSolve(transpose(a), array([4, 8]), { lower: false }))).toEqual([1, 2]);
  });
  test("divides by what stands on the diagonal", () => {
    expect(toNested(triangularSolve(array([[0]]), array([1])))).toEqual([Infinity]);
    expect(toNested(triangularSolve(array([[0]]), array([0])))).toEqual([NaN]);
  });
  test.each([1, 2, 5, 40])("solves %i equations", (n) => {
    const l = cholesky(matmul(random(n, n, n), transpose(random(n, n, n))));
    const b = random(9, n, 3);
    expect(allClose(matmul(l, triangularSolve(l, b)), b, { rtol: 1e-10, atol: 1e-10 })).toBe(true);
    const u = transpose(l);
    expect(allClose(matmul(u, triangularSolve(u, b, { lower: false })), b, { rtol: 1e-9, atol: 1e-9 })).toBe(true);
  });
});

describe("cholesky", () => {
  test.each([1, 2, 3, 17, 64])("factors a matrix of %i rows", (n) => {
    const b = random(n, 2, n, n);
    const a = matmul(b, swap(b));
    const l = cholesky(a);
    expect(allClose(matmul(l, swap(l)), a, { rtol: 1e-12, atol: 1e-12 })).toBe(true);
    const list = toTypedArray(l);
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(list[i * n + j]).toBe(0);
  });
  test("gives NaN from the first row on that shows that a matrix is not positive definite", () => {
    expect(
      toNested(
        cholesky(
          array([
            [4, 2],
            [2, -1],
          ]),
        ),
      ),
    ).toEqual([
      [2, 0],
      [1, NaN],
    ]);
    expect(toNested(cholesky(zeros([2, 2])))).toEqual([
      [NaN, 0],
      [NaN, NaN],
    ]);
    expect(toNested(cholesky(array([[NaN]])))).toEqual([[NaN]]);
    expect(toNested(cholesky(stack([array([[-1]]), array([[9]])])))).toEqual([[[NaN]], [[3]]]);
  });
  test("factors the symmetric part", () => {
    expect(
      toNested(
        cholesky(
          array([
            [4, 4],
            [0, 10],
          ]),
        ),
      ),
    ).toEqual([
      [2, 0],
      [1, 3],
    ]);
  });
  test("takes empty matrices and empty stacks", () => {
    expect(cholesky(zeros([0, 0])).shape).toEqual([0, 0]);
    expect(cholesky(zeros([0, 2, 2])).shape).toEqual([0, 2, 2]);
  });
  test("rounds once in float32", () => {
    const a = array(
      [
        [2, 1],
        [1, 3],
      ],
      { dtype: "float32" },
    );
    const wide = cholesky(
      array([
        [2, 1],
        [1, 3],
      ]),
    );
    expect(Array.from(toTypedArray(cholesky(a)))).toEqual(Array.from(toTypedArray(wide), Math.fround));
  });
});
