import {
  abs,
  add,
  array,
  cast,
  div,
  einsum,
  equal,
  floor,
  less,
  matmul,
  maximum,
  mul,
  type NDArray,
  neg,
  random,
  remainder,
  sign,
  square,
  sub,
  sum,
  where,
} from "@gradfold/core";
import { scan as eagerly } from "@gradfold/autodiff";
import { describe, test } from "vitest";
import { jit, scan } from "../src/index.ts";
import { expectSameBits, noise, repeating } from "./bits.ts";

const least = -(2 ** 31);
const greatest = 2 ** 31 - 1;
const edges = [least, least + 1, -65537, -65536, -2, -1, 0, 1, 2, 3, 65535, 65536, 65537, greatest - 1, greatest];

const words = (seed: number, shape: readonly number[]): NDArray => random.bits(random.key(seed), shape);

const whole = (n: number): NDArray => array(n, { dtype: "int32" });

const binary = { add, sub, mul, maximum, remainder, less, equal, div } as const;
const unary = { neg, abs, sign, square, floor } as const;

describe("Whole numbers wrap as in eager code", () => {
  test.each(Object.entries(binary))("%s", (_, f) => {
    const n = edges.length;
    const [x, y] = [
      array(
        edges.flatMap((a) => edges.map(() => a)),
        { dtype: "int32" },
      ),
      repeating(edges, [n * n], "int32"),
    ];
    expectSameBits(jit(f)(x, y), f(x, y));
    expectSameBits(jit(f)(words(1, [1001]), words(2, [1001])), f(words(1, [1001]), words(2, [1001])));
    expectSameBits(jit(f)(x, less(y, 0)), f(x, less(y, 0)));
  });

  test.each(Object.entries(unary))("%s", (_, f) => {
    const x = array(edges, { dtype: "int32" });
    expectSameBits(jit(f)(x), f(x));
    // No zero is negative, so nothing that it divides is.
    const over = (y: NDArray) => div(1, f(y));
    expectSameBits(jit(over)(x), over(x));
  });

  test("in chains, with floats between", () => {
    const f = (x: NDArray, y: NDArray) => {
      const z = add(mul(x, whole(747796405)), whole(1891336453));
      return [
        z,
        cast(div(z, 3), "int32"),
        mul(cast(z, "float32"), y),
        where(less(z, x), z, x),
        div(1, cast(y, "int32")),
      ];
    };
    const [x, y] = [words(3, [37]), noise(1, [37])];
    expectSameBits(jit(f)(x, y), f(x, y));
  });

  test("in casts", () => {
    const values = [...edges, ...edges.map((n) => n + 0.5), -0.5, -0, NaN, Infinity, -Infinity, 2 ** 31, 1e300, 1e-300];
    for (const dtype of ["float64", "float32"] as const) {
      const x = array(values, { dtype });
      const f = (y: NDArray) => [cast(y, "int32"), cast(y, "bool"), cast(cast(y, "int32"), dtype), cast(y, "float32")];
      expectSameBits(jit(f)(x), f(x));
    }
  });

  test("in products of matrices", () => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [2, 3, 4],
      [5, 9, 7],
      [1, 2000, 5],
      [33, 40, 1],
    ] as const) {
      const [x, y] = [words(m, [m, k]), words(n, [k, n])];
      expectSameBits(jit(matmul)(x, y), matmul(x, y));
      const truths = less(x, 0);
      expectSameBits(jit(matmul)(truths, y), matmul(truths, y));
    }
    const trace = (x: NDArray) => einsum("ij,ij->j", x, x);
    expectSameBits(jit(trace)(words(9, [300, 5])), trace(words(9, [300, 5])));
  });

  test("as a carry", () => {
    const body = (state: NDArray) => {
      const next = add(mul(state, whole(1664525)), whole(1013904223));
      return [next, cast(less(next, 0), "float32")] as const;
    };
    const start = array(1, { dtype: "int32" });
    expectSameBits(scan(body, start, null, { length: 50 }), eagerly(body, start, null, { length: 50 }));
  });

  test("and truths are counted", () => {
    const f = (x: NDArray) => [sum(less(x, 0)), sum(less(x, 0), 0), add(less(x, 0), less(x, 1))];
    for (const shape of [[5], [3000], [600, 5]]) expectSameBits(jit(f)(noise(1, shape)), f(noise(1, shape)));
  });
});
