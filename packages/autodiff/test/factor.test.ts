import {
  add,
  conditionNumber,
  eye,
  lstsq,
  matmul,
  mul,
  type NDArray,
  pinv,
  qr,
  random,
  slice,
  sum,
  svd,
  toTypedArray,
  transpose,
  zeros,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { checkGradients, grad, vmap } from "../src/index.ts";

const normal = (seed: number, ...shape: readonly number[]): NDArray => random.normal(random.key(seed), shape);

/** A function of all elements that treats no two of them alike. */
const mixed = (x: NDArray): NDArray => sum(mul(mul(x, x), normal(9, ...x.shape)));

const [tall, wide, stacked] = [normal(1, 5, 3), normal(2, 2, 4), normal(3, 2, 4, 3)];
const [left, right] = [normal(4, 5, 2), normal(5, 2, 3)];
const b = normal(6, 5, 2);

const ofOne: readonly (readonly [string, (a: NDArray) => NDArray, NDArray])[] = [
  ["Q of a tall matrix", (a) => mixed(qr(a).q), tall],
  ["R of a tall matrix", (a) => mixed(qr(a).r), tall],
  ["Q of a wide matrix", (a) => mixed(qr(a).q), wide],
  ["R of a wide matrix", (a) => mixed(qr(a).r), wide],
  ["R of a stack", (a) => mixed(qr(a).r), stacked],
  ["the singular vectors of a tall matrix", (a) => add(mixed(svd(a).u), mixed(svd(a).v)), tall],
  ["the singular vectors of a wide matrix", (a) => add(mixed(svd(a).u), mixed(svd(a).v)), wide],
  ["the singular values of a stack", (a) => mixed(svd(a).s), stacked],
  ["the condition number of a wide matrix", (a) => conditionNumber(a), wide],
  ["the pseudo-inverse of a tall matrix", (a) => mixed(pinv(a)), tall],
  ["the pseudo-inverse of a wide matrix", (a) => mixed(pinv(a)), wide],
  ["least squares of a vector", (a) => mixed(lstsq(a, slice(b, [null, 0])).solution), tall],
  ["least squares by the right-hand side", (x) => mixed(lstsq(tall, x).solution), b],
  ["the residual sum of squares", (a) => mixed(lstsq(a, b).residualSumOfSquares), tall],
  ["a shortest solution", (a) => mixed(lstsq(a, slice(b, [[0, 2]])).solution), wide],
  ["least squares of a stack", (a) => mixed(lstsq(a, slice(b, [[0, 4]])).solution), stacked],
];

describe("derivatives to the second order, forward and reverse", () => {
  test.each(ofOne)("of %s", (_, f, x) => checkGradients(f, [x], { order: 2 }));
  test("of R to the third order", () =>
    checkGradients((a: NDArray) => mixed(qr(a).r), [normal(7, 3, 2)], { order: 3 }));
  test("of the pseudo-inverse where rank is constant below the least size", () =>
    checkGradients((x: NDArray, y: NDArray) => mixed(pinv(matmul(x, y), { rcond: 1e-6 })), [left, right], {
      order: 2,
    }));
  test("of least squares likewise", () =>
    checkGradients(
      (x: NDArray, y: NDArray, z: NDArray) => mixed(lstsq(matmul(x, y), z, { rcond: 1e-6 }).solution),
      [left, right, b],
      { order: 2 },
    ));
});

describe("where singular values are equal or 0", () => {
  test("functions that do not depend on the choice of vectors have their derivatives", () => {
    const product = (a: NDArray): NDArray => {
      const { u, s, v } = svd(a);
      return mixed(matmul(mul(u, s), transpose(v)));
    };
    const wanted = toTypedArray(grad(mixed)(eye(3)));
    toTypedArray(grad(product)(eye(3))).forEach((x, i) => expect(x).toBeCloseTo(wanted[i] ?? NaN, 12));
    expect(toTypedArray(grad((a: NDArray) => sum(svd(a).s))(zeros([2, 2]))).every(Number.isFinite)).toBe(true);
  });
});

const bits = (x: NDArray): readonly number[] => [...new Uint8Array(toTypedArray(x).slice().buffer)];

describe("vmap", () => {
  const [matrices, columns] = [normal(1, 3, 5, 2), normal(2, 3, 5)];
  const at = (x: NDArray, i: number): NDArray => slice(x, [i]);
  const rows = [0, 1, 2];
  test("gives the bits of each matrix", () => {
    const all = vmap((a: NDArray) => [qr(a), pinv(a), grad((x: NDArray) => sum(qr(x).r))(a)] as const)(matrices);
    for (const i of rows) {
      const a = at(matrices, i);
      expect(bits(at(all[0].q, i))).toEqual(bits(qr(a).q));
      expect(bits(at(all[0].r, i))).toEqual(bits(qr(a).r));
      expect(bits(at(all[1], i))).toEqual(bits(pinv(a)));
      expect(bits(at(all[2], i))).toEqual(bits(grad((x: NDArray) => sum(qr(x).r))(a)));
    }
  });
  test("gives the bits of each right-hand side", () => {
    const a = at(matrices, 0);
    const ofSides = vmap((x: NDArray) => lstsq(a, x))(columns);
    const ofBoth = vmap((m: NDArray, x: NDArray) => lstsq(m, x))(matrices, columns);
    for (const i of rows) {
      const wanted = [lstsq(a, at(columns, i)), lstsq(at(matrices, i), at(columns, i))];
      [ofSides, ofBoth].forEach((found, k) => {
        expect(bits(at(found.solution, i))).toEqual(bits(wanted[k]?.solution ?? a));
        expect(bits(at(found.rank, i))).toEqual(bits(wanted[k]?.rank ?? a));
      });
    }
  });
});
