import { allClose, mul, type NDArray, slice, stack, square, sum, toTypedArray } from "@gradfold/core";
import { isFloat } from "@gradfold/core/library";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../core/test/laws/catalogue.ts";
import { noise } from "../../core/test/laws/noise.ts";
import { checkGradients, customJvp, customVjp, grad, jacfwd, jacrev, jvp, linearize, vjp, vmap } from "../src/index.ts";
import { arrayOf, type Call, callsOf } from "./call.ts";

/* What holds for every operation of the library, through the transforms. */

/** Multiples of 1/1024, whose sums are exact in either dtype. */
const randomLike = (seed: number, { dtype, shape }: NDArray): NDArray => {
  const next = noise(seed);
  return arrayOf(dtype, shape, () => Math.round(1024 * next()) / 1024);
};

const product = (xs: readonly NDArray[], ys: readonly NDArray[]): number =>
  xs.reduce((total, x, k) => {
    const other = ys[k] ? toTypedArray(ys[k]) : [];
    return total + Array.from(toTypedArray(x)).reduce((part, xi, i) => part + xi * (other[i] ?? NaN), 0);
  }, 0);

const near = (a: NDArray, b: NDArray): void => {
  expect([a.shape, a.dtype]).toEqual([b.shape, b.dtype]);
  expect(allClose(a, b, { rtol: 1e-11, atol: 1e-11 })).toBe(true);
};

const nearAll = (a: readonly NDArray[], b: readonly NDArray[]): void => {
  expect(a).toHaveLength(b.length);
  a.forEach((x, i) => near(x, b[i] ?? x));
};

interface Tried {
  readonly name: string;
  /** The result is as precise as the operands. */
  readonly smooth: boolean;
  readonly float64: readonly Call[];
  readonly float32: readonly Call[];
}

/** Calls with a float result: the others have no derivatives to speak of. */
const withDerivatives = (calls: readonly Call[]): readonly Call[] =>
  calls.filter(({ f, xs }) => isFloat(f(...xs).dtype));

const tried = catalogue
  .map((entry): Tried => ({
    name: entry.name,
    smooth: entry.smooth,
    float64: withDerivatives(callsOf(entry, "float64")),
    float32: withDerivatives(callsOf(entry, "float32")),
  }))
  .filter(({ float64 }) => float64.length > 0);

test("the catalogue is tried", () => expect(tried.length).toBeGreaterThan(20));

describe.each(tried.map((each) => [each.name, each] as const))("%s", (_, { smooth, float64, float32 }) => {
  test.each([
    ["float64", float64],
    ["float32", float32],
  ] as const)("has the derivatives to order 2 that finite differences find, in %s", (_, calls) => {
    expect(calls.length).toBeGreaterThanOrEqual(12);
    for (const { f, xs } of calls) checkGradients((list: readonly NDArray[]) => f(...list), [xs], { order: 2 });
  });

  test("has a linear pullback, which is the adjoint of its linear tangent map", () => {
    for (const { f, xs } of float64) {
      const [y, pullback] = vjp(f, ...xs);
      const [u, w] = [randomLike(1, y), randomLike(2, y)];
      const v = xs.map((x, k) => randomLike(10 + k, x));
      const both = pullback(
        arrayOf(y.dtype, y.shape, (i) => 2 * (toTypedArray(u)[i] ?? 0) - (toTypedArray(w)[i] ?? 0)),
      );
      const parts = [pullback(u), pullback(w)];
      nearAll(
        both,
        xs.map((x, k) =>
          arrayOf("float64", x.shape, (i) => {
            const [a = NaN, b = NaN] = parts.map((list) => (list[k] ? toTypedArray(list[k])[i] : NaN));
            return 2 * a - b;
          }),
        ),
      );
      const [value, tangent] = jvp(f, xs, v);
      near(value, y);
      const [left, right] = [product([tangent], [u]), product(v, parts[0] ?? [])];
      expect(Math.abs(left - right)).toBeLessThanOrEqual((smooth ? 1e-11 : 1e-6) * (1 + Math.abs(left)));
      const [again, along] = linearize(f, ...xs);
      near(again, y);
      near(along(...v), tangent);
    }
  });

  test("gives under vmap what a loop gives, with its tangents and gradients", () => {
    for (const { f, xs } of float64.slice(0, 6)) {
      const turned = xs.map((x) =>
        arrayOf("float64", x.shape, (i) => toTypedArray(x)[x.shape.reduce((a, b) => a * b, 1) - 1 - i] ?? 0),
      );
      const loss = (list: readonly NDArray[]) => sum(square(f(...list)));
      const both = (list: readonly NDArray[]) => ({
        value: f(...list),
        gradient: grad(loss)(list),
        tangent: jvp(f, list, list)[1],
      });
      const [one, two] = [both(xs), both(turned)];
      const stacks = xs.map((x, k) => stack([x, turned[k] ?? x]));
      const batched = vmap(both)(stacks);
      const row = (i: number) => (x: NDArray) => slice(x, [i]);
      [one, two].forEach((alone, i) => {
        near(row(i)(batched.value), alone.value);
        near(row(i)(batched.tangent), alone.tangent);
        nearAll(batched.gradient.map(row(i)), alone.gradient);
      });
    }
  });

  test("has one Jacobian in both modes, and a symmetric Hessian", () => {
    for (const { f, xs } of float64.slice(0, smooth ? 5 : 0)) {
      const ofList = (list: readonly NDArray[]) => f(...list);
      nearAll(jacfwd(ofList)(xs), jacrev(ofList)(xs));
      const [x] = xs;
      if (x === undefined || x.shape.reduce((a, b) => a * b, 1) > 30) continue;
      const slope = jacrev((p: NDArray) => grad((q: NDArray) => sum(square(f(q, ...xs.slice(1)))))(p))(x);
      const n = x.shape.reduce((a, b) => a * b, 1);
      const elements = toTypedArray(slope);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < i; j++) {
          const [a = NaN, b = NaN] = [elements[i * n + j], elements[j * n + i]];
          expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-10 * (1 + Math.abs(a)));
        }
    }
  });
});

describe("a wrong derivative is caught", () => {
  const x = arrayOf("float64", [3], (i) => i + 1);
  const single = arrayOf("float32", [3], (i) => i + 1);
  const cube = (y: NDArray) => mul(y, square(y));
  const wrongBack = (factor: number) =>
    customVjp(cube, { forward: (y) => [cube(y), y], backward: (y, t) => [mul(t, mul(factor, square(y)))] });
  const wrongOn = (factor: number) => customJvp(cube, ([y], [t]) => [cube(y), mul(t, mul(factor, square(y)))]);

  test.each([
    ["float64", x, 3 + 1e-5],
    ["float32", single, 3.1],
  ] as const)("in either mode, in %s", (_, point, factor) => {
    checkGradients(wrongBack(3), [point]);
    checkGradients(wrongOn(3), [point]);
    expect(() => checkGradients(wrongBack(factor), [point], { modes: ["reverse"] })).toThrow(
      /checkGradients: reverse mode, order 1: the cotangents times a direction is .*, but finite differences give/,
    );
    expect(() => checkGradients(wrongOn(factor), [point], { modes: ["forward"] })).toThrow(
      /checkGradients: forward mode, order 1: element \d of tangent 0 is/,
    );
  });
  test("at the second order alone", () => {
    // The tangent is right, but what it is made of counts as constant.
    const flat = customJvp(cube, ([y], [t]) => {
      const held = customVjp((z: NDArray) => mul(3, square(z)), {
        forward: (z) => [mul(3, square(z)), null],
        backward: (_, c) => [mul(c, 0)],
      });
      return [cube(y), mul(t, held(y))];
    });
    checkGradients(flat, [x], { order: 1 });
    expect(() => checkGradients(flat, [x], { order: 2 })).toThrow(/order 2/);
  });
  test("when it is not a number", () => {
    const none = customJvp(cube, ([y], [t]) => [cube(y), mul(t, NaN)]);
    expect(() => checkGradients(none, [x])).toThrow("is NaN, but");
  });
});
