import {
  add,
  array,
  exp,
  item,
  log,
  mul,
  type NDArray,
  neg,
  ones,
  sub,
  sum,
  tanh,
  toNested,
  TraceError,
} from "@gradfold/core";
import { isTransforming, tracer } from "@gradfold/core/transform";
import { describe, expect, test } from "vitest";
import {
  checkpoint,
  cond,
  customJvp,
  customRoot,
  customVjp,
  debugNaN,
  evalShape,
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
  valueAndGrad,
  vjp,
  vmap,
  whileLoop,
} from "../src/index.ts";

type F = (x: NDArray) => NDArray;
const scalar = (f: F) => (x: NDArray) => sum(f(x));

/** Every transform, as something to do to a function at a point. */
const transforms: Readonly<Record<string, (f: F, x: NDArray) => unknown>> = {
  grad: (f, x) => grad(scalar(f))(x),
  valueAndGrad: (f, x) => valueAndGrad(scalar(f))(x),
  vjp: (f, x) => vjp(f, x)[1](x),
  jvp: (f, x) => jvp(f, [x], [x]),
  linearize: (f, x) => linearize(f, x)[1](x),
  jacfwd: (f, x) => jacfwd(f)(x),
  jacrev: (f, x) => jacrev(f)(x),
  hessian: (f, x) => hessian(scalar(f))(x),
  hvp: (f, x) => hvp(scalar(f))(x, x),
  vmap: (f, x) => vmap(f)(x),
  trace: (f, x) => program.of(f)(x),
  evalShape: (f, x) => evalShape(f)(x),
  debugNaN: (f, x) => debugNaN(f)(x),
  checkpoint: (f, x) => grad(scalar(checkpoint(f)))(x),
  customVjp: (f, x) => grad(scalar(customVjp(f, { forward: (y) => [f(y), null], backward: (_, t) => [t] })))(x),
  customJvp: (f, x) =>
    jvp(
      customJvp(f, ([y], [t]) => [f(y), t]),
      [x],
      [x],
    ),
  customRoot: (f, x) =>
    jvp((a: NDArray) => customRoot((y: NDArray) => sub(f(y), a), x, { solve: (_, y) => [y, null] })[0], [x], [x]),
  scan: (f, x) => grad((y: NDArray) => sum(scan((c: NDArray) => [f(c), c] as const, y, null, { length: 2 })[0]))(x),
  foriLoop: (f, x) => grad((y: NDArray) => sum(foriLoop(0, 2, (_, c: NDArray) => f(c), y)))(x),
  whileLoop: (f, x) =>
    jvp(
      (y: NDArray) =>
        whileLoop(
          ({ n }) => sub(2, n) as never,
          ({ c, n }) => ({ c: f(c), n: add(n, 1) }),
          { c: y, n: array(0) as NDArray },
        ).c,
      [x],
      [x],
    ),
  cond: (f, x) => grad((y: NDArray) => sum(cond(true, f, neg, y)))(x),
};

const x = array([0.5, -0.25]);

/** The nest that tells the levels of derivatives apart: the inner one must not see the outer one's tangent. */
const nested = (): number => item(grad((a) => mul(a, grad((b) => add(a, b))(1)))(1));

describe.each(Object.entries(transforms))("a throw inside %s", (_, transform) => {
  test("leaves no state, fifty times over", () => {
    const failing: F = (y) => {
      exp(y);
      throw new Error("the user's");
    };
    for (let i = 0; i < 50; i++) {
      expect(() => transform(failing, x)).toThrow("the user's");
      expect(isTransforming()).toBe(false);
      transform(tanh, x);
    }
    expect(isTransforming()).toBe(false);
    expect(nested()).toBe(1);
  });
  test("and caught inside another transform leaves that one as it was", () => {
    const failing: F = () => {
      throw new Error("inner");
    };
    const f = (y: NDArray) => {
      expect(() => transform(failing, y)).toThrow("inner");
      return sum(mul(y, y));
    };
    expect(toNested(grad(f)(x))).toEqual([1, -0.5]);
    expect(toNested(jvp(f, [x], [ones([2])])[1])).toBe(0.5);
  });
});

test("a thousand calls and a thousand throws later a nested gradient is right", () => {
  const failing = grad((y: NDArray) =>
    sum(
      vmap((v: NDArray): NDArray => {
        throw new Error(String(v.shape));
      })(y),
    ),
  );
  for (let i = 0; i < 1000; i++) {
    expect(() => failing(x)).toThrow();
    expect(nested()).toBe(1);
  }
});

describe("perturbations are told apart", () => {
  test("in forward, reverse and mixed nests", () => {
    const d = (f: F) => (y: NDArray) => jvp(f, [y], [array(1)])[1];
    const g = (f: F) => (y: NDArray) => grad(scalar(f))(y);
    for (const outer of [d, g])
      for (const inner of [d, g])
        expect(item(outer((a) => mul(a, inner((b) => add(a, b))(array(1))))(array(1)))).toBe(1);
  });
  test("when a derivative is taken at a point that is itself followed", () => {
    const f = (a: NDArray) => mul(a, grad((b: NDArray) => sum(mul(mul(a, b), b)))(a));
    // a · 2a·a = 2a³
    expect(item(grad(scalar(f))(array(2)))).toBe(24);
  });
});

describe("values that got away are refused, by the function that meets them", () => {
  test.each(Object.entries(transforms).filter(([name]) => !["checkpoint", "scan", "foriLoop", "cond"].includes(name)))(
    "%s",
    (_, transform) => {
      const kept: NDArray[] = [];
      transform((y) => {
        kept.push(y);
        return tanh(y);
      }, x);
      const followed = kept.filter((y) => tracer(y) !== undefined);
      for (const y of followed) {
        expect(() => log(y)).toThrow(TraceError);
        expect(() => log(y)).toThrow("log: a value of a transform is used after that transform ended.");
      }
      expect(kept.length).toBeGreaterThan(0);
    },
  );
});
