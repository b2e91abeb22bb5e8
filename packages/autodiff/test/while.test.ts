import {
  add,
  array,
  div,
  expectShape,
  item,
  less,
  log,
  matmul,
  mul,
  type NDArray,
  ones,
  type Scalar,
  sqrt,
  sub,
  sum,
  tanh,
  toNested,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad, hessian, jacfwd, jacrev, jvp, program, valueAndGrad, vjp, vmap, whileLoop } from "../src/index.ts";

/* A loop that a condition ends, its gradient, and the greatest number of its turns. */

/** The first power of x that is at least 100. */
const reach =
  (maxSteps?: number) =>
  (x: Scalar): Scalar =>
    whileLoop(
      (y: Scalar) => less(y, 100),
      (y) => mul(y, x),
      x,
      maxSteps === undefined ? undefined : { maxSteps },
    );

describe("the gradient of a whileLoop", () => {
  test("is the one of the turns that it takes", () => {
    expect(item(grad(reach())(array(3)))).toBe(5 * 81);
    expect(item(grad(reach())(array(200)))).toBe(1);
    expect(item(grad(grad(reach()))(array(3)))).toBe(20 * 27);
    expect(item(grad(grad(grad(reach(9))))(array(3)))).toBe(60 * 9);
  });
  test("nests with forward mode either way", () => {
    for (const f of [reach(), reach(5)]) {
      expect(item(jacfwd(grad(f))(array(3)))).toBe(540);
      expect(item(jacrev(jacfwd(f))(array(3)))).toBe(540);
      expect(item(hessian(f)(array(3)))).toBe(540);
    }
  });
  test("of a stack needs no maxSteps around vmap", () => {
    const all = grad((xs: NDArray) => sum(vmap(reach())(expectShape(xs, [4]))));
    expect(toNested(all(array([3, 10, 2, 200])))).toEqual([405, 20, 448, 1]);
  });
  test("of a stack needs maxSteps inside of vmap", () => {
    expect(toNested(vmap(grad(reach(7)))(array([3, 10, 2, 200])))).toEqual([405, 20, 448, 1]);
    expect(toNested(vmap(grad(reach(100)))(array([3, 10, 2, 200])))).toEqual([405, 20, 448, 1]);
    expect(toNested(vmap(grad(grad(reach(7))))(array([3, 10])))).toEqual([540, 2]);
  });
  test("is a program of known length with maxSteps", () => {
    const traced = program.of(grad(reach(7)))(array(3));
    expect(program.print(traced)).toContain("scan{length=7}");
    for (const x of [3, 10, 200])
      expect(program.evaluate(traced, [array(x)]).map(item)).toEqual([item(grad(reach())(array(x)))]);
  });
  test("passes integers, and what is closed over", () => {
    const w = array([
      [0.5, -0.25],
      [0.75, 1],
    ]);
    const settle = (weights: NDArray, start: NDArray) =>
      whileLoop(
        ({ n }) => less(n, 4),
        ({ h, n }) => ({ h: tanh(matmul(weights, h)), n: add(n, array(1, { dtype: "int32" })) }),
        { h: start, n: array(0, { dtype: "int32" }) },
      ).h;
    const unrolled = (weights: NDArray, start: NDArray) =>
      [1, 2, 3, 4].reduce((h: NDArray) => tanh(matmul(weights, h)), start);
    const at = [w, ones([2])] as const;
    const [value, pullBack] = vjp(settle, ...at);
    const [wanted, pullWanted] = vjp(unrolled, ...at);
    expect(toNested(value)).toEqual(toNested(wanted));
    expect(pullBack(value).map(toNested)).toEqual(pullWanted(wanted).map(toNested));
  });
});

describe("turns after the end", () => {
  // One turn more would take the root of a negative number, or divide by 0.
  const down = (x: Scalar): Scalar =>
    whileLoop(
      ({ left }) => less(0.5, left),
      ({ left, y }) => ({ left: sub(left, 1), y: add(y, add(sqrt(sub(left, 0.75)), div(log(left), left))) }),
      { left: x, y: array(0) },
      { maxSteps: 9 },
    ).y;
  test("neither change a value nor let anything infinite into a derivative", () => {
    const xs = [1, 2, 4];
    const each = xs.map((x) => valueAndGrad(down)(array(x)).map(item));
    expect(each.flat().every(Number.isFinite)).toBe(true);
    const traced = program.simplify(program.of(valueAndGrad(down))(array(1)));
    xs.forEach((x, i) => expect(program.evaluate(traced, [array(x)]).map(item)).toEqual(each[i]));
    const [values, gradients] = vmap(valueAndGrad(down))(array(xs));
    expect([toNested(values), toNested(gradients)]).toEqual([each.map(([v]) => v), each.map(([, g]) => g)]);
  });
});

describe("too few turns are an error", () => {
  const message = "whileLoop: the condition still holds after maxSteps = 4 turns. Give a greater maxSteps";
  const [x, xs] = [array(2), array([200, 2, 50])];
  const f = reach(4);
  test.each<readonly [string, () => unknown]>([
    ["by itself", () => f(x)],
    ["in forward mode", () => jvp(f, [x], [x])],
    ["in reverse mode", () => grad(f)(x)],
    ["in nested modes", () => hessian(f)(x)],
    ["under vmap", () => vmap(f)(xs)],
    ["in the gradient of a stack", () => grad((v: NDArray) => sum(vmap(f)(expectShape(v, [3]))))(xs)],
    ["in a stack of gradients", () => vmap(grad(f))(xs)],
    ["in a program", () => program.evaluate(program.of(f)(x), [x])],
    ["in the program of a gradient", () => program.evaluate(program.of(grad(f))(x), [x])],
  ])("%s", (_, run) => expect(run).toThrow(message));
  test("if there may be none", () => {
    expect(item(grad(reach(0))(array(200)))).toBe(1);
    expect(program.evaluate(program.of(grad(reach(0)))(x), [array(200)]).map(item)).toEqual([1]);
    const none = "after maxSteps = 0 turns";
    for (const run of [() => reach(0)(x), () => grad(reach(0))(x), () => vmap(grad(reach(0)))(xs)])
      expect(run).toThrow(none);
  });
  test("and exactly enough are none", () => {
    const enough = reach(6);
    for (const run of [() => enough(x), () => grad(enough)(x), () => vmap(grad(enough))(xs), () => vmap(enough)(xs)])
      expect(run).not.toThrow();
    expect(() => program.of(grad(enough))(x)).not.toThrow();
    expect(program.evaluate(program.of(grad(enough))(x), [x]).map(item)).toEqual([item(grad(reach())(x))]);
  });
});

describe("a whileLoop refuses", () => {
  test("a gradient of unknown length, and says what to give", () => {
    const message = "Give { maxSteps }, a number of turns that is always enough; or use scan or foriLoop";
    expect(() => program.of(grad(reach()))(array(3))).toThrow(message);
    expect(() => vmap(grad(reach()))(array([3, 4]))).toThrow(message);
  });
  test("no program without a gradient through it", () => {
    const aside = (x: Scalar) => mul(x, reach()(array(3)));
    expect(item(grad(aside)(array(2)))).toBe(243);
    expect(() => program.of(grad(aside))(array(2))).not.toThrow();
  });
  test.each([-1, 1.5, NaN, Infinity, "7"])("maxSteps of %s", (maxSteps) => {
    expect(() => reach(maxSteps as number)(array(3))).toThrow("whileLoop: maxSteps must be a whole number from 0 on");
  });
  test("another option", () => {
    expect(() =>
      whileLoop(
        () => false,
        (c) => c,
        array(0),
        { maxStep: 3 } as never,
      ),
    ).toThrow("Did you mean maxSteps?");
  });
});

test("a body that asks for values is followed turn by turn, and counted", () => {
  const f = (maxSteps: number) => (x: Scalar) =>
    whileLoop(
      (y: Scalar) => item(y) < 100,
      (y) => mul(y, x),
      x,
      { maxSteps },
    );
  expect(item(grad(f(4))(array(3)))).toBe(405);
  expect(() => grad(f(3))(array(3))).toThrow("after maxSteps = 3 turns");
});
