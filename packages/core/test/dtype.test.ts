import { describe, expect, test } from "vitest";
import {
  abs,
  add,
  array,
  cast,
  concatenate,
  type DType,
  div,
  equal,
  exp,
  item,
  less,
  log,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  notEqual,
  type Operand,
  sign,
  sqrt,
  square,
  sub,
  sum,
  toNested,
} from "../src/index.ts";

const dtypes = ["float64", "float32", "int32", "bool"] as const;
const one = (dtype: DType) => array([1], { dtype });

/** The dtype of arithmetic between two: rows and columns as in `dtypes`. */
const arithmetic = [
  ["float64", "float64", "float64", "float64"],
  ["float64", "float32", "float32", "float32"],
  ["float64", "float32", "int32", "int32"],
  ["float64", "float32", "int32", "int32"],
] as const;

const pairs = dtypes.flatMap((a, i) => dtypes.map((b, j) => [a, b, arithmetic[i]?.[j] ?? "float64"] as const));

describe.each(pairs)("%s with %s", (a, b, wanted) => {
  test.each([
    ["add", add],
    ["sub", sub],
    ["mul", mul],
    ["maximum", maximum],
    ["minimum", minimum],
    ["matmul", matmul],
  ] as const)(`gives ${wanted} in %s`, (_, f: (x: never, y: never) => { readonly dtype: DType }) => {
    expect(f(one(a) as never, one(b) as never).dtype).toBe(wanted);
  });
  test("gives a float in a division and a truth in a comparison", () => {
    expect(div(one(a), one(b)).dtype).toBe(wanted === "int32" ? "float64" : wanted);
    expect([equal(one(a), one(b)).dtype, less(one(a), one(b)).dtype]).toEqual(["bool", "bool"]);
  });
});

test("a number beside a float array takes its dtype, beside others it is a float64", () => {
  const dtypeWith = (dtype: DType) => [add(one(dtype), 2).dtype, mul(0.5, one(dtype)).dtype];
  expect(dtypes.map(dtypeWith)).toEqual([
    ["float64", "float64"],
    ["float32", "float32"],
    ["float64", "float64"],
    ["float64", "float64"],
  ]);
  expect(item(mul(one("float32"), 0.1))).toBe(Math.fround(0.1));
  expect(add(1, 2).dtype).toBe("float64");
});

test("functions of real numbers take integers as float64", () => {
  for (const f of [exp, log, sqrt])
    expect(dtypes.map((dtype) => f(one(dtype)).dtype)).toEqual(["float64", "float32", "float64", "float64"]);
  for (const f of [neg, abs, sign, square])
    expect(dtypes.map((dtype) => f(one(dtype)).dtype)).toEqual(["float64", "float32", "int32", "int32"]);
});

test("a sum of truths counts them, of whatever rank", () => {
  expect([sum(array([true, false, true])).dtype, item(sum(array([true, false, true])))]).toEqual(["int32", 2]);
  expect([sum(array(true)).dtype, item(sum(array(true)))]).toEqual(["int32", 1]);
  expect(sum(array([true]), []).dtype).toBe("int32");
  expect(dtypes.map((dtype) => [sum(one(dtype)).dtype, mean(one(dtype)).dtype])).toEqual([
    ["float64", "float64"],
    ["float32", "float32"],
    ["int32", "float64"],
    ["int32", "float64"],
  ]);
});

test("concatenation promotes its parts", () => {
  expect(concatenate([one("int32"), one("float32")]).dtype).toBe("float32");
  expect(concatenate([one("bool"), one("bool")]).dtype).toBe("bool");
});

test("integer arithmetic wraps at 32 bits", () => {
  const big = array([2 ** 31 - 1, -(2 ** 31)], { dtype: "int32" });
  const two = array([2, 2], { dtype: "int32" });
  expect(toNested(add(big, two))).toEqual([-(2 ** 31) + 1, -(2 ** 31) + 2]);
  expect(toNested(mul(big, big))).toEqual([1, 0]);
  expect(toNested(neg(big))).toEqual([-(2 ** 31) + 1, -(2 ** 31)]);
});

describe("cast", () => {
  test.each<readonly [DType, readonly number[], DType, readonly (number | boolean)[]]>([
    ["float64", [1.9, -1.9, NaN, 1e10, -1e10, Infinity], "int32", [1, -1, 0, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1]],
    ["float64", [0, -0, 0.1, NaN], "bool", [false, false, true, true]],
    ["float64", [0.1, 1e300, 1e-300], "float32", [Math.fround(0.1), Infinity, 0]],
    ["float32", [0.1], "float64", [Math.fround(0.1)]],
    ["int32", [2 ** 24 + 1, -3], "float32", [2 ** 24, -3]],
    ["int32", [5, 0], "bool", [true, false]],
    ["bool", [1, 0], "float64", [1, 0]],
    ["bool", [1, 0], "int32", [1, 0]],
  ])("of %s %j to %s gives %j", (from, elements, to, wanted) => {
    const y = cast(array(elements, { dtype: from }), to);
    expect([y.dtype, toNested(y)]).toEqual([to, wanted]);
  });
  test("to an array's own dtype is the array", () => {
    const x = one("float32");
    expect(cast(x, "float32")).toBe(x);
  });
});

test("a large integer beside a float32 is rounded as by a cast", () => {
  const x = array([2 ** 24 + 1], { dtype: "int32" });
  const zero = array([0], { dtype: "float32" });
  expect(toNested(add(x, zero))).toEqual([2 ** 24]);
});

describe("special values", () => {
  const nan = array([NaN]);
  const values = (x: Operand) => toNested(x);
  test("NaN wins in maximum and minimum, and -0 is below 0", () => {
    expect([values(maximum(nan, 1)), values(minimum(1, nan))]).toEqual([[NaN], [NaN]]);
    expect([values(maximum(array([-0]), 0)), values(minimum(array([0]), -0))]).toEqual([[0], [-0]]);
  });
  test("NaN equals nothing and is less than nothing", () => {
    expect([values(equal(nan, nan)), values(notEqual(nan, nan)), values(less(nan, 1))]).toEqual([
      [false],
      [true],
      [false],
    ]);
  });
  test("sign keeps NaN and zeros", () => {
    expect(values(sign(array([-2, -0, 0, 3, NaN, -Infinity])))).toEqual([-1, -0, 0, 1, NaN, -1]);
  });
  test("division and roots follow IEEE 754", () => {
    expect(values(div(array([1, -1, 0]), array([0, 0, 0])))).toEqual([Infinity, -Infinity, NaN]);
    expect(values(sqrt(array([-1, -0, 2])))).toEqual([NaN, -0, Math.SQRT2]);
  });
});
