import {
  add,
  arange,
  array,
  concatenate,
  matmul,
  mul,
  type NDArray,
  ones,
  reshape,
  sin,
  slice,
  sum,
  tanh,
  toTypedArray,
  tree,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad, jacrev, jvp, program, scan, vmap } from "../src/index.ts";

/* vmap that takes a stack some rows at a time. */

const n = 7;
const xs = sin(add(1, reshape(arange(3 * n), [n, 3])));
const w = array([0.3, -1.2, 0.7]);
const row = (x: NDArray) => ({ total: sum(mul(w, tanh(x))), all: [sin(x), mul(x, x)] });
const sizes = [1, 2, 3, 6, 7, 8, 100];

const bitsOf = (x: unknown) => tree.leaves(x).map((leaf) => [leaf.dtype, leaf.shape, [...toTypedArray(leaf)]]);

describe("vmap with a chunk of rows", () => {
  test.each(sizes)("gives the bits of the whole stack for operations on single rows: %i at a time", (chunk) => {
    expect(bitsOf(vmap(row, { chunk })(xs))).toEqual(bitsOf(vmap(row)(xs)));
    const jacobians = jacrev((x: NDArray) => mul(sum(x), sin(x)));
    expect(bitsOf(vmap(jacobians, { chunk })(xs))).toEqual(bitsOf(vmap(jacobians)(xs)));
  });
  test.each(sizes)("gives for any operation the bits of vmap of each chunk: %i at a time", (chunk) => {
    const table = sin(reshape(arange(3 * 300), [3, 300]));
    const f = (x: NDArray) => matmul(tanh(matmul(x, table)), sin(reshape(arange(600), [300, 2])));
    const parts: NDArray[] = [];
    for (let start = 0; start < n; start += chunk) parts.push(vmap(f)(slice(xs, [[start, start + chunk]])));
    expect(bitsOf(vmap(f, { chunk })(xs))).toEqual(bitsOf(concatenate(parts)));
  });
  test.each(sizes)("maps the axes of every leaf, and leaves alone what is the same for all: %i at a time", (chunk) => {
    const f = (p: { a: NDArray; b: NDArray }, c: NDArray) => ({ a: add(p.a, p.b), b: mul(p.b, 2), c });
    const axes = { inAxes: [{ a: 1, b: null }, null], outAxes: { a: -1, b: null, c: 0 } } as const;
    const args = [{ a: reshape(xs, [3, n]), b: ones([3]) }, array(5, { dtype: "int32" })] as const;
    expect(bitsOf(vmap(f, { ...axes, chunk })(...args))).toEqual(bitsOf(vmap(f, axes)(...args)));
  });
  test("takes a stack of no rows", () => {
    expect(vmap(row, { chunk: 2 })(ones([0, 3])).total.shape).toEqual([0]);
  });
  test("works inside of every transform, and around it", () => {
    const f = (chunk?: number) => (x: NDArray) => vmap(row, chunk === undefined ? {} : { chunk })(x).total;
    const loss = (chunk?: number) => (x: NDArray) => sum(mul(f(chunk)(x), sin(add(1, arange(n)))));
    const wanted = bitsOf(grad(loss())(xs));
    expect(bitsOf(grad(loss(3))(xs))).toEqual(wanted);
    expect(bitsOf(program.evaluate(program.of(grad(loss(3)))(xs), [xs])[0])).toEqual(wanted);
    expect(bitsOf(jvp(f(3), [xs], [sin(xs)]))).toEqual(bitsOf(jvp(f(), [xs], [sin(xs)])));
    const two = reshape(concatenate([xs, sin(xs)]), [2, n, 3]);
    expect(bitsOf(vmap(f(3))(two))).toEqual(bitsOf(vmap(f())(two)));
    expect(bitsOf(vmap(f(3), { chunk: 1 })(two))).toEqual(bitsOf(vmap(f())(two)));
    expect(bitsOf(scan((c, x) => [c, f(3)(x)], null, two))).toEqual(bitsOf(scan((c, x) => [c, f()(x)], null, two)));
  });
  test("sums a gradient of what is the same for all rows chunk by chunk", () => {
    const f = (x: NDArray) => (v: NDArray) => sum(vmap((r: NDArray) => sum(mul(v, sin(r))), { chunk: 2 })(x));
    const [first, second, third, last] = [0, 2, 4, 6].map((start) => grad(f(slice(xs, [[start, start + 2]])))(w));
    if (!first || !second || !third || !last) throw new Error("four chunks are needed");
    const loops = add(add(add(mul(w, 0), third), second), first);
    expect(bitsOf(grad(f(xs))(w))).toEqual(bitsOf(add(last, loops)));
  });
  test("is one loop inside of a transform, however many rows there are", () => {
    const jacobians = vmap(
      jacrev((x: NDArray) => mul(sum(x), sin(x))),
      { chunk: 4 },
    );
    const count = (rows: number): number => program.of((x: NDArray) => jacobians(x))(ones([rows, 3])).equations.length;
    expect(count(42)).toBe(count(402));
  });
});
