import {
  add,
  array,
  cast,
  div,
  equal,
  less,
  maximum,
  minimum,
  mul,
  type NDArray,
  random,
  sub,
  sum,
  take,
  toNested,
  toTypedArray,
} from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { jit } from "../src/index.ts";
import { expectSameBits, floats, repeating } from "./bits.ts";
import { binary, unary } from "./operations.ts";

const special = [
  0,
  -0,
  1,
  -1,
  NaN,
  Infinity,
  -Infinity,
  5e-324,
  -5e-324,
  1e-45,
  -1e-45,
  1.1754943508222875e-38,
  2.2250738585072014e-308,
  3.4028234663852886e38,
  1.7976931348623157e308,
  0.1,
  -0.1,
  88.7,
  -103.9,
  709.7,
  -745.1,
  0.625,
  0.6249999,
  9.25,
  -9.25,
  22,
  1e-8,
  16777217,
  0.5,
  Math.SQRT1_2,
  Math.SQRT2,
  0.7,
  -1.3,
  2.9,
  -38.2,
  1.5,
  -2.5,
  3,
  823548.5,
  -823549,
  1e15,
  -1e22,
  2 ** 1000,
  -8.98846567431158e307,
];

describe.each(floats)("Special values of %s", (dtype) => {
  const x = array(special, { dtype });

  test.each(Object.keys(unary))("%s", (name) => {
    const f = unary[name] ?? ((x) => x);
    expectSameBits(jit(f)(x), f(x));
    const many = repeating(special, [67], dtype);
    expectSameBits(jit(f)(many), f(many));
  });

  test.each(Object.keys(binary))("%s of every pair", (name) => {
    const f = binary[name] ?? ((x) => x);
    const [a, b] = [
      array(
        special.map((v) => [v]),
        { dtype },
      ),
      x,
    ];
    expectSameBits(jit(f)(a, b), f(a, b));
  });
});

/** Numbers of all sizes and both signs, by the bits of pseudorandom words. */
const ofAllSizes = (seed: number, size: number, dtype: "float32" | "float64"): NDArray => {
  const words = toTypedArray(random.bits(random.key(seed), [size * 2]));
  const bits = Int32Array.from(words);
  const values = dtype === "float32" ? new Float32Array(bits.buffer) : new Float64Array(bits.buffer);
  return array(Array.from(values.subarray(0, size)), { dtype });
};

describe.each(floats)("Numbers of all sizes of %s", (dtype) => {
  const [x, y] = [ofAllSizes(1, 1500, dtype), ofAllSizes(2, 1500, dtype)];
  test.each(Object.keys(unary))("%s", (name) => {
    const f = unary[name] ?? ((z) => z);
    expectSameBits(jit(f)(x), f(x));
  });
  test.each(Object.keys(binary))("%s", (name) => {
    const f = binary[name] ?? ((z) => z);
    expectSameBits(jit(f)(x, y), f(x, y));
  });
});

test("Truths are computed with, stored and given back", () => {
  const f = (x: NDArray, y: NDArray) => [less(x, y), equal(less(x, y), equal(x, y)), mul(less(x, y), 0.5)];
  const [x, y] = [array([1, 2, NaN, -0, 5]), array([2, 2, NaN, 0, 4])];
  expectSameBits(jit(f)(x, y), f(x, y));
  const truths = less(x, y);
  const g = (t: NDArray) => [t, mul(t, x), cast(t, "float32")];
  expectSameBits(jit(g)(truths), g(truths));
});

test("Whole numbers meet floats, and are compared", () => {
  const n = array([2147483647, -2147483648, 16777217, 0, 7], { dtype: "int32" });
  const x = array([1.5, -2, 3, 0.1, 7], { dtype: "float32" });
  const f = (n: NDArray, x: NDArray) => [
    mul(n, x),
    cast(n, "float32"),
    less(n, x),
    maximum(n, n),
    sub(n, 0.5),
    minimum(n, x),
  ];
  expectSameBits(jit(f)(n, x), f(n, x));
});

test("A float64 counter works beside float32 arrays", () => {
  const f = (x: NDArray, step: NDArray) => [mul(x, 2), sub(step, -1), mul(x, cast(step, "float32"))];
  const [x, step] = [array([1, 2, 3], { dtype: "float32" }), array(7)];
  expectSameBits(jit(f)(x, step), f(x, step));
});

test("What depends on constants alone is computed beforehand, whatever the operation", () => {
  const table = array([3, 1, 2]);
  const f = (x: NDArray) => mul(take(table, array([2, 0], { dtype: "int32" })), add(x, div(1, 3)));
  expectSameBits(jit(f)(array([1, 2])), f(array([1, 2])));
});

test("A product with 1 and a quotient by 1 are the other operand, and a sum with 0 is not", () => {
  const one = array(1);
  const f = (x: NDArray) => [mul(x, one), mul(one, x), div(x, one), div(one, x), add(x, 0), sub(x, 0), mul(x, 0)];
  for (const dtype of floats) expectSameBits(jit(f)(array(special, { dtype })), f(array(special, { dtype })));
});

test("Ties of a maximum share their derivative", () => {
  const f = valueAndGrad((x: NDArray, y: NDArray) => sum(maximum(x, y)));
  const [x, y] = [array([1, 2, 3, NaN]), array([1, 3, 2, 0])];
  expectSameBits(jit(f)(x, y), f(x, y));
  expect(toNested(jit(f)(array([1, 2]), array([1, 2]))[1])).toEqual([0.5, 0.5]);
});
