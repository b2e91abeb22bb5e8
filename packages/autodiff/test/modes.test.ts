import { add, array, cast, mul, type NDArray, ones, type Scalar, sin, square, sum, toNested } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad, hessian, hvp, jacfwd, jacrev, jvp, linearize, stopGradient, valueAndGrad } from "../src/index.ts";

const f = (p: { readonly a: NDArray; readonly b: NDArray }, x: NDArray) => ({
  product: mul(p.a, x),
  sum: add(sum(p.b), sum(x)),
});
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
    ["jacfwd", () => hessian(total)(n)],
  ])("%s of integers", (name, run) => {
    expect(run).toThrow(`${name}: only floats have derivatives, but `);
    expect(run).toThrow("is int32 [2]. Cast it, or pass it as an argument that is not differentiated.");
  });
  test("tangents unlike the primals, naming the leaf", () => {
    const rule = "jvp: the tangents must be like the primals";
    expect(() => jvp(f, [p, x], [{ a: x, b: x }, x])).toThrow(`${rule}: [0].b is float64 [2], not float64 [3].`);
    expect(() => jvp(f, [p, x], [{ a: x } as never, x])).toThrow(`${rule}: [0].b is missing.`);
    expect(() => jvp(f, [p, x], [p, cast(x, "float32")])).toThrow(`${rule}: [1] is float32 [2], not float64 [2].`);
    expect(() => linearize(f, p, x)[1](p, ones([3]))).toThrow(
      "linearize: the tangents must be like the primals: [1] is",
    );
    expect(() => hvp((y: NDArray) => sum(y))(x, ones([3]))).toThrow("[0] is float64 [3], not float64 [2].");
  });
  test("a loss that is no scalar, by the name of what was asked for", () => {
    expect(() => hessian(id as never)(x)).toThrow(
      "the loss must be a scalar, but its shape is [2]. Take its mean or sum",
    );
    expect(() => hvp(id as never)(x, x)).toThrow("the loss must be a scalar");
  });
});
