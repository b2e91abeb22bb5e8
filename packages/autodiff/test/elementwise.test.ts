import * as core from "@gradfold/core";
import { array, item, type NDArray, sum, toTypedArray } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad } from "../src/index.ts";

/* Derivatives at kinks and in tails, and of derivatives. */

type Unary = (x: NDArray) => NDArray;

const slopes = (f: Unary, points: readonly number[]): readonly number[] =>
  Array.from(toTypedArray(grad((x: NDArray) => sum(f(x)))(array(points)))).map((value) => value + 0);

describe("At a kink the derivative is the stated one", () => {
  test.each<readonly [string, Unary, readonly number[], readonly number[]]>([
    ["relu is flat at 0", core.relu, [-1, 0, 1, NaN], [0, 0, 1, NaN]],
    ["abs is flat at 0", core.abs, [-1, 0, -0, 1], [-1, 0, 0, 1]],
    ["sign is flat", core.sign, [-1, 0, 1], [0, 0, 0]],
    [
      "roundings are flat",
      (x) => core.add(core.floor(x), core.add(core.ceil(x), core.round(x))),
      [0, 0.5, 1],
      [0, 0, 0],
    ],
    ["leakyRelu has its slope at 0", (x) => core.leakyRelu(x, 0.25), [-1, 0, 1], [0.25, 0.25, 1]],
    ["elu has alpha at 0", (x) => core.elu(x, 2), [0, 1, 1e4], [2, 1, 1]],
    ["clip counts its bounds as inside", (x) => core.clip(x, { min: -1, max: 1 }), [-2, -1, 0, 1, 2], [0, 1, 1, 1, 0]],
    ["a tie of maximum is split", (x) => core.maximum(x, 1), [0, 1, 2], [0, 0.5, 1]],
    ["x^2 is flat at 0", (x) => core.pow(x, 2), [-1, 0, 1], [-2, 0, 2]],
    ["x^1 is a line", (x) => core.pow(x, 1), [-1, 0, 1], [1, 1, 1]],
    ["x^0 is flat", (x) => core.pow(x, 0), [-1, 0, 1], [0, 0, 0]],
    ["√x is steep at 0", (x) => core.pow(x, 0.5), [0, 4], [Infinity, 0.25]],
    ["0^x is flat", (x) => core.pow(0, x), [0, 1, 2], [0, 0, 0]],
    ["a remainder is a line", (x) => core.remainder(x, 3), [-1, 1, 4], [1, 1, 1]],
    ["and falls by the quotient", (x) => core.remainder(7, x), [2, 3, -3], [-3, -2, 3]],
  ])("%s", (_, f, points, wanted) => {
    expect(slopes(f, points)).toEqual(wanted);
  });

  test("bounds of clip get the derivatives of what they hold back", () => {
    const bounded = (bounds: { min: NDArray; max: NDArray }) => sum(core.clip(array([-2, -1, 0, 1, 2]), bounds));
    const found = grad(bounded)({ min: array(-1), max: array(1) });
    expect([item(found.min), item(found.max)]).toEqual([1, 1]);
  });
  test("a slope is learnt from where it is used", () => {
    expect(item(grad((slope: NDArray) => sum(core.leakyRelu(array([-2, 0, 3]), slope)))(array(0.1)))).toBe(-2);
    expect(item(grad((alpha: NDArray) => sum(core.elu(array([-1e4, 0, 1e4]), alpha)))(array(1)))).toBe(-1);
  });
});

describe("In the tails the derivative is finite and right", () => {
  test.each<readonly [string, Unary, readonly number[], readonly number[]]>([
    ["sigmoid", core.sigmoid, [-1e4, -740, 1e4], [0, 4.199558e-322, 0]],
    ["softplus", core.softplus, [-1e4, -700, 40, 1e4], [0, 9.85967654375977e-305, 1, 1]],
    ["logSigmoid", core.logSigmoid, [-1e4, -40, 700, 1e4], [1, 1, 9.85967654375977e-305, 0]],
    ["silu", core.silu, [-1e4, 1e4], [0, 1]],
    ["gelu", (x) => core.gelu(x), [-1e4, 1e4], [0, 1]],
    ["gelu, approximately", (x) => core.gelu(x, { approximate: true }), [-1e4, 1e4], [0, 1]],
    ["tanh", core.tanh, [-1e4, 1e4], [0, 0]],
    ["erf", core.erf, [-1e4, 1e4], [0, 0]],
    ["elu", (x) => core.elu(x, 1), [-1e4, -700, 1e4], [0, 9.85967654375977e-305, 1]],
    ["expm1", core.expm1, [-1e4, -700], [0, 9.85967654375977e-305]],
    ["atan", core.atan, [-1e200, 1e200], [0, 0]],
    ["log1p", core.log1p, [1e300], [1e-300]],
  ])("of %s", (_, f, points, wanted) => {
    slopes(f, points).forEach((slope, i) => {
      expect(Math.abs(slope - (wanted[i] ?? NaN))).toBeLessThanOrEqual(1e-14 * (wanted[i] ?? 0) + 5e-324);
    });
    const bent = slopes((x) => grad((y: NDArray) => sum(f(y)))(x), points);
    for (const value of bent) expect(Math.abs(value)).toBeLessThan(1);
  });
});

test("the derivative of what was chosen is not spoilt by the other side, its operand guarded or not", () => {
  const guarded: Unary = (x) => {
    const positive = core.greater(x, 0);
    return core.where(positive, core.log(core.where(positive, x, 1)), 0);
  };
  expect(slopes(guarded, [-1, 0, 2])).toEqual([0, 0, 0.5]);
  expect(slopes((x) => core.where(core.greater(x, 0), core.log(x), 0), [-1, 0, 2])).toEqual([0, 0, 0.5]);
});

/** Every function of one number, with a point where it is smooth. */
const smooth: readonly (readonly [string, Unary, number])[] = [
  ["log1p", core.log1p, 0.3],
  ["expm1", core.expm1, 0.3],
  ["rsqrt", core.rsqrt, 0.7],
  ["reciprocal", core.reciprocal, 0.7],
  ["sin", core.sin, 0.7],
  ["cos", core.cos, 0.7],
  ["tan", core.tan, 0.7],
  ["asin", core.asin, 0.4],
  ["acos", core.acos, 0.4],
  ["atan", core.atan, 0.4],
  ["sinh", core.sinh, 0.7],
  ["cosh", core.cosh, 0.7],
  ["tanh", core.tanh, 0.7],
  ["sigmoid", core.sigmoid, 0.7],
  ["logSigmoid", core.logSigmoid, 0.7],
  ["softplus", core.softplus, 0.7],
  ["silu", core.silu, 0.7],
  ["gelu", (x) => core.gelu(x), 0.7],
  ["gelu, approximately", (x) => core.gelu(x, { approximate: true }), 0.7],
  ["erf", core.erf, 0.7],
  ["elu", (x) => core.elu(x, 1.5), -0.7],
  ["leakyRelu squared", (x) => core.square(core.leakyRelu(x, 0.1)), -0.7],
  ["relu squared", (x) => core.square(core.relu(x)), 0.7],
  ["x^2.5", (x) => core.pow(x, 2.5), 0.7],
  ["2.5^x", (x) => core.pow(2.5, x), 0.7],
  ["x^x", (x) => core.pow(x, x), 0.7],
  ["atan2(x, 2)", (x) => core.atan2(x, 2), 0.7],
  ["atan2(2, x)", (x) => core.atan2(2, x), 0.7],
  ["a product with a remainder", (x) => core.mul(x, core.remainder(x, 0.4)), 0.7],
  ["a clipped square", (x) => core.square(core.clip(x, { max: 1 })), 0.7],
];

test.each(smooth)("the derivative of the derivative of %s is what differences find, and so is the third", (_, f, x) => {
  const scalar = (g: Unary) => (t: number) => item(g(array(t)));
  let before: Unary = f;
  for (const tolerance of [1e-8, 1e-7, 1e-6]) {
    const inner = before;
    const g: Unary = grad((y: NDArray) => sum(inner(y)));
    const at = scalar(inner);
    const h = 2 ** -10;
    const wanted = (8 * (at(x + h) - at(x - h)) - (at(x + 2 * h) - at(x - 2 * h))) / (12 * h);
    expect(Math.abs(scalar(g)(x) - wanted)).toBeLessThan(tolerance * (1 + Math.abs(wanted)));
    before = g;
  }
});
