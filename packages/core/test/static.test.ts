import { describe, expect, test } from "vitest";
import {
  add,
  all,
  any,
  arange,
  argmax,
  argmin,
  array,
  broadcastTo,
  cholesky,
  concatenate,
  conditionNumber,
  div,
  dot,
  einsum,
  exp,
  expandDims,
  expectShape,
  eye,
  full,
  greater,
  inverse,
  linspace,
  logSoftmax,
  logSumExp,
  lstsq,
  matmul,
  max,
  maximum,
  mean,
  min,
  mul,
  type NDArray,
  norm,
  ones,
  onesLike,
  outer,
  pinv,
  prod,
  qr,
  random,
  reshape,
  type Shape,
  slice,
  softmax,
  solve,
  square,
  stack,
  std,
  sub,
  sum,
  svd,
  take,
  transpose,
  tree,
  triangularSolve,
  variance,
  zeros,
  zerosLike,
  pad,
  tile,
  repeat,
} from "../src/index.ts";
import type { Same } from "./is.ts";

/* Shapes are computed twice, by the compiler and at run time. Here both are held to the same sizes; `number` is any. */

const shaped =
  <T extends Shape>(...sizes: T) =>
  <V extends NDArray>(x: V & Same<NDArray<T>, V>): void => {
    expect(x.shape).toEqual(sizes);
  };

const key = random.key(0);
const [x, v] = [ones([100, 2]), ones([2])];
const n: number = 3;
const unknown: NDArray = ones([100, 2]);
const integers = <const N extends number>(count: N): NDArray<[N]> => zeros([count], { dtype: "int32" });

describe("the static shape is the one at run time", () => {
  test("of arrays that are made", () => {
    shaped()(array(5));
    shaped(2)(array([1, 2]));
    shaped(
      2,
      3,
    )(
      array([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    );
    shaped(0)(array([]));
    shaped<[number]>(4)(array(new Float64Array(4)));
    shaped(2, 2)(array([1, 2, 3, 4], { shape: [2, 2] }));
    shaped(2, 2)(array(new Float32Array(4), { shape: [2, 2] }));
    shaped<[number]>(3)(array(Array.from({ length: n }, () => 1)));
    shaped(100, 2)(x);
    shaped()(zeros([]));
    shaped<[number, 2]>(3, 2)(ones([n, 2]));
    shaped(3)(full([3], 7));
    shaped(4, 4)(eye(4));
    shaped(7)(arange(7));
    shaped(5)(linspace(0, 1, 5));
    shaped(100, 2)(zerosLike(x));
    shaped(2)(onesLike(v));
  });
  test("of random numbers", () => {
    shaped()(random.uniform(key));
    shaped(100)(random.uniform(key, [100], { min: -1 }));
    shaped(3, 2)(random.bits(key, [3, 2]));
    shaped(9)(random.permutation(key, 9));
    expect(random.split(key, 3)).toHaveLength(3);
  });
  test("of operands that broadcast", () => {
    shaped(100, 2)(exp(x));
    shaped()(square(3));
    shaped(100, 2)(add(x, 1));
    shaped(100, 2)(sub(1, x));
    shaped(100, 2)(mul(x, v));
    shaped(100, 2)(div(v, x));
    shaped(4, 3)(add(ones([4, 1]), ones([1, 3])));
    shaped(5, 4, 3)(maximum(ones([4, 1]), ones([5, 1, 3])));
    shaped(8, 2, 3, 4, 5, 6, 7, 8)(add(ones([1, 2, 3, 4, 5, 6, 7, 8]), ones([8, 1, 3, 1, 5, 1, 7, 1])));
    shaped(0, 3)(add(ones([0, 3]), ones([3])));
    shaped(0)(add(ones([0]), ones([1])));
    shaped(100, 2)(greater(x, v));
    shaped<[3, 2]>(3, 2)(add(ones([n, 2]), ones([3, 2])));
    shaped<[number, 2]>(3, 2)(add(ones([n, 1]), ones([2])));
  });
  test("of sums and means", () => {
    shaped()(sum(x));
    shaped(2)(sum(x, 0));
    shaped(100)(mean(x, -1));
    shaped(100)(sum(x, [1]));
    shaped(3)(sum(ones([2, 3, 4]), [0, -1]));
    shaped()(sum(x, [0, 1]));
    shaped(100, 2)(sum(x, []));
    shaped(1, 1)(mean(x, undefined, { keepDims: true }));
    shaped(100, 1)(sum(x, 1, { keepDims: true }));
    shaped(1, 3, 1)(sum(ones([2, 3, 4]), [0, 2], { keepDims: true }));
    shaped()(sum(5));
    shaped<[number]>(3)(sum(ones([n, 2]), 1));
  });
  test("of other reductions", () => {
    shaped(2)(max(x, 0));
    shaped(100, 1)(min(x, -1, { keepDims: true }));
    shaped(3)(prod(ones([2, 3, 4]), [0, -1]));
    shaped(1, 1)(norm(x, undefined, { keepDims: true, ord: 1 }));
    shaped(1, 2)(std(x, 0, { keepDims: true, ddof: 1 }));
    shaped()(variance(x));
    shaped(100)(argmax(x, 1));
    shaped(2, 1, 4)(argmin(ones([2, 3, 4]), 1, { keepDims: true }));
    shaped(2)(all(x, 0));
    shaped()(any(x));
    shaped<[number]>(3)(logSumExp(ones([n, 2]), 1));
    shaped(100, 2)(softmax(x));
    shaped(100, 2)(logSoftmax(x, 0));
  });
  test("of contractions and systems of equations", () => {
    const square = eye(3);
    shaped()(dot(v, v));
    shaped(2, 3)(outer(v, ones([3])));
    shaped(2, 4)(einsum("ij,jk->ik", ones([2, 3]), ones([3, 4])));
    shaped(4, 5, 2)(einsum("bij,bjk->kbi", ones([5, 2, 3]), ones([5, 3, 4])));
    shaped(3)(einsum("ii->i", square));
    shaped()(einsum("i,i->", v, v));
    shaped<[number, 4]>(3, 4)(einsum("ij,jk->ik", ones([n, 2]), ones([2, 4])));
    shaped(3)(solve(square, ones([3])));
    shaped(3, 2)(solve(square, ones([3, 2])));
    shaped(5, 3)(solve(broadcastTo(square, [5, 3, 3]), ones([3])));
    shaped(5, 4, 3, 2)(solve(broadcastTo(square, [5, 1, 3, 3]), ones([4, 3, 2])));
    shaped(3)(triangularSolve(square, ones([3]), { lower: false }));
    shaped(3, 3)(inverse(square));
    shaped(2, 3, 3)(cholesky(broadcastTo(square, [2, 3, 3])));
    shaped(5, 3)(qr(ones([5, 3])).q);
    shaped(2, 3, 10)(qr(ones([2, 3, 10])).r);
    shaped(2, 3)(svd(ones([2, 3, 10])).s);
    shaped(2, 10, 3)(svd(ones([2, 3, 10])).v);
    shaped(2)(conditionNumber(ones([2, 3, 10])));
    shaped(2, 10, 3)(pinv(ones([2, 3, 10])));
    shaped(3)(lstsq(ones([5, 3]), ones([5])).solution);
    shaped(2, 4, 3, 2)(lstsq(ones([2, 1, 5, 3]), ones([4, 5, 2])).solution);
    shaped(2, 4, 2)(lstsq(ones([2, 1, 5, 3]), ones([4, 5, 2])).residualSumOfSquares);
    shaped(2)(lstsq(ones([2, 5, 3]), ones([5])).rank);
  });
  test("of products", () => {
    shaped(100)(matmul(x, v));
    shaped()(matmul(v, v));
    shaped(3)(matmul(v, ones([2, 3])));
    shaped(100, 3)(matmul(x, ones([2, 3])));
    shaped(5, 100, 3)(matmul(ones([5, 100, 2]), ones([2, 3])));
    shaped(5, 100, 3)(matmul(x, ones([5, 2, 3])));
    shaped(4, 5, 6, 3)(matmul(ones([5, 6, 2]), ones([4, 1, 2, 3])));
    shaped(5, 6)(matmul(ones([5, 6, 2]), v));
    shaped(5, 3)(matmul(v, ones([5, 2, 3])));
    shaped<[number, 4]>(3, 4)(matmul(ones([n, 2]), ones([2, 4])));
  });
  test("of moves", () => {
    shaped(2, 100)(transpose(x));
    shaped(4, 2, 3)(transpose(ones([2, 3, 4]), [2, 0, 1]));
    shaped<[2 | 3 | 4, 2, 3]>(4, 2, 3)(transpose(ones([2, 3, 4]), [-1, 0, 1]));
    shaped(50, 4)(reshape(x, [50, 4]));
    shaped<[number, 4]>(50, 4)(reshape(x, [-1, 4]));
    shaped(1, 100, 2)(expandDims(x, 0));
    shaped(100, 1, 2)(expandDims(x, 1));
    shaped(100, 2, 1)(expandDims(x, -1));
    shaped(3, 100, 2)(broadcastTo(x, [3, 100, 2]));
    shaped(100, 2)(expectShape(unknown, [100, 2]));
  });
  test("of slices", () => {
    shaped(2)(slice(x, [0]));
    shaped(100)(slice(x, [null, -1]));
    shaped()(slice(x, [3, 1]));
    shaped(5, 2)(slice(x, [[0, 5]]));
    shaped(50)(slice(x, [[null, null, -2], 0]));
    shaped(100, 2)(slice(x, []));
    shaped(4)(slice(ones([2, 3, 4]), [1, -1]));
  });
  test("of arrays that are taken and joined", () => {
    shaped(5, 2)(take(x, integers(5)));
    shaped(100, 5)(take(x, integers(5), 1));
    shaped(100, 5)(take(x, integers(5), -1));
    shaped(3, 4, 2)(take(x, reshape(integers(12), [3, 4])));
    shaped(3, 2)(stack([v, v, v]));
    shaped(2, 3)(stack([v, v, v], 1));
    shaped(2, 3)(stack([v, v, v], -1));
    shaped(100, 2, 2)(stack([x, x], 1));
    shaped(101, 2)(concatenate([x, ones([1, 2])]));
    shaped(100, 5)(concatenate([x, ones([100, 3])], 1));
    shaped(100, 6)(concatenate([x, x, x], -1));
  });
  test("of arrays that are repeated, widened or laid out anew", () => {
    shaped(200)(reshape(x, -1));
    shaped(200)(reshape(x, [-1]));
    shaped(1)(reshape(array(3), -1));
    shaped(100, 6)(tile(x, 3));
    shaped(12, 200, 2)(tile(x, [12, 2, 1]));
    shaped(0)(tile(v, 0));
    shaped(37)(repeat(ones([1]), 37));
    shaped(300, 2)(repeat(x, 3, 0));
    shaped(100, 24)(repeat(x, 12, -1));
    shaped(102, 4)(pad(x, 1));
    shaped(
      100,
      12,
    )(
      pad(x, [
        [0, 0],
        [1, 9],
      ]),
    );
  });
  test("of leaves of trees", () => {
    const params = { w: x, list: [v] as const };
    shaped(100, 2)(tree.map((leaf) => mul(leaf, 2), params).w);
    shaped(2)(tree.zerosLike(params).list[0]);
  });
});

describe("where the static shape is not known, it claims nothing", () => {
  const free = <V extends NDArray>(y: V & Same<NDArray, V>): NDArray => y;
  test("after an axis from the end that is not the last", () => {
    expect(free(stack([x, x, x], -2)).shape).toEqual([100, 3, 2]);
    expect(free(expandDims(x, -2)).shape).toEqual([100, 1, 2]);
  });
  test("after operands of unknown rank", () => {
    for (const y of [free(add(unknown, v)), free(transpose(unknown)), free(sum(unknown, 0)), free(matmul(unknown, v))])
      expect(y.shape.length).toBeLessThan(3);
  });
});
