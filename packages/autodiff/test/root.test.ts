import {
  abs,
  add,
  array,
  div,
  DomainError,
  DTypeError,
  exp,
  greater,
  greaterEqual,
  item,
  matmul,
  mul,
  type NDArray,
  type Scalar,
  ShapeError,
  slice,
  solve,
  square,
  stack,
  sub,
  sum,
  toNested,
  TreeError,
  type Vector,
  where,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  checkGradients,
  cond,
  customRoot,
  grad,
  jacfwd,
  jacrev,
  jvp,
  program,
  scan,
  vmap,
  whileLoop,
} from "../src/index.ts";

/** √a, found by Newton's method on x² - a. */
const root = (a: Scalar, start: Scalar = array(1)): Scalar =>
  customRoot((x: Scalar) => sub(square(x), a), start, {
    solve: (f, x0) => [
      whileLoop(
        (x) => greater(abs(f(x)), 1e-13),
        (x) => sub(x, div(f(x), mul(2, x))),
        x0,
      ),
      null,
    ],
  })[0];

/** The zero of a vector's equation by a fixed number of full steps: M x + x³/10 = b. */
const zeroOf = (m: NDArray<[2, 2]>, b: Vector<2>): Vector<2> =>
  customRoot((x: Vector<2>) => sub(add(matmul(m, x), mul(0.1, mul(x, square(x)))), b), array([0, 0]), {
    solve: (f, x0) => {
      const step = (x: Vector<2>): Vector<2> => sub(x, solve(jacfwd(f)(x), f(x)));
      return [step(step(step(step(step(step(x0)))))), null];
    },
  })[0];

describe("derivatives are those of the equation, at any order", () => {
  test.each([1, 4, 9, 0.25])("of the root of %d", (a) => {
    const third = grad(grad(grad(root)))(a);
    expect(item(root(array(a)))).toBeCloseTo(Math.sqrt(a), 12);
    expect(item(grad(root)(a))).toBeCloseTo(0.5 / Math.sqrt(a), 11);
    expect(item(grad(grad(root))(a))).toBeCloseTo(-0.25 / (a * Math.sqrt(a)), 10);
    expect(item(third)).toBeCloseTo(0.375 / (a * a * Math.sqrt(a)), 9);
    expect(item(jvp(root, [array(a)], [array(2)])[1])).toBeCloseTo(1 / Math.sqrt(a), 11);
  });

  test("of a system, in both modes", () => {
    const m = array([
      [3, 1],
      [-1, 2],
    ]);
    checkGradients(zeroOf, [m, array([1, 2])]);
    const forward = jacfwd(zeroOf, { argnums: 1 })(m, array([1, 2]));
    expect(toNested(jacrev(zeroOf, { argnums: 1 })(m, array([1, 2])))).toEqual(toNested(forward));
  });

  test("the start has no share in them", () => {
    expect(item(grad((x0: Scalar) => root(array(2), x0))(3))).toBe(0);
  });

  test("what else was found counts as constant", () => {
    const both = (a: Scalar): Scalar => {
      const [x, found] = customRoot((t: Scalar) => sub(t, a), array(0), { solve: (f, t) => [sub(t, f(t)), exp(f(t))] });
      return mul(x, found);
    };
    expect(item(both(array(2)))).toBeCloseTo(2 * Math.exp(-2), 15);
    expect(item(grad(both)(2))).toBeCloseTo(Math.exp(-2), 15);
  });
});

describe("one operation wherever it stands", () => {
  const values = [1, 2, 3, 4];

  test("vmap, and derivatives of it, are those of each", () => {
    expect(toNested(vmap((a: Scalar) => root(a))(array(values)))).toEqual(values.map((a) => item(root(array(a)))));
    const total = (a: Vector): Scalar => sum(vmap((each: Scalar) => root(each))(a));
    expect(toNested(grad(total)(array(values)))).toEqual(values.map((a) => item(grad(root)(a))));
    expect(toNested(vmap(grad(root))(array(values)))).toEqual(values.map((a) => item(grad(root)(a))));
  });

  test("a stack of starts, and of starts and equations", () => {
    const starts = array([0.5, 1, 8]);
    expect(toNested(vmap((x0: Scalar) => root(array(2), x0))(starts))).toEqual(
      [0.5, 1, 8].map((x0) => item(root(array(2), array(x0)))),
    );
  });

  test("inside of scan and cond", () => {
    const chain = (a: Scalar): Scalar => scan((x: Scalar) => [root(x), null], a, null, { length: 2 })[0];
    expect(item(grad(chain)(16))).toBeCloseTo(0.25 / 8, 11);
    const either = (a: Scalar): Scalar => cond(greater(a, 0), root, (x: Scalar) => mul(x, 2), a);
    expect(item(grad(either)(4))).toBeCloseTo(0.25, 11);
  });

  test("traced, to the same bits", () => {
    const traced = program.of(grad(grad(root)))(array(4));
    expect(program.evaluate(traced, [array(4)]).map(toNested)).toEqual([item(grad(grad(root))(4))]);
  });
});

describe("what is given beside the function", () => {
  /** The a that is least wrong with regard to x ≤ top: its derivative by top is 1 where that holds it. */
  const capped = (a: Scalar, top: Scalar): Scalar =>
    customRoot((x: Scalar) => sub(x, a), array(0), {
      given: { top },
      solve: (f, x, { top }) => [where(greater(sub(x, f(x)), top), top, sub(x, f(x))), null],
      equation: (f, x, { top }) => where(greaterEqual(x, top), sub(x, top), f(x)),
    })[0];

  test.each([
    [1, 2, 1, 0],
    [3, 2, 0, 1],
  ])("is followed as well: %d under %d", (a, top, byA, byTop) => {
    expect(grad(capped, { argnums: [0, 1] })(array(a), array(top)).map((t) => item(t) + 0)).toEqual([byA, byTop]);
    expect(toNested(vmap(capped)(array([a, a]), array([top, 9])))).toEqual([Math.min(a, top), a]);
  });
});

test("inside of a transform a gradient that solve takes has the bits that it has outside", () => {
  // y is computed once more in each term, so that cotangents of several values meet.
  const value = (at: Vector): Scalar => {
    const [x, y] = [() => slice(at, [0]), () => slice(at, [1])];
    const powers = [y(), square(y()), mul(square(y()), y())];
    return sum(square(stack(powers.map((power, i) => sub(1.5 + 0.7 * i, mul(x(), sub(1, power)))))));
  };
  const slope = (start: Vector) =>
    customRoot(value, start, { solve: (f, at) => [at, grad(f)(at)], equation: (f, at) => grad(f)(at) })[1];
  const points = Array.from({ length: 40 }, (_, i) => [1 + i / 7, 0.4 - i / 9]);
  expect(toNested(vmap(slope)(array(points)))).toEqual(points.map((at) => toNested(grad(value)(array(at)))));
});

describe("errors", () => {
  const f = (x: Vector<2>): Vector<2> => sub(x, 1);
  const at = array([0, 0]);
  const loose = customRoot as (...args: readonly unknown[]) => unknown;

  test.each([
    ["no function", () => loose(3, at, { solve: f }), DTypeError, "the function must be a function, not 3"],
    ["no solve", () => loose(f, at, {}), DomainError, "solve"],
    ["no pair", () => loose(f, at, { solve: () => at }), TreeError, "solve must give [solution, found]"],
    [
      "another shape",
      () => loose(f, at, { solve: () => [array(1), null] }),
      ShapeError,
      "the solution must be like the start",
    ],
  ] as const)("%s", (_, call, kind, words) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(words);
  });
});
