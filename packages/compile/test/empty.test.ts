import * as core from "@gradfold/core";
import {
  add,
  array,
  attempt,
  cast,
  either,
  eye,
  greater,
  less,
  matmul,
  mul,
  type NDArray,
  ones,
  random,
  reshape,
  type Shape,
  sort,
  sum,
  transpose,
  zeros,
} from "@gradfold/core";
import { cond, grad, hessian, jacfwd, jacrev, jvp, scan, vmap, whileLoop } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { operationOf } from "../../core/src/operations/family/operation.ts";
import { jit } from "../src/index.ts";

/* Shapes that hold nothing: every operation gives what its shape says under every transform, or refuses in its own words. */

type Unary = (x: NDArray) => NDArray;

const key = random.key(0);
const list = (x: NDArray) => reshape(x, [x.shape.reduce((size, n) => size * n, 1)]);
const first = array([0], { dtype: "int32" });
const none = zeros([0, 2], { dtype: "int32" });
const square = (x: NDArray): NDArray => add(matmul(x, transpose(x)), eye(x.shape[0] ?? 0));
const across = (x: NDArray): NDArray =>
  transpose(x, [...x.shape.map((_, i) => i).slice(0, -2), x.shape.length - 1, x.shape.length - 2]);

const isUnary = (f: unknown): f is Unary => operationOf(f)?.domain.length === 1;

const operations: Readonly<Record<string, Unary>> = {
  ...(Object.fromEntries(Object.entries(core).filter(([, f]) => isUnary(f))) as Readonly<Record<string, Unary>>),
  add: (x) => add(x, x),
  div: (x) => core.div(x, add(x, 2)),
  pow: (x) => core.pow(x, 2),
  maximum: (x) => core.maximum(x, 0),
  atan2: (x) => core.atan2(x, 1),
  remainder: (x) => core.remainder(x, 2),
  elu: (x) => core.elu(x, 1),
  clip: (x) => core.clip(x, { min: 0 }),
  where: (x) => core.where(greater(x, 0), x, 0),
  sum: (x) => sum(x, 0),
  mean: (x) => core.mean(x),
  "mean of rows": (x) => core.mean(x, -1),
  max: (x) => core.max(x),
  "max of rows": (x) => core.max(x, -1),
  "min of columns": (x) => core.min(x, 0),
  prod: (x) => core.prod(x, -1),
  logSumExp: (x) => core.logSumExp(x, 0),
  variance: (x) => core.variance(x, -1),
  std: (x) => core.std(x),
  norm: (x) => core.norm(x, -1),
  "norm by the greatest": (x) => core.norm(x, 0, { ord: "inf" }),
  all: (x) => core.all(greater(x, 0), 0),
  any: (x) => core.any(greater(x, 0)),
  argmax: (x) => core.argmax(x, -1),
  argmin: (x) => core.argmin(x),
  cumsum: (x) => core.cumsum(x, -1),
  "cumsum of columns": (x) => core.cumsum(x, 0),
  softmax: (x) => core.softmax(x),
  logSoftmax: (x) => core.logSoftmax(x, 0),
  sort: (x) => sort(x),
  "sort of columns": (x) => sort(x, 0),
  argsort: (x) => core.argsort(x),
  reshape: list,
  transpose: (x) => transpose(x),
  expandDims: (x) => core.expandDims(x, 0),
  flip: (x) => core.flip(x),
  roll: (x) => core.roll(x, 1, 0),
  tile: (x) => core.tile(x, [2, 2]),
  repeat: (x) => core.repeat(x, 2, 0),
  slice: (x) => core.slice(x, [[0, 1]]),
  concatenate: (x) => core.concatenate([x, x], 0),
  stack: (x) => core.stack([x, x]),
  split: (x) => core.concatenate(core.split(x, [x.shape[0] ?? 0], 0)),
  pad: (x) =>
    core.pad(
      x,
      x.shape.map(() => [1, 1] as const),
    ),
  set: (x) => core.set(x, [[0, 1]], 0),
  take: (x) => core.take(x, first),
  "take of nothing": (x) => core.take(x, none, 0),
  takeAlongAxis: (x) => core.takeAlongAxis(x, core.argsort(x, 0), 0),
  diagonal: (x) => core.diagonal(x),
  diag: (x) => core.diag(list(x)),
  tril: (x) => core.tril(x),
  matmul: (x) => matmul(x, across(x)),
  "matmul with a vector": (x) => matmul(x, ones([x.shape.at(-1) ?? 0])),
  outer: (x) => core.outer(list(x), list(x)),
  dot: (x) => core.dot(list(x), list(x)),
  einsum: (x) => core.einsum("ij,kj->ik", x, x),
  "einsum of all": (x) => core.einsum("ij->", x),
  searchSorted: (x) => core.searchSorted(core.arange(3), x),
  "searchSorted in nothing": (x) => core.searchSorted(list(x), array([1, 2])),
  oneHot: (x) => core.oneHot(cast(x, "int32"), 3),
  cast: (x) => cast(x, "float32"),
  broadcastTo: (x) => core.broadcastTo(x, [2, ...x.shape]),
  solve: (x) => core.solve(square(x), ones([x.shape[0] ?? 0])),
  inverse: (x) => core.inverse(square(x)),
  "q of qr": (x) => core.qr(x).q,
  "r of qr": (x) => core.qr(x).r,
  "u of svd": (x) => core.svd(x).u,
  "s of svd": (x) => core.svd(x).s,
  "v of svd": (x) => core.svd(x).v,
  conditionNumber: (x) => core.conditionNumber(x),
  pinv: (x) => core.pinv(x),
  lstsq: (x) => core.lstsq(x, x).solution,
  "least sum": (x) => core.lstsq(x, x).residualSumOfSquares,
  cholesky: (x) => core.cholesky(square(x)),
  triangularSolve: (x) => core.triangularSolve(square(x), x),
  categorical: (x) => random.categorical(key, x),
  permutation: (x) => random.permutation(key, x),
  choice: (x) => random.choice(key, x, [2]),
  "choice of none": (x) => random.choice(key, x, [0], { replace: false }),
  bernoulli: (x) => random.bernoulli(key, x.shape, { p: core.sigmoid(x) }),
  uniform: (x) => add(x, random.uniform(key, x.shape)),
  scan: (x) => scan((c: NDArray, row: NDArray) => [add(c, sum(row)), row], array(0), x)[1],
  cond: (x) =>
    cond(
      less(sum(x), 1),
      (y) => mul(y, 2),
      (y) => y,
      x,
    ),
  "a vmapped cond": (x) =>
    vmap((row: NDArray) =>
      cond(
        less(sum(row), 1),
        (y) => mul(y, 2),
        (y) => y,
        row,
      ),
    )(core.expectShape(x, x.shape as [number])),
};

const shapes: readonly Shape[] = [
  [0, 0],
  [0, 3],
  [2, 0],
  [1, 0],
  [3, 0, 2],
];

const ownNames = ["ShapeError", "DomainError"];

/** The shape of what a function gives, or the operation whose error it throws. */
const outcome = (f: () => NDArray): string => {
  const tried = attempt(f);
  if (either.isRight(tried)) return `[${tried.right.shape.join(", ")}]`;
  expect(ownNames).toContain(tried.left.name);
  return tried.left.message.split(":")[0] ?? "";
};

describe.each(Object.entries(operations))("%s", (_, f) => {
  test.each(shapes)("of %s, %s, %s", (...shape) => {
    const sizes = shape.filter((n) => n !== undefined);
    const x = zeros(sizes);
    const base = outcome(() => f(x));
    const isRefused = !base.startsWith("[");
    const inside = (text: string): string => text.slice(1, -1);
    const own = sizes.join(", ");
    const joined = (...parts: readonly string[]): string => `[${parts.filter((part) => part !== "").join(", ")}]`;
    const of = (...parts: readonly string[]): string => (isRefused ? base : joined(...parts));
    expect(outcome(() => jit(f)(x))).toBe(base);
    expect(outcome(() => vmap(f)(zeros([2, ...sizes])))).toBe(of("2", inside(base)));
    if (!isRefused) {
      expect(outcome(() => vmap(f)(zeros([0, ...sizes])))).toBe(of("0", inside(base)));
      expect(outcome(() => vmap(f, { inAxes: -1 })(zeros([...sizes, 0])))).toBe(of("0", inside(base)));
      expect(outcome(() => jit(vmap(f))(zeros([0, ...sizes])))).toBe(of("0", inside(base)));
      expect(outcome(() => vmap(vmap(f))(zeros([2, 0, ...sizes])))).toBe(of("2, 0", inside(base)));
      if (!f(x).dtype.startsWith("float")) return;
    }
    const total = (y: NDArray) => sum(f(y));
    expect(outcome(() => grad(total)(x))).toBe(of(own));
    expect(outcome(() => jvp(f, [x], [x])[1])).toBe(base);
    expect(outcome(() => jacrev(f)(x))).toBe(of(inside(base), own));
    expect(outcome(() => jacfwd(f)(x))).toBe(of(inside(base), own));
    expect(outcome(() => hessian(total)(x))).toBe(of(own, own));
    expect(outcome(() => jit(grad(total))(x))).toBe(of(own));
    expect(outcome(() => vmap(grad(total))(zeros([2, ...sizes])))).toBe(of("2", own));
    expect(
      outcome(() => grad((y: NDArray) => sum(vmap(f)(core.expectShape(y, [2, ...sizes]))))(zeros([2, ...sizes]))),
    ).toBe(of("2", own));
  });
});

test("a whileLoop of a stack of nothing ends at once", () => {
  const up = (x: NDArray) =>
    whileLoop(
      (y: NDArray) => less(sum(y), 0),
      (y) => add(y, 1),
      x,
    );
  expect(vmap(up)(zeros([0, 2])).shape).toEqual([0, 2]);
  expect(vmap(up)(zeros([2, 0])).shape).toEqual([2, 0]);
});
