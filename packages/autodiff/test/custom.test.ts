import {
  add,
  allClose,
  array,
  cast,
  exp,
  matmul,
  mul,
  type NDArray,
  ones,
  type Scalar,
  sign,
  square,
  sub,
  sum,
  tanh,
  toNested,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import {
  checkGradients,
  checkpoint,
  cond,
  customJvp,
  customVjp,
  foriLoop,
  grad,
  hessian,
  hvp,
  jacfwd,
  jacrev,
  jvp,
  linearize,
  program,
  scan,
  vjp,
  vmap,
  whileLoop,
} from "../src/index.ts";

/* The rules say ten times the derivative, so that it shows where they are used. */

const cube = (x: NDArray) => mul(x, square(x));

const back = customVjp(cube, {
  forward: (x) => [cube(x), { x }],
  backward: ({ x }, t) => [mul(t, mul(30, square(x)))],
});
const on = customJvp(cube, ([x], [t]) => [cube(x), mul(t, mul(30, square(x)))]);

const total =
  (f: (x: NDArray) => NDArray) =>
  (x: NDArray): Scalar =>
    sum(f(x));

describe.each([
  ["customVjp", back],
  ["customJvp", on],
])("%s", (name, f) => {
  const x = array([1, 2]);
  test("gives the function's values", () => {
    expect(toNested(f(x))).toEqual([1, 8]);
    expect(toNested(vmap(f)(x))).toEqual([1, 8]);
    expect(toNested(grad(total(f))(x))).not.toEqual(toNested(grad(total(cube))(x)));
  });
  test("is used in both modes", () => {
    expect(toNested(grad(total(f))(x))).toEqual([30, 120]);
    expect(toNested(jvp(f, [x], [ones([2])])[1])).toEqual([30, 120]);
    expect(toNested(linearize(f, x)[1](ones([2])))).toEqual([30, 120]);
    expect(toNested(jacfwd(f)(x))).toEqual([
      [30, 0],
      [0, 120],
    ]);
    expect(toNested(jacrev(f)(x))).toEqual(toNested(jacfwd(f)(x)));
  });
  test("is used under vmap, inside and outside of derivatives", () => {
    expect(toNested(vmap(grad(total(f)))(x))).toEqual([30, 120]);
    expect(toNested(grad((v: NDArray) => sum(vmap(f)(v)))(x))).toEqual([30, 120]);
    expect(toNested(jvp((v: NDArray) => vmap(f)(v), [x], [ones([2])])[1])).toEqual([30, 120]);
    expect(toNested(vmap((v: NDArray) => jvp(f, [v], [ones([])])[1])(x))).toEqual([30, 120]);
    expect(toNested(vmap(vmap(grad(total(f))))(array([[1, 2]])))).toEqual([[30, 120]]);
  });
  test("is used in derivatives of derivatives, where its own operations are differentiated", () => {
    for (const way of [hessian(total(f)), jacrev(grad(total(f))), jacfwd(jacfwd(total(f))), jacrev(jacfwd(total(f)))])
      expect(toNested(way(x))).toEqual([
        [60, 0],
        [0, 120],
      ]);
    expect(toNested(hvp(total(f))(x, ones([2])))).toEqual([60, 120]);
    expect(toNested(vmap(grad((v: NDArray) => sum(grad(total(f))(v))))(x))).toEqual([60, 120]);
  });
  test("is used inside loops and choices", () => {
    const twice = (v: NDArray) => scan((c: NDArray) => [f(c), c] as const, v, null, { length: 2 })[0];
    expect(toNested(grad(total(twice))(x))).toEqual([30 * 30, 120 * 30 * 64]);
    expect(toNested(vmap(grad(total(twice)))(x))).toEqual([30 * 30, 120 * 30 * 64]);
    expect(toNested(grad(total((v) => foriLoop(0, 1, (_, c: NDArray) => f(c), v)))(x))).toEqual([30, 120]);
    expect(toNested(grad(total((v) => cond(true, f, (c) => c, v)))(x))).toEqual([30, 120]);
    const once = (v: NDArray) =>
      whileLoop(
        ({ n }) => sub(1, n) as never,
        ({ c, n }) => ({ c: f(c), n: add(n, 1) }),
        { c: v, n: array(0) as NDArray },
      ).c;
    expect(toNested(jvp(once, [x], [ones([2])])[1])).toEqual([30, 120]);
    expect(toNested(grad(total(checkpoint(f)))(x))).toEqual([30, 120]);
  });
  test("is one operation of a program, and still used when that is differentiated", () => {
    const traced = program.simplify(program.of(f)(x));
    expect(program.print(traced)).toBe(`program (a: float64[2])\n  b: float64[2] = ${name} a\n  return b`);
    const evaluated = (v: NDArray) => program.evaluate(traced, [v])[0] ?? array(NaN);
    expect(toNested(evaluated(x))).toEqual([1, 8]);
    expect(toNested(grad(total(evaluated))(x))).toEqual([30, 120]);
    expect(toNested(vmap(evaluated)(array([[1, 2]])))).toEqual([[1, 8]]);
  });
  test("refuses to close over a value that is being transformed, and works with one that is not", () => {
    const scaled = (w: NDArray) =>
      name === "customVjp"
        ? customVjp((v: NDArray) => mul(w, v), { forward: (v) => [mul(w, v), null], backward: (_, t) => [mul(t, w)] })
        : customJvp(
            (v: NDArray) => mul(w, v),
            ([v], [t]) => [mul(w, v), mul(w, t)],
          );
    const message = `${name}: the function closes over a value that is being transformed`;
    expect(toNested(grad(total(scaled(array(3))))(x))).toEqual([3, 3]);
    expect(() => grad((w: NDArray) => sum(scaled(w)(w)))(array(2))).toThrow(message);
    expect(() => grad((w: NDArray) => sum(scaled(w)(x)))(array(2))).toThrow(message);
    expect(() => jvp((w: NDArray) => scaled(w)(w), [array(2)], [array(1)])).toThrow(message);
    expect(() => vmap((w: NDArray) => scaled(w)(w))(x)).toThrow(message);
    expect(() => program.of((w: NDArray) => scaled(w)(w))(x)).toThrow(message);
  });
});

describe("customVjp", () => {
  interface Pair {
    readonly a: NDArray;
    readonly n: NDArray;
  }
  const f = customVjp((p: Pair, y: NDArray) => ({ out: mul(mul(p.a, y), cast(p.n, "float64")), n: p.n }), {
    forward: (p, y) => [{ out: mul(mul(p.a, y), cast(p.n, "float64")), n: p.n }, [p, y] as const],
    backward: ([p, y], { out: t }) => [{ a: mul(t, y), n: p.n }, mul(t, p.a)],
  });
  const pair: Pair = { a: array([2, 3]), n: array(5, { dtype: "int32" }) };

  test("takes and gives trees, integers among them", () => {
    const g = (a: NDArray, y: NDArray) => sum(f({ ...pair, a }, y).out);
    expect(toNested(grad(g)(pair.a, array([10, 20])))).toEqual([10, 20]);
    expect(toNested(grad(g, { argnums: 1 })(pair.a, array([10, 20])))).toEqual([2, 3]);
    expect(toNested(jvp(g, [pair.a, array([10, 20])], [ones([2]), ones([2])])[1])).toBe(30 + 5);
  });
  test("adds up, under vmap, what argument that are the same for all receive", () => {
    const each = (a: NDArray, ys: NDArray) => vmap((y: NDArray) => f({ ...pair, a }, y).out)(ys);
    const g = (a: NDArray) =>
      sum(
        each(
          a,
          array([
            [10, 20],
            [1, 2],
          ]),
        ),
      );
    expect(toNested(grad(g)(pair.a))).toEqual([11, 22]);
    const onlyFirst = (a: NDArray) =>
      sum(
        vmap((p: Pair, y: NDArray) => f(p, y).out, { inAxes: [{ a: null, n: 0 }, null] })(
          { a, n: array([1, 2, 3], { dtype: "int32" }) },
          array([10, 20]),
        ),
      );
    expect(toNested(grad(onlyFirst)(pair.a))).toEqual([30, 60]);
  });
  test("needs no cotangent for an argument without floats", () => {
    const step = customVjp((x: NDArray, n: NDArray) => mul(sign(x), cast(n, "float64")), {
      forward: (x, n) => [mul(sign(x), cast(n, "float64")), null],
      backward: ((_: unknown, t: NDArray) => [t, null]) as never,
    });
    expect(toNested(grad((x: NDArray) => sum(step(x, array(2, { dtype: "int32" }))))(array([-2, 3])))).toEqual([1, 1]);
  });
  const rule = "customVjp: backward must return a list of one cotangent for each argument, of its type";
  test.each<readonly [string, unknown, string]>([
    ["no list", (_: unknown, t: NDArray) => t, ", not an array of shape [2]"],
    ["too few", () => [], ": 0 for 1"],
    ["too many", (_: unknown, t: NDArray) => [t, t], ": 2 for 1"],
    ["nothing", () => undefined, ", not undefined. Is its return missing?"],
    [
      "another shape",
      (_: unknown, t: NDArray) => [sum(t)],
      ": the cotangent of argument 0 is float64 [], not float64 [2]",
    ],
    [
      "another dtype",
      (_: unknown, t: NDArray) => [cast(t, "float32")],
      ": the cotangent of argument 0 is float32 [2], not float64 [2]",
    ],
  ])("refuses a backward that returns %s", (_, backward, what) => {
    const wrong = customVjp(cube, { forward: (x) => [cube(x), null], backward: backward as never });
    expect(() => grad(total(wrong))(ones([2]))).toThrow(`${rule}${what}`);
    expect(() => vmap(grad(total(wrong)))(ones([3, 2]))).toThrow(`${rule}${what}`);
  });
  test("refuses a forward that returns no pair", () => {
    const wrong = customVjp(cube, { forward: ((x: NDArray) => cube(x)) as never, backward: (_, t) => [t] });
    expect(() => grad(total(wrong))(ones([2]))).toThrow(
      "customVjp: forward must return [output, residuals], not an array of shape [2].",
    );
  });
});

describe("customJvp", () => {
  test("refuses a rule that returns no pair, or a tangent unlike the output", () => {
    const wrong = (rule: unknown) => customJvp(cube, rule as never);
    const run = (rule: unknown) => () => grad(total(wrong(rule)))(ones([2]));
    expect(run(([x]: [NDArray]) => cube(x))).toThrow(
      "customJvp: the rule must return [output, tangent], not an array of shape [2].",
    );
    expect(run(([x]: [NDArray]) => [cube(x), [cube(x)]])).toThrow(
      "customJvp: the tangent must be like the output: the tangent is a list of 1, not an array.",
    );
    expect(run(([x]: [NDArray]) => [cube(x), sum(x)])).toThrow("the tangent is float64 [], not float64 [2].");
  });
  test("takes several arguments, and zeros for tangents of those that do not move", () => {
    const f = customJvp(
      (x: NDArray, y: NDArray) => mul(x, y),
      ([x, y], [tx, ty]) => [mul(x, y), add(mul(tx, y), mul(mul(10, ty), x))],
    );
    expect(toNested(grad((y: NDArray) => sum(f(array(3), y)))(array(2)))).toBe(30);
    expect(toNested(vmap(f, { inAxes: [0, null] })(array([1, 2]), array(5)))).toEqual([5, 10]);
    const both = vmap(
      grad((x: Scalar, y: Scalar) => sum(f(x, y)), { argnums: [0, 1] }),
      { inAxes: [0, null] },
    );
    expect(both(array([1, 2]), array(5)).map(toNested)).toEqual([
      [5, 5],
      [10, 20],
    ]);
  });
});

describe("checkpoint", () => {
  const w = array([
    [0.5, 1],
    [-1, 0.25],
  ]);
  const layer = (x: NDArray) => tanh(matmul(w, x));
  const deep = (wrap: (f: typeof layer) => typeof layer) => (x: NDArray) =>
    sum(wrap((y) => wrap(layer)(exp(wrap(layer)(y))))(x));
  const x = array([0.3, -0.7]);
  const plain = deep((f) => f);
  const kept = deep(checkpoint);

  test("changes no derivative", () => {
    expect(toNested(kept(x))).toEqual(toNested(plain(x)));
    expect(toNested(grad(kept)(x))).toEqual(toNested(grad(plain)(x)));
    expect(toNested(jvp(kept, [x], [x])[1])).toEqual(toNested(jvp(plain, [x], [x])[1]));
    // What is recomputed is added up in another order.
    for (const way of [hessian, (f: typeof plain) => jacrev(grad(f))])
      expect(allClose(way(kept)(x), way(plain)(x), { rtol: 1e-14, atol: 1e-14 })).toBe(true);
    expect(toNested(vmap(grad(kept))(w))).toEqual(toNested(vmap(grad(plain))(w)));
    checkGradients(kept, [x]);
  });
  test("follows what the function closes over", () => {
    const f = (wrap: <F>(f: F) => F) => (v: NDArray) => sum(wrap((y: NDArray) => tanh(matmul(v, y)))(x));
    expect(toNested(grad(f(checkpoint as never))(w))).toEqual(toNested(grad(f((g) => g))(w)));
  });
  test("keeps nothing of the function's inside, which runs again on the way back", () => {
    let runs = 0;
    const counted = customVjp((y: NDArray) => tanh(y), {
      forward: (y) => {
        runs += 1;
        return [tanh(y), y];
      },
      backward: (y, t) => [mul(t, sub(1, square(tanh(y))))],
    });
    const [, pullback] = vjp((y: NDArray) => sum(checkpoint(counted)(y)), x);
    expect(runs).toBe(0);
    pullback(array(1));
    expect(runs).toBe(1);
  });
  test("is one operation of a program, with the function inside", () => {
    expect(program.print(program.of(checkpoint((y: NDArray) => square(y)))(x))).toBe(
      "program (a: float64[2])\n  b: float64[2] = checkpoint a\n    program (a: float64[2])\n" +
        "      b: float64[2] = square a\n      return b\n  return b",
    );
  });
});
