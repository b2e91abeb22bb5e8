import {
  add,
  array,
  cast,
  mul,
  type NDArray,
  ones,
  type Scalar,
  sin,
  square,
  sum,
  toNested,
  tree,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { holed } from "./odd.ts";
import { grad, hessian, hvp, jacfwd, jacrev, jvp, linearize, stopGradient, valueAndGrad } from "../src/index.ts";

const f = (p: { readonly a: NDArray; readonly b: NDArray }, x: NDArray) => ({
  product: mul(p.a, x),
  sum: add(sum(p.b), sum(x)),
});
type Mapped = (...args: readonly unknown[]) => unknown;
const p = { a: array([1, 2]), b: array([3, 4, 5]) };
const x = array([10, 20]);

describe("argnums", () => {
  const loss = (a: NDArray, b: NDArray, c: { readonly d: NDArray }) => sum(mul(mul(a, b), c.d));
  const args = [array([1, 2]), array([3, 4]), { d: array([5, 6]) }] as const;
  test("choose which argument is differentiated", () => {
    expect(toNested(grad(loss, { argnums: 1 })(...args))).toEqual([5, 12]);
    expect(toNested(grad(loss, { argnums: 2 })(...args).d)).toEqual([3, 8]);
    const [value, gradient] = valueAndGrad(loss, { argnums: 0 })(...args);
    expect([toNested(value), toNested(gradient)]).toEqual([63, [15, 24]]);
  });
  test("of a list give a list of gradients, in its order", () => {
    const [c, a] = grad(loss, { argnums: [2, 0] })(...args);
    expect([toNested(c.d), toNested(a)]).toEqual([
      [3, 8],
      [15, 24],
    ]);
  });
  // Every derivative that takes argnums, of a scalar function, as something to do to the arguments.
  const vector = array([1, -1]);
  const derivatives = {
    grad: (g: typeof loss, argnums: number | readonly number[]) => grad(g, { argnums })(...args),
    valueAndGrad: (g: typeof loss, argnums: number | readonly number[]) => valueAndGrad(g, { argnums })(...args)[1],
    jacfwd: (g: typeof loss, argnums: number | readonly number[]) => jacfwd(g, { argnums })(...args),
    jacrev: (g: typeof loss, argnums: number | readonly number[]) => jacrev(g, { argnums })(...args),
    hessian: (g: typeof loss, argnums: number | readonly number[]) => hessian(g, { argnums })(...args),
    hvp: (g: typeof loss, argnums: number | readonly number[]) =>
      hvp(g, { argnums })(args[0], typeof argnums === "number" ? vector : argnums.map(() => vector), args[1], args[2]),
  };
  const cubic = (a: NDArray, b: NDArray, c: { readonly d: NDArray }) => sum(mul(mul(square(a), square(b)), c.d));
  const nested = (node: unknown): unknown => JSON.parse(JSON.stringify(tree.mapTo(toNested as never, node)));
  describe.each(Object.entries(derivatives))("of %s", (name, of) => {
    test("differentiate the one argument as if the others were held", () => {
      const held = (b: NDArray) => cubic(args[0], b, args[2]);
      const alone: Readonly<Record<string, unknown>> = {
        grad: grad(held)(args[1]),
        valueAndGrad: grad(held)(args[1]),
        jacfwd: grad(held)(args[1]),
        jacrev: grad(held)(args[1]),
        hessian: hessian(held)(args[1]),
        hvp: hvp(held)(args[1], vector),
      };
      expect(nested(of(cubic, 1))).toEqual(nested(alone[name]));
    });
    test("of a list give a list, also of none", () => {
      expect(nested(of(cubic, []))).toEqual([]);
      const both = nested(of(cubic, [1, 0])) as readonly unknown[];
      expect(both).toHaveLength(2);
      if (name === "hessian") expect((both[0] as readonly unknown[])[0]).toEqual(nested(of(cubic, 1)));
      else if (name !== "hvp") expect(both).toEqual([nested(of(cubic, 1)), nested(of(cubic, 0))]);
    });
    test.each<readonly [unknown, string]>([
      [3, "there is no argument 3 among 3, which count from 0."],
      [-1, "there is no argument -1: they count from 0."],
      [0.5, "there is no argument 0.5: they count from 0."],
      [NaN, "there is no argument NaN"],
      [[0, 1, 0], "argument 0 is there twice."],
      ["0", 'the number of an argument is needed, or a list of them, not the string "0".'],
      [null, "the number of an argument is needed, or a list of them, not null."],
      [[0, undefined], "the number of an argument is needed, or a list of them, not undefined."],
    ])("may not be %s", (argnums, words) =>
      expect(() => of(cubic, argnums as never)).toThrow(`${name}: argnums: ${words}`),
    );
    test("name an argument without a derivative by its place", () => {
      const n = array([1, 2], { dtype: "int32" });
      const call = { grad, valueAndGrad, jacfwd, jacrev, hessian, hvp }[name] as (...all: readonly unknown[]) => Mapped;
      expect(() => call((_: unknown, b: NDArray) => sum(b), { argnums: [1] })(x, { m: n }, { m: n })).toThrow(
        name === "hvp"
          ? /^hvp: only floats have derivatives, but m of argument 1 is int32/
          : `${name}: only floats have`,
      );
    });
  });
  test("leave the mixed second derivatives where they belong", () => {
    const blocks = hessian((a: Scalar, b: Scalar) => mul(square(a), mul(b, square(b))), {
      argnums: [0, 1],
    })(2, 3);
    expect(nested(blocks)).toEqual([
      [54, 108],
      [108, 72],
    ]);
    expect(toNested(hessian((a: Scalar, b: Scalar) => mul(a, mul(b, b)), { argnums: 1 })(array(2), array(3)))).toBe(4);
  });
  test("are read when they are given, holes and all", () => {
    const list = [0, 1];
    const gradient = grad(cubic, { argnums: list });
    list.pop();
    expect(nested(gradient(...args))).toEqual([
      nested(grad(cubic)(...args)),
      nested(grad(cubic, { argnums: 1 })(...args)),
    ]);
    expect(() => grad(cubic, { argnums: holed(0, 1) as never })).toThrow("or a list of them, not undefined.");
  });
  test("must be there", () => {
    const message = "grad: argnums: there is no argument 3 among 3, which count from 0.";
    expect(() => grad(loss, { argnums: 3 as never })(...args)).toThrow(message);
    expect(() => grad(loss, { argnums: [0, -1] as never })(...args)).toThrow("there is no argument -1");
  });
});

describe("forward mode", () => {
  test("takes and gives trees, with zeros where nothing moves", () => {
    const none = { a: array([0, 0]), b: array([0, 0, 0]) };
    const [value, tangent] = jvp(f, [p, x], [{ ...none, a: ones([2]) }, array([0, 0])]);
    expect([toNested(value.product), toNested(value.sum)]).toEqual([[10, 40], 42]);
    expect([toNested(tangent.product), toNested(tangent.sum)]).toEqual([[10, 20], 0]);
    const [, along] = linearize(f, p, x);
    expect(toNested(along(p, x).product)).toEqual([20, 80]);
    expect(toNested(along(none, array([1, 1])).sum)).toBe(2);
  });
  test("keeps values known, so that JavaScript's own if works", () => {
    const bent = (y: NDArray) => (Number(toNested(sum(y))) > 0 ? mul(y, 2) : square(y));
    expect(toNested(jvp(bent, [array(3)], [array(1)])[1])).toBe(2);
    expect(toNested(linearize(bent, array(-3))[1](array(1)))).toBe(-6);
    expect(toNested(jacfwd(bent)(array([1, 2])))).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });
  test("stops where reverse mode stops", () => {
    const g = (y: NDArray) => mul(y, add(stopGradient(y), cast(cast(y, "int32"), "float64")));
    expect(toNested(jvp(g, [array(2.5)], [array(1)])[1])).toBe(4.5);
    expect(toNested(grad((y: NDArray) => sum(g(y)))(array(2.5)))).toBe(4.5);
  });
  test("has a result that does not depend on the arguments, or is itself one", () => {
    const [value, tangent] = jvp((_y: NDArray) => array([1, 2]), [array(1)], [array(1)]);
    expect([toNested(value), toNested(tangent)]).toEqual([
      [1, 2],
      [0, 0],
    ]);
    expect(toNested(jvp((y: NDArray) => y, [array(3)], [array(7)])[1])).toBe(7);
    expect(toNested(linearize((y: NDArray) => y, array(3))[1](array(7)))).toBe(7);
  });
});

describe("Jacobians", () => {
  test("have a block for each leaf of the result and of the parameters", () => {
    for (const jacobian of [jacfwd(f)(p, x), jacrev(f)(p, x)]) {
      expect(toNested(jacobian.product.a)).toEqual([
        [10, 0],
        [0, 20],
      ]);
      expect(toNested(jacobian.product.b)).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
      expect([toNested(jacobian.sum.a), toNested(jacobian.sum.b)]).toEqual([
        [0, 0],
        [1, 1, 1],
      ]);
    }
  });
  test("of no element and of no parameter are empty", () => {
    expect(jacfwd((y: NDArray) => square(y))(ones([0])).shape).toEqual([0, 0]);
    expect(jacrev((y: NDArray) => square(y))(ones([0])).shape).toEqual([0, 0]);
    expect(jacrev((y: NDArray) => sum(y))(ones([0, 2])).shape).toEqual([0, 2]);
    expect(jacfwd((_y: null) => ({ a: array(1) }))(null).a).toBe(null);
  });
  test("of a scalar are its gradient, and the Hessian's blocks are symmetric", () => {
    const loss = (q: typeof p) => mul(sum(square(q.a)), sum(sin(q.b)));
    expect(toNested(jacrev(loss)(p).a)).toEqual(toNested(grad(loss)(p).a));
    const h = hessian(loss)(p);
    expect(h.a.b.shape).toEqual([2, 3]);
    const turned = toNested(h.b.a) as number[][];
    expect(toNested(h.a.b)).toEqual([0, 1].map((i) => [0, 1, 2].map((j) => turned[j]?.[i])));
    expect(toNested(hvp(loss)(p, { a: ones([2]), b: array([0, 0, 0]) }).b)).toEqual(
      [0, 1, 2].map((j) => (turned[j]?.[0] ?? NaN) + (turned[j]?.[1] ?? NaN)),
    );
  });
});

describe("what has no derivative is refused", () => {
  const n = array([1, 2], { dtype: "int32" });
  const id = (y: NDArray) => y;
  const total = (y: NDArray): Scalar => sum(y);
  test.each<readonly [string, () => unknown]>([
    ["jvp", () => jvp(id, [n], [n])],
    ["linearize", () => linearize(id, n)],
    ["jacfwd", () => jacfwd(id)(n)],
    ["jacrev", () => jacrev(id)(n)],
    ["grad", () => grad(total)(n)],
    ["hessian", () => hessian(total)(n)],
    ["hvp", () => hvp(total)(n, n)],
  ])("%s of integers", (name, run) => {
    expect(run).toThrow(`${name}: only floats have derivatives, but `);
    expect(run).toThrow("is int32 [2]. Cast it, or pass it as an argument that is not differentiated.");
  });
  test("tangents unlike the primals, naming the leaf", () => {
    const rule = "jvp: the tangents must be like the primals";
    expect(() => jvp(f, [p, x], [{ a: x, b: x }, x])).toThrow(
      `${rule}: the tangent of b of argument 0 is float64 [2], not float64 [3].`,
    );
    expect(() => jvp(f, [p, x], [{ a: x } as never, x])).toThrow(`${rule}: the tangent of b of argument 0 is missing.`);
    expect(() => jvp(f, [p, x], [p, cast(x, "float32")])).toThrow(
      `${rule}: the tangent of argument 1 is float32 [2], not float64 [2].`,
    );
    expect(() => linearize(f, p, x)[1](p, ones([3]))).toThrow(
      "linearize: the tangents must be like the primals: the tangent of argument 1 is",
    );
    expect(() => hvp((y: NDArray) => sum(y))(x, ones([3]))).toThrow(
      "hvp: the vector must be like the parameters: the vector is float64 [3], not float64 [2].",
    );
  });
  test("a loss that is no scalar, by the name of what was asked for", () => {
    expect(() => hessian(id as never)(x)).toThrow(
      "hessian: the loss must be a scalar, but its shape is [2]. Take its mean or sum",
    );
    expect(() => hvp(id as never)(x, x)).toThrow("hvp: the loss must be a scalar");
  });
});
