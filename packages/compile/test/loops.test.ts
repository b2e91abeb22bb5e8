import {
  add,
  allClose,
  array,
  attempt,
  div,
  either,
  item,
  less,
  log,
  matmul,
  max,
  mul,
  type NDArray,
  neg,
  type Scalar,
  slice,
  sqrt,
  stack,
  sub,
  sum,
  tanh,
  toTypedArray,
  tree,
} from "@gradfold/core";
import { foriLoop, grad, hvp, jvp, scan as eagerly, valueAndGrad, vjp, vmap, whileLoop } from "@gradfold/autodiff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ended, looped, type Point, pointOf, type Recipe, recipes, totalOf } from "../../autodiff/test/loops.ts";
import { explain, jit, scan } from "../src/index.ts";
import { expectSameBits, floats, noise } from "./bits.ts";

/* Loops of random bodies, their derivatives and stacks of them, compiled: the bits of eager code. */

type Loop = ReturnType<typeof looped>;

const ways: Readonly<Record<string, (f: Loop) => (point: Point) => unknown>> = {
  values: (f) => f,
  tangents: (f) => (point) => jvp(f, [point], [point]),
  cotangents: (f) => (point) => {
    const [value, pullBack] = vjp(f, point);
    return pullBack(value);
  },
  gradients: (f) => valueAndGrad(totalOf(f)),
  "second derivatives": (f) => (point) => hvp(totalOf(f))(point, point),
};

const loops: Readonly<Record<string, (recipe: Recipe) => Loop>> = {
  scan: looped,
  "whileLoop of at most six turns": (recipe) => ended(recipe, 6),
};

const runs = { numRuns: 12, seed: 1 } as const;

describe.each(Object.entries(loops))("a %s", (_, loopOf) => {
  test.each(Object.entries(ways))("has the same %s", (_name, way) => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const [f, point] = [way(loopOf(recipe)), pointOf(1, recipe)];
        expectSameBits(jit(f)(point), f(point));
      }),
      runs,
    );
  });
  test.each(Object.entries(ways))("has the same %s in a stack", (_name, way) => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const [a, b] = [pointOf(1, recipe), pointOf(2, recipe)];
        const point: Point = {
          closed: a.closed,
          carry: a.carry.map((x, i) => stack([x, b.carry[i] ?? x])),
          rows: stack([a.rows, b.rows]),
        };
        const f = vmap(way(loopOf(recipe)) as (p: Point) => Point, {
          inAxes: [{ closed: null, carry: 0, rows: 0 }] as never,
        });
        expectSameBits(jit(f)(point), f(point));
      }),
      runs,
    );
  });
});

describe.each(floats)("a scan of %s from the last row to the first", (dtype) => {
  const body = (c: NDArray, x: NDArray) => [add(mul(c, 0.5), x), mul(c, x)] as const;
  const jitted = jit((c: NDArray, rows: NDArray) => eagerly(body, c, rows, { reverse: true }));
  // A row is copied by vectors, and must leave the row behind it as it is: that one is written before.
  const widths = Array.from({ length: 34 }, (_, i) => i);
  test("of rows that fill vectors, or do not", () => {
    for (const width of [...widths, 200]) {
      const [init, xs] = [noise(1, [width], dtype), noise(2, [4, width], dtype)];
      const wanted = eagerly(body, init, xs, { reverse: true });
      expectSameBits(scan(body, init, xs, { reverse: true }), wanted);
      expectSameBits(jitted(init, xs), wanted);
    }
  });
  test("and from the first to the last, by one body", () => {
    const [init, xs] = [noise(1, [3], dtype), noise(2, [5, 3], dtype)];
    for (const reverse of [true, false, true])
      expectSameBits(scan(body, init, xs, { reverse }), eagerly(body, init, xs, { reverse }));
  });
});

test("the way back reads what was kept where it lies", () => {
  const body = (c: NDArray, x: NDArray) => [mul(c, sub(x, mul(c, c))), null] as const;
  const loss = (c: NDArray, xs: NDArray) => sum(eagerly(body, c, xs)[0]);
  const memory = (length: number): number => {
    const text = explain(grad(loss))(noise(1, [500]), noise(2, [length, 500]));
    return Number(/memory: (\d+) bytes/.exec(text)?.[1]);
  };
  // Of every row: its place among the arguments, and the carry that is kept of it.
  const kept = memory(200) - memory(100);
  expect(kept).toBeLessThanOrEqual(100 * 500 * 4 * 3.1);
});

describe("a whileLoop with a greatest number of turns", () => {
  const reach = (maxSteps?: number) => (x: Scalar) =>
    whileLoop(
      (y: Scalar) => less(y, 100),
      (y) => mul(y, x),
      x,
      maxSteps === undefined ? {} : { maxSteps },
    );
  const numbers = [1.5, 2, 3, 10, 200];
  const xs = array(numbers);

  test("has the gradients of the one without", () => {
    const compiled = jit(valueAndGrad(reach(20)));
    for (const x of numbers) expectSameBits(compiled(array(x)), valueAndGrad(reach())(array(x)));
    const each = vmap(valueAndGrad(reach(20)));
    expectSameBits(jit(each)(xs), each(xs));
    const all = grad((v: NDArray) => sum(vmap(reach(20))(v as NDArray<[5]>)));
    expectSameBits(jit(all)(xs), all(xs));
  });
  test("computes nothing after the end that is infinite", () => {
    const down = (x: Scalar): Scalar =>
      whileLoop(
        ({ left }) => less(0.5, left),
        ({ left, y }) => ({ left: sub(left, 1), y: add(y, add(sqrt(sub(left, 0.75)), div(log(left), left))) }),
        { left: x, y: array(0) },
        { maxSteps: 9 },
      ).y;
    const compiled = jit(valueAndGrad(down));
    for (const x of [0, 1, 2, 4, 9]) expectSameBits(compiled(array(x)), valueAndGrad(down)(array(x)));
    const each = vmap(valueAndGrad(down));
    expectSameBits(jit(each)(array([1, 4, 0])), each(array([1, 4, 0])));
  });
  const complaint = (run: () => unknown): string => {
    const tried = attempt(run);
    return either.isLeft(tried) ? tried.left.message : "nothing is refused";
  };
  test.each<readonly [string, () => unknown]>([
    ["by itself", () => jit(reach(4))(array(2))],
    ["in forward mode", () => jit((x: Scalar) => jvp(reach(4), [x], [x]))(array(2))],
    ["in reverse mode", () => jit(grad(reach(4)))(array(2))],
    ["under vmap", () => jit(vmap(reach(4)))(xs)],
    ["in a stack of gradients", () => jit(vmap(grad(reach(4))))(xs)],
    ["in a loop", () => scan((c: NDArray, x) => [add(c, reach(4)(x)), null], array(0), xs)],
  ])("refuses the turn after the last, %s", (_, run) => {
    const wanted = complaint(() => reach(4)(array(2)));
    expect(wanted).toContain("maxSteps = 4");
    expect(complaint(run)).toBe(wanted);
  });
  test("runs on after a refusal", () => {
    const compiled = jit(grad(reach(4)));
    for (const x of [10, 2, 3, 1.5, 200])
      expect(complaint(() => expectSameBits(compiled(array(x)), grad(reach(4))(array(x))))).toBe(
        complaint(() => reach(4)(array(x))),
      );
  });
  test("and none at all is refused under jit's gradient", () => {
    expect(() => jit(grad(reach()))(array(3))).toThrow("Give { maxSteps }");
  });
});

describe("an integration by the rule of Runge and Kutta", () => {
  // For y' = -p y a step of size h is a factor r(p h), r(z) = 1 - z + z²/2 - z³/6 + z⁴/24.
  const [h, length] = [0.01, 200];
  const slope = (p: NDArray, y: NDArray): NDArray => neg(mul(p, y));
  const step = (p: NDArray, y: NDArray): NDArray => {
    const k1 = slope(p, y);
    const k2 = slope(p, add(y, mul(h / 2, k1)));
    const k3 = slope(p, add(y, mul(h / 2, k2)));
    const k4 = slope(p, add(y, mul(h, k3)));
    return add(y, mul(h / 6, add(add(k1, mul(2, add(k2, k3))), k4)));
  };
  const loss = ({ p, y }: { readonly p: NDArray; readonly y: NDArray }) =>
    sum(foriLoop(0, length, (_, now: NDArray) => step(p, now), y));
  const at = { p: array([0.5, 1, 3]), y: array([1, -2, 0.25]) };
  test("has the gradient of its closed form, compiled to the same bits", () => {
    const gradient = grad(loss)(at);
    const [ps, ys] = [toTypedArray(at.p), toTypedArray(at.y)];
    ps.forEach((p, i) => {
      const z = p * h;
      const factor = 1 - z + z ** 2 / 2 - z ** 3 / 6 + z ** 4 / 24;
      const bend = -1 + z - z ** 2 / 2 + z ** 3 / 6;
      const [ofP, ofY] = [length * factor ** (length - 1) * bend * h * (ys[i] ?? NaN), factor ** length];
      expect(Math.abs((toTypedArray(gradient.p)[i] ?? NaN) / ofP - 1)).toBeLessThan(1e-11);
      expect(Math.abs((toTypedArray(gradient.y)[i] ?? NaN) / ofY - 1)).toBeLessThan(1e-11);
    });
    expectSameBits(jit(grad(loss))(at), gradient);
  });
  test("until a condition holds has the gradient of the steps that it takes", () => {
    const until = (p: NDArray) =>
      sum(
        whileLoop(
          (y: NDArray) => less(1, max(y)),
          (y) => step(p, y),
          array([4, 2, 1.5]) as NDArray,
          { maxSteps: 400 },
        ),
      );
    const p = array([0.5, 1, 2]);
    const gradient = grad(until)(p);
    expectSameBits(jit(grad(until))(p), gradient);
    const central = toTypedArray(p).map((value, i) => {
      const moved = (by: number) => array(Array.from(toTypedArray(p), (x, k) => (k === i ? value + by : x)));
      return (item(until(moved(1e-5))) - item(until(moved(-1e-5)))) / 2e-5;
    });
    expect(allClose(gradient, array([...central]), { rtol: 1e-8, atol: 1e-10 })).toBe(true);
  });
});

test("a recurrent network has the gradients of its turns in a row", () => {
  const weights = { w: noise(1, [4, 4], "float64"), u: noise(2, [4, 3], "float64"), h: noise(3, [4], "float64") };
  const rows = noise(4, [50, 3], "float64");
  const next = (p: typeof weights, h: NDArray, x: NDArray): NDArray =>
    tanh(mul(0.4, add(matmul(p.w, h), matmul(p.u, x))));
  const looped = (p: typeof weights) =>
    sum(eagerly((h: NDArray, x: NDArray) => [next(p, h, x), next(p, h, x)] as const, p.h, rows)[1]);
  const unrolled = (p: typeof weights) => {
    const seen: NDArray[] = [];
    for (let i = 0; i < 50; i++) seen.push(next(p, seen[i - 1] ?? p.h, slice(rows, [i])));
    return sum(stack(seen));
  };
  const gradient = grad(looped)(weights);
  expect(tree.allClose(gradient, grad(unrolled)(weights), { rtol: 1e-10, atol: 1e-12 })).toBe(true);
  expectSameBits(jit(grad(looped))(weights), gradient);
});
