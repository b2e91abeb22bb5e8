import {
  add,
  array,
  item,
  log,
  matmul,
  mean,
  mul,
  type NDArray,
  sin,
  square,
  stack,
  sub,
  sum,
  take,
  tanh,
  toNested,
  where,
} from "@gradfold/core";
import {
  checkpoint,
  customVjp,
  debugNaN,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jvp,
  scan as eagerly,
  valueAndGrad,
  vjp,
  vmap,
} from "@gradfold/autodiff";
import { isFloat } from "@gradfold/core/library";
import { bind } from "@gradfold/core/transform";
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { catalogue, type Sample } from "../../core/test/laws/catalogue.ts";
import { jit } from "../src/index.ts";
import { expectSameBits, noise } from "./bits.ts";

/* Transforms of compiled functions: to the bits of the function itself. */

type F = (x: NDArray, y: NDArray) => NDArray;

/** Functions of two arrays of one shape, which use them more than once. */
const fs: Readonly<Record<string, F>> = {
  "products and sums": (x, y) => add(mul(x, mul(x, y)), mul(sin(x), add(y, mul(x, 0.3)))),
  "one computed twice": (x, y) => mul(add(square(x), square(x)), mul(tanh(mul(x, y)), tanh(mul(x, y)))),
  "a loop": (x, y) => eagerly((c: NDArray) => [add(mul(c, x), sin(mul(c, y))), null], x, null, { length: 3 })[0],
  "one argument": (x) => mul(x, tanh(x)),
  "an argument as it is": (x, y) => add(y, mul(x, 2)),
};

/** How a function may stand in another. */
const inside: Readonly<Record<string, (g: F) => F>> = {
  alone: (g) => g,
  "in between": (g) => (x, y) => mul(g(sin(x), mul(x, y)), add(x, mul(y, x))),
  "of the same twice": (g) => (x, y) => add(mul(x, y), g(x, x)),
  "of itself": (g) => (x, y) => add(x, g(g(x, y), mul(x, y))),
};

type Transform = (h: F) => (x: NDArray, y: NDArray) => unknown;

const total =
  (h: F): ((x: NDArray, y: NDArray) => NDArray<[]>) =>
  (x, y) =>
    sum(h(x, y));

const transforms: Readonly<Record<string, Transform>> = {
  nothing: (h) => h,
  grad: (h) => grad(total(h), { argnums: [0, 1] }),
  "grad of the first": (h) => grad(total(h)),
  "valueAndGrad of the second": (h) => valueAndGrad(total(h), { argnums: 1 }),
  jvp: (h) => (x, y) => jvp(h, [x, y], [mul(y, 0.5), x]),
  "jvp of the first": (h) => (x, y) => jvp((u: NDArray) => h(u, y), [x], [y]),
  vmap: (h) => vmap(h),
  "vmap of the second": (h) => (x, y) => vmap((v: NDArray) => h(x, v))(y),
  jacrev: (h) => jacrev(h),
  jacfwd: (h) => jacfwd(h),
  hessian: (h) => hessian(total(h)),
  "grad of grad": (h) => grad((x: NDArray, y: NDArray) => sum(mul(y, grad(total(h))(x, y)))),
  "grad of grad of grad": (h) => {
    const once = (x: NDArray, y: NDArray) => sum(mul(y, grad(total(h))(x, y)));
    return grad((x: NDArray, y: NDArray) => sum(mul(x, grad(once, { argnums: 1 })(x, y))));
  },
  "grad of jvp": (h) => grad((x: NDArray, y: NDArray) => sum(jvp(h, [x, y], [y, mul(x, x)])[1])),
  "grad of jacfwd": (h) => grad((x: NDArray, y: NDArray) => sum(mul(jacfwd(h)(x, y), 0.5))),
  "grad of vmap": (h) => grad((x: NDArray, y: NDArray) => sum(mul(vmap(h)(x, y), sub(x, y)))),
  "vmap of grad": (h) => vmap(grad(total(h))),
  jit: (h) => jit(h),
  "jit of grad": (h) => jit(grad(total(h))),
  "grad of jit of grad": (h) => grad((x: NDArray, y: NDArray) => sum(jit(grad(total(h)))(x, y))),
  debugNaN: (h) => debugNaN(grad(total(h))),
};

const [x, y] = [noise(1, [2, 3], "float64"), noise(2, [2, 3], "float64")];

describe.each(Object.entries(transforms))("%s of a compiled function", (_, transform) => {
  test.each(Object.entries(fs))("with %s", (__, f) => {
    for (const around of Object.values(inside)) {
      const [compiled, plain] = [transform(around(jit(f))), transform(around(f))];
      for (let i = 0; i < 2; i++) expectSameBits(compiled(x, y), plain(x, y));
    }
  });
});

/** A record's operation, applied twice, for its float operands: under every kind of transform. */
const composes = ({ primitive, inputs }: Sample): void => {
  const floats = inputs.map((x) => isFloat(x.dtype));
  if (!floats.includes(true)) return;
  const plain = (...xs: readonly NDArray[]) => bind(primitive, xs);
  const uses =
    (g: typeof plain) =>
    (...given: readonly NDArray[]) => {
      let next = 0;
      const xs = inputs.map((x, i) => (floats[i] === true ? (given[next++] ?? x) : x));
      return [g(...xs), g(...xs)];
    };
  const operands = inputs.filter((_, i) => floats[i] === true);
  const stacks = operands.map((x) => stack([x, x]));
  const transformed: readonly ((h: ReturnType<typeof uses>) => unknown)[] = [
    (h) => {
      const [outputs, pullBack] = vjp(h, ...operands);
      return pullBack(outputs);
    },
    (h) => jvp(h, operands, operands),
    (h) => vmap(h)(...stacks),
    (h) => {
      const both = (...xs: readonly NDArray[]) => {
        const [outputs, pullBack] = vjp(h, ...xs);
        return pullBack(outputs);
      };
      return vjp(both, ...operands)[1]([...operands]);
    },
  ];
  const compiled = jit(plain);
  for (const transform of transformed) expectSameBits(transform(uses(compiled)), transform(uses(plain)));
};

describe.each(catalogue.map((entry) => [entry.name, entry] as const))("%s", (_, { samples }) => {
  test.each(["float64", "float32"] as const)("of %s has the bits of eager code inside of transforms", (dtype) => {
    fc.assert(fc.property(samples(fc.constant(dtype)), composes), { seed: 1, numRuns: 4 });
  });
});

describe("A compiled function inside of a transform", () => {
  const square2 = (a: NDArray, b: NDArray) => ({ loss: mean(square(sub(matmul(a, b), 1))), aux: [mul(a, 2), a, 3] });
  const [a, b] = [noise(1, [3, 4]), noise(2, [4, 2])];

  test("may have results that nobody asks the derivative of", () => {
    const losses = (f: typeof square2) =>
      valueAndGrad(
        (u: NDArray, v: NDArray) => {
          const { loss, aux } = f(u, v);
          return [loss, aux] as const;
        },
        { argnums: [0, 1] },
      );
    const [compiled, plain] = [losses(jit(square2)), losses(square2)];
    for (let i = 0; i < 2; i++) expectSameBits(compiled(a, b), plain(a, b));
  });

  test("runs once for each type of arguments, and its programs are made once", () => {
    let calls = 0;
    const f = jit((u: NDArray, v: NDArray) => {
      calls += 1;
      return square2(u, v).loss;
    });
    const g = grad((u: NDArray, v: NDArray) => mul(f(u, v), 2), { argnums: [0, 1] });
    g(a, b);
    const { Memory, validate } = WebAssembly;
    const made = vi.fn();
    vi.stubGlobal("WebAssembly", { Module: made, Instance: made, Memory, validate });
    for (let i = 0; i < 3; i++) g(noise(i, [3, 4]), b);
    vi.unstubAllGlobals();
    expect(calls).toBe(1);
    expect(made).not.toHaveBeenCalled();
  });

  afterEach(vi.unstubAllGlobals);

  test("may close over what is followed", () => {
    const outer = (compile: typeof jit) => (w: NDArray, x0: NDArray) =>
      sum(add(compile((u: NDArray) => mul(w, u))(x0), compile((u: NDArray) => mul(w, sin(u)))(w)));
    for (const transform of [grad, (h: typeof total0) => vmap(h)] as const)
      expectSameBits(transform(outer(jit))(x, y), transform(outer((f) => f as never))(x, y));
  });

  const total0 = (u: NDArray, v: NDArray): NDArray<[]> => sum(add(u, v));

  test("may ask for values where they are known, and for those that do not depend on what is followed", () => {
    const steep = (u: NDArray) => (item(sum(u)) > 0 ? mul(u, 3) : u);
    const compiled = jit(steep);
    for (let i = 0; i < 2; i++)
      expectSameBits(grad((u: NDArray) => sum(compiled(u)))(x), grad((u: NDArray) => sum(steep(u)))(x));
    const both = jit((u: NDArray, v: NDArray) => [mul(u, v), sum(v), v] as const);
    const known = (u: NDArray) => {
      const [product, total] = both(u, y);
      return mul(product, item(total));
    };
    const plain = (u: NDArray) => mul(mul(u, y), item(sum(y)));
    expectSameBits(vmap(known, { inAxes: 0 })(stack([x, x])), vmap(plain)(stack([x, x])));
    expectSameBits(jit(known)(x), plain(x));
  });

  test("gives an operand, and a constant, back as they are", () => {
    const c = array([1, 2]);
    const f = jit((u: NDArray) => [u, c, mul(u, 2)] as const);
    const seen: unknown[] = [];
    grad((u: NDArray) => {
      const [same, constant, twice] = f(u);
      seen.push(same === u, constant === c);
      return sum(twice);
    })(x);
    expect(seen).toEqual([true, true]);
  });

  test("takes whole numbers, trees and truths, and derivatives of functions with rules", () => {
    const rule = customVjp((u: NDArray) => sin(u), { forward: (u) => [sin(u), u], backward: (u, t) => [mul(t, u)] });
    const f = (p: { readonly w: NDArray; readonly n: number }, i: NDArray, isOn: boolean) => ({
      y: take(checkpoint(rule)(mul(p.w, p.n)), i),
      z: isOn ? where(p.w, p.w, 0) : null,
    });
    const i = array([1, 0, 1], { dtype: "int32" });
    const loss = (g: typeof f) => (w: NDArray) => {
      const { y: u, z } = g({ w, n: 0.5 }, i, true);
      return add(sum(u), z === null ? 0 : sum(mul(z, w)));
    };
    expectSameBits(grad(loss(jit(f)))(x), grad(loss(f))(x));
    expectSameBits(hessian(loss(jit(f)))(x), hessian(loss(f))(x));
  });

  test("shows debugNaN its operations by name", () => {
    const f = jit((u: NDArray) => log(sub(u, 9)));
    expect(() => debugNaN((u: NDArray) => mul(f(u), 2))(x)).toThrow(/debugNaN: log/);
  });

  test("is refused if it is too large, at every call, though it is traced once", () => {
    let calls = 0;
    const long = jit((u: NDArray) => {
      calls += 1;
      return Array.from({ length: 200_001 }).reduce((v: NDArray) => mul(v, u), u);
    });
    for (let i = 0; i < 2; i++)
      expect(() => grad((u: NDArray) => sum(long(u)))(x)).toThrow("jit: the program has 200001 operations so far");
    expect(calls).toBe(1);
  });

  test("has the gradients that it had, when its types change and come back", () => {
    const f = jit((u: NDArray) => sum(mul(u, square(u))));
    for (const shape of [[3], [4], [3], [2, 2], [4]])
      expectSameBits(grad(f)(noise(1, shape)), grad((u: NDArray) => sum(mul(u, square(u))))(noise(1, shape)));
    expect(toNested(grad(f)(array([2])))).toEqual([12]);
  });
});
