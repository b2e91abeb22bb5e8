import {
  acos,
  add,
  array,
  atan2,
  clip,
  div,
  elu,
  equal,
  erf,
  exp,
  expectShape,
  full,
  gelu,
  leakyRelu,
  less,
  log,
  max,
  maximum,
  min,
  minimum,
  mul,
  type NDArray,
  onesLike,
  pow,
  reciprocal,
  relu,
  remainder,
  rsqrt,
  silu,
  sqrt,
  square,
  sub,
  sum,
  take,
  toNested,
  toTypedArray,
  where,
} from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cond, grad, jacfwd, jvp, vjp, vmap, whileLoop } from "../src/index.ts";
import { choicesOf, roots } from "./choices.ts";

/* A derivative selects what was chosen. It is never multiplied by 0, which would make NaN of what is infinite. */

const elements = (x: NDArray): readonly number[] => Array.from(toTypedArray(x), (value) => value + 0);

const gradient = (f: (x: NDArray) => NDArray, x: NDArray): NDArray => grad((y: NDArray) => sum(f(y)))(x);

describe.each(["float64", "float32"] as const)("in %s, of an infinite cotangent", (dtype) => {
  test.each(Object.entries(choicesOf(dtype)))("%s: what is not chosen gets 0", (_, { f, x, shares }) => {
    const [y, pullBack] = vjp(f, x);
    const [cotangent] = pullBack(full(y.shape, Infinity, { dtype }));
    expect(elements(cotangent)).toEqual(shares.map((share) => (share === 0 ? 0 : share * Infinity)));
    expect(cotangent.dtype).toBe(dtype);
  });
  test.each(Object.entries(choicesOf(dtype)))("%s: a tangent of what is not chosen does not matter", (_, choice) => {
    const { f, x, shares } = choice;
    const along = (unchosen: number): readonly number[] => {
      const t = array(
        shares.map((share) => (share === 0 ? unchosen : 1)),
        { dtype },
      );
      return elements(jvp(f, [x], [t])[1]);
    };
    expect(along(Infinity)).toEqual(along(0));
    expect(along(NaN)).toEqual(along(0));
  });
});

test.each(Object.entries(roots))("%s has the gradient of what was chosen", (_, [f, x, wanted]) => {
  const single = array(Array.from(toTypedArray(x)), { shape: x.shape, dtype: "float32" });
  expect(toNested(gradient(f, x))).toEqual(wanted);
  expect(toNested(gradient(f, single))).toEqual(wanted);
  const [, tangent] = jvp(f, [x], [onesLike(x)]);
  expect(elements(tangent)).toEqual(elements(gradient(f, x)));
});

describe("Each row of a stack has what its own branch gives", () => {
  const rooted = (k: NDArray) => (v: NDArray<[]>) =>
    cond(
      less(0, v),
      (u) => sqrt(mul(u, k)),
      (u) => mul(u, 0),
      v,
    );
  test("also for what the branches close over, taken or not", () => {
    const slope = (list: readonly number[]) =>
      toNested(grad((k: NDArray<[]>) => sum(vmap(rooted(k))(array(list))))(array(1)));
    expect(slope([4, 0, 16])).toBe(3);
    expect(slope([0, -1])).toBe(0);
  });
  test("to the second order", () => {
    const f = (x: NDArray): NDArray => vmap(rooted(array(1)))(expectShape(x, [2]));
    expect(toNested(add(jacfwd((x: NDArray) => gradient(f, x))(array([4, 0])), 0))).toEqual([
      [-1 / 32, 0],
      [0, 0],
    ]);
  });
  test("though a loop ends, or an index is in range, in that branch alone", () => {
    const doubled = (end: number) => (u: NDArray<[]>) =>
      whileLoop(
        (c: NDArray<[]>) => (end > 0 ? less(c, end) : less(end, c)),
        (c) => mul(c, 2),
        u,
      );
    const f = (v: NDArray<[]>) => cond(less(0, v), doubled(10), doubled(-10), v);
    expect(toNested(vmap(f)(array([1, -1, 3])))).toEqual([16, -16, 12]);
    const table = array([1, 2, 3]);
    const g = (i: NDArray<[]>) =>
      cond(
        less(i, 3),
        (j) => take(table, j),
        (_j) => array(0),
        i,
      );
    expect(toNested(vmap(g)(array([0, 5, 2], { dtype: "int32" })))).toEqual([1, 0, 3]);
  });
});

test("rows of a whileLoop that have ended refuse nothing and hold up no loop inside", () => {
  const one = array(1, { dtype: "int32" });
  const table = array([1, 2, 3]);
  const rest = (from: NDArray<[]>) =>
    whileLoop(
      ({ i }) => less(i, 3),
      ({ i, s }) => ({ i: add(i, one), s: add(s, take(table, i)) }),
      { i: from, s: array(0) },
    ).s;
  expect(toNested(vmap(rest)(array([0, 1, 5], { dtype: "int32" })))).toEqual([6, 5, 0]);
  const toFour = (v: NDArray<[]>) =>
    whileLoop(
      (c: NDArray<[]>) => less(remainder(c, 5), 4),
      (c) => add(c, 1),
      v,
    );
  const outer = (v: NDArray<[]>) =>
    whileLoop(
      (c: NDArray<[]>) => less(c, 10),
      (c) => toFour(add(c, 1)),
      v,
    );
  expect(toNested(vmap(outer)(array([1, 7, 30])))).toEqual([14, 14, 30]);
  expect(vmap(outer)(array([])).shape).toEqual([0]);
});

describe("NaN among what is compared reaches the gradient", () => {
  const bad = array([1, NaN, 3]);
  test.each<readonly [string, (x: NDArray) => NDArray, readonly number[]]>([
    ["max", (x) => max(x), [NaN, NaN, NaN]],
    ["min", (x) => min(x), [NaN, NaN, NaN]],
    ["maximum", (x) => maximum(x, 2), [0, NaN, 1]],
    ["minimum", (x) => minimum(2, x), [1, NaN, 0]],
    ["maximum with NaN", (x) => maximum(x, array([0, 0, NaN])), [1, NaN, NaN]],
    ["clip", (x) => clip(x, { max: 2 }), [1, NaN, 0]],
    ["clip at NaN", (x) => clip(x, { max: NaN }), [NaN, NaN, NaN]],
    ["relu", relu, [1, NaN, 1]],
    ["leakyRelu", (x) => leakyRelu(x, 0.5), [1, NaN, 1]],
    ["elu", (x) => elu(x, 1), [1, NaN, 1]],
  ])("of %s", (_, f, wanted) => {
    expect(elements(gradient(f, bad))).toEqual(wanted);
  });
  test("of max and min along an axis, in its own row alone, in both modes", () => {
    const rows = array([
      [1, NaN],
      [2, 3],
    ]);
    for (const f of [(x: NDArray) => max(x, 1), (x: NDArray) => min(x, 1)]) {
      const [first, second] = toNested(gradient(f, rows)) as number[][];
      expect(first).toEqual([NaN, NaN]);
      expect(second?.some(Number.isNaN)).toBe(false);
      expect(elements(jvp(f, [rows], [onesLike(rows)])[1])).toEqual([NaN, 1]);
    }
  });
});

describe("A derivative neither over- nor underflows where its function does not", () => {
  const scales = fc.integer({ min: -307, max: 307 }).map((k) => 10 ** k);
  const near = (value: number, wanted: number): void => {
    expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-12 * Math.abs(wanted));
  };
  const slope = (f: (x: NDArray) => NDArray, at: number): number => elements(gradient(f, array([at])))[0] ?? NaN;

  test("that of atan2, times the scale of its operands", () => {
    fc.assert(
      fc.property(scales, fc.constantFrom([1, 1], [1, -2], [-3, 1], [0.5, 3]), (s, [y = 0, x = 0]) => {
        near(slope((v) => atan2(v, x * s), y * s) * s, x / (x * x + y * y));
        near(slope((v) => atan2(y * s, v), x * s) * s, -y / (x * x + y * y));
      }),
      { seed: 1 },
    );
    expect(elements(gradient((v) => atan2(v, Infinity), array([1])))).toEqual([0]);
  });
  test.each<readonly [string, (x: NDArray) => NDArray, number]>([
    ["log 1/x", (x) => log(reciprocal(x)), -1],
    ["log 3/x", (x) => log(div(3, x)), -1],
    ["log 1/√x", (x) => log(rsqrt(x)), -0.5],
    ["log √x", (x) => log(sqrt(x)), 0.5],
  ])("that of %s, times x", (_, f, wanted) => {
    fc.assert(
      fc.property(scales, (x) => near(slope(f, x) * x, wanted)),
      { seed: 1 },
    );
  });
  test("where a function has a value at infinity, its derivatives have one", () => {
    const ends = array([-Infinity, Infinity]);
    const second = (f: (x: NDArray) => NDArray) => elements(gradient((x) => gradient(f, x), ends));
    for (const f of [silu, (x: NDArray) => gelu(x)]) {
      expect(elements(gradient(f, ends))).toEqual([0, 1]);
      expect(second(f)).toEqual([0, 0]);
    }
    expect(elements(gradient(erf, ends))).toEqual([0, 0]);
    expect(second(erf)).toEqual([0, 0]);
  });
});

describe("Powers", () => {
  test("to the 0 are flat everywhere", () => {
    const xs = array([-Infinity, -1, 0, 1, Infinity, NaN]);
    expect(elements(gradient((x) => pow(x, 0), xs))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(elements(gradient((x) => gradient((y) => pow(y, 1), x), xs))).toEqual([0, 0, 0, 0, 0, 0]);
  });
  test("that are 0 are flat in the exponent", () => {
    expect(elements(gradient((b) => pow(0, b), array([0, 0.5, 2])))).toEqual([0, 0, 0]);
    expect(elements(gradient((b) => pow(Infinity, b), array([-1, -0.5])))).toEqual([0, 0]);
  });
  test("have the mixed derivative 1/a at the exponent 0", () => {
    const mixed = grad((b: NDArray<[]>) => sum(grad((a: NDArray<[]>) => pow(a, b))(array(4))));
    expect(toNested(mixed(array(0)))).toBe(0.25);
  });
});

test("elu is smooth from below to the second order, where it is chosen", () => {
  expect(toNested(grad((x: NDArray<[]>) => sum(grad((y: NDArray<[]>) => elu(y, 1.5))(x)))(array(0)))).toBe(1.5);
});

describe("where lets in no derivative of the other side, however steep it is", () => {
  test.each<readonly [string, (x: NDArray) => NDArray, number]>([
    ["√x", sqrt, 0],
    ["log x", log, 0],
    ["1/x", (x) => div(1, x), 0],
    ["reciprocal", reciprocal, 0],
    ["1/√x", rsqrt, 0],
    ["√x as a power", (x) => pow(x, 0.5), 0],
    ["x^-2", (x) => pow(x, -2), 0],
    ["acos x", acos, 1],
    ["e^x", exp, 1e4],
    ["a root of a root", (x) => sqrt(sqrt(x)), 0],
    ["the logarithm of a root", (x) => log(sqrt(x)), 0],
  ])("of %s", (_, f, at) => {
    const guarded = (x: NDArray): NDArray => where(equal(x, at), x, f(x));
    const x = array([at]);
    expect(elements(gradient(guarded, x))).toEqual([1]);
    expect(elements(jvp(guarded, [x], [onesLike(x)])[1])).toEqual([1]);
    expect(elements(gradient((y) => gradient(guarded, y), x))).toEqual([0]);
    expect(elements(jvp((y: NDArray) => gradient(guarded, y), [x], [onesLike(x)])[1])).toEqual([0]);
  });
  test("and what it leaves out of a chain is not lost: derivatives in a cotangent of 0", () => {
    // At the optimum the cotangent of the root is 0, but its own derivative is not.
    const off = (x: NDArray): NDArray => square(sub(sqrt(x), 2));
    expect(elements(gradient((x) => gradient(off, x), array([4])))).toEqual([1 / 8]);
    expect(elements(jvp((x: NDArray) => gradient(off, x), [array([4])], [array([1])])[1])).toEqual([1 / 8]);
  });
});
