import { add, array, matmul, mean, mul, type NDArray, slice, square, sub, sum, tanh, transpose } from "@gradfold/core";
import { grad, hvp, jvp, program, scan as eagerly, valueAndGrad, vmap } from "@gradfold/autodiff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jit, scan } from "../src/index.ts";
import { expectSameBits, floats, noise } from "./bits.ts";

describe.each(floats)("scan of %s gives the bits of autodiff's", (dtype) => {
  test("with rows, a tree for a carry, and rows of results", () => {
    const body = (carry: { readonly sum: NDArray; readonly n: NDArray }, x: NDArray) =>
      [
        { sum: add(carry.sum, x), n: add(carry.n, 1) },
        { seen: x, mean: mean(carry.sum) },
      ] as const;
    for (const [length, d] of [
      [1, 3],
      [2, 1],
      [7, 5],
      [100, 2],
    ] as const) {
      const [init, xs] = [{ sum: noise(1, [d], dtype), n: array(0) }, noise(2, [length, d], dtype)];
      expectSameBits(scan(body, init, xs), eagerly(body, init, xs));
    }
  });

  test("without a turn", () => {
    const body = (c: NDArray, x: NDArray) => [add(c, x), mul(c, 2)] as const;
    const [init, xs] = [noise(1, [3], dtype), noise(2, [0, 3], dtype)];
    expectSameBits(scan(body, init, xs), eagerly(body, init, xs));
    const alone = (c: NDArray) => [mul(c, 2), c] as const;
    expectSameBits(scan(alone, init, null, { length: 0 }), eagerly(alone, init, null, { length: 0 }));
  });

  test("when carries change places", () => {
    const body = ([a, b, c]: readonly [NDArray, NDArray, NDArray]) => [[b, c, a] as const, add(a, b)] as const;
    const init = [noise(1, [5], dtype), noise(2, [5], dtype), noise(3, [5], dtype)] as const;
    expectSameBits(scan(body, init, null, { length: 4 }), eagerly(body, init, null, { length: 4 }));
  });

  test("when a carry stays, or becomes a constant, a row or a splat", () => {
    const constant = noise(9, [4], dtype);
    const body = ([a, b, c]: readonly [NDArray, NDArray, NDArray], x: NDArray) =>
      [[a, constant, x] as const, [add(b, c), constant, a]] as const;
    const init = [noise(1, [4], dtype), noise(2, [4], dtype), noise(3, [4], dtype)] as const;
    expectSameBits(scan(body, init, noise(4, [3, 4], dtype)), eagerly(body, init, noise(4, [3, 4], dtype)));
  });

  test("of numbers, however they pass from turn to turn, and of vectors among them", () => {
    // What a carry or a row may become: another one, or made of others and of the row that comes in.
    const ways = [
      (a: NDArray) => a,
      (a: NDArray, b: NDArray) => add(a, b),
      (a: NDArray, _: NDArray, x: NDArray) => sub(a, x),
      (_: NDArray, b: NDArray) => mul(tanh(b), 0.5),
      () => array(3, { dtype }),
    ];
    const place = fc.record({ way: fc.nat(ways.length - 1), a: fc.nat(3), b: fc.nat(3) });
    const programs = fc.record({
      carries: fc.array(place, { minLength: 4, maxLength: 4 }),
      rows: fc.array(place, { maxLength: 2 }),
      vector: fc.boolean(),
    });
    fc.assert(
      fc.property(programs, ({ carries, rows, vector }) => {
        const body = (c: readonly NDArray[], x: NDArray) => {
          const next = ({ way, a, b }: (typeof rows)[number]) => ways[way]?.(c[a] ?? x, c[b] ?? x, x) ?? x;
          const v = c[4] ?? x;
          return [[...carries.map(next), ...(vector ? [add(v, c[0] ?? x)] : [])], rows.map(next)] as const;
        };
        const numbers = [1, 2, 3, 4].map((seed) => noise(seed, [], dtype));
        const init = vector ? [...numbers, noise(5, [6], dtype)] : numbers;
        const xs = noise(6, [5], dtype);
        expectSameBits(scan(body, init, xs), eagerly(body, init, xs));
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test("with strided rows and a strided carry", () => {
    const body = (c: NDArray, x: NDArray) => [tanh(add(c, x)), sum(c)] as const;
    const xs = transpose(noise(1, [6, 20], dtype));
    const init = slice(noise(2, [12], dtype), [[null, null, 2]]);
    expectSameBits(scan(body, init, xs), eagerly(body, init, xs));
  });

  test("with a large carry and large rows", () => {
    const body = (c: NDArray, x: NDArray) => [add(mul(c, 0.5), x), mul(c, x)] as const;
    const [init, xs] = [noise(1, [37, 41], dtype), noise(2, [5, 37, 41], dtype)];
    expectSameBits(scan(body, init, xs), eagerly(body, init, xs));
  });

  test("of a scan, inside jit, and under grad", () => {
    const inner = (c: NDArray, x: NDArray) => [add(mul(c, x), 1), c] as const;
    const outer = (c: NDArray, x: NDArray) => {
      const [next, ys] = scan(inner, c, x);
      return [tanh(next), sum(ys)] as const;
    };
    const [init, xs] = [noise(1, [3], dtype), noise(2, [4, 5, 3], dtype)];
    const wanted = eagerly((c: NDArray, x: NDArray) => outer(c, x), init, xs);
    expectSameBits(scan(outer, init, xs), wanted);
    expectSameBits(jit((c: NDArray, x: NDArray) => scan(outer, c, x))(init, xs), wanted);
    const loss = (c: NDArray) => sum(scan(inner, c, noise(3, [4, 3], dtype))[0]);
    const wantedGradient = grad((c: NDArray) => sum(eagerly(inner, c, noise(3, [4, 3], dtype))[0]))(init);
    expectSameBits(grad(loss)(init), wantedGradient);
    expectSameBits(jit(grad(loss))(init), wantedGradient);
  });

  test("when the body closes over values of a program around it", () => {
    const f = (a: NDArray, init: NDArray) =>
      scan((c: NDArray) => [mul(c, add(a, 1)), sum(mul(a, c))], init, null, { length: 3 });
    const g = (a: NDArray, init: NDArray) =>
      eagerly((c: NDArray) => [mul(c, add(a, 1)), sum(mul(a, c))], init, null, { length: 3 });
    const [a, init] = [noise(1, [3], dtype), noise(2, [3], dtype)];
    expectSameBits(jit(f)(a, init), g(a, init));
    expectSameBits(f(a, init), g(a, init));
  });

  test("in its gradient, which is a loop as well, with weights that it closes over", () => {
    const xs = noise(3, [6, 3], dtype);
    const loss = (p: { readonly w: NDArray; readonly h: NDArray }) => {
      const [last, ys] = eagerly(
        (c: NDArray, x: NDArray) => {
          const next = tanh(add(matmul(p.w, c), mul(x, matmul(c, p.w))));
          return [next, mul(next, sum(p.w))] as const;
        },
        p.h,
        xs,
      );
      return add(sum(square(last)), mean(square(add(ys, sum(p.w)))));
    };
    const p = { w: noise(1, [3, 3], dtype), h: noise(2, [3], dtype) };
    const both = valueAndGrad(loss);
    const loops = program
      .of(both)(p)
      .equations.filter(({ kind }) => kind === "call");
    expect(loops).toHaveLength(2);
    expectSameBits(jit(both)(p), both(p));
    const along = (q: typeof p) => jvp(loss, [q], [q]);
    expectSameBits(jit(along)(p), along(p));
    const twice = (q: typeof p) => hvp(loss)(q, q);
    expectSameBits(jit(twice)(p), twice(p));
    const each = (ws: NDArray) => vmap((w: NDArray) => both({ ...p, w }))(ws);
    expectSameBits(jit(each)(noise(4, [2, 3, 3], dtype)), each(noise(4, [2, 3, 3], dtype)));
  });

  test("for numbers as a carry", () => {
    const body = (c: NDArray) => [add(c, 1), c] as const;
    expectSameBits(
      scan(body as never, 0 as never, null, { length: 3 }),
      eagerly(body as never, 0 as never, null, { length: 3 }),
    );
  });

  test("and the blog's run is the same step by step, jitted and scanned", () => {
    const x = noise(1, [100, 2], dtype);
    const y = noise(2, [100], dtype);
    const lossOf = valueAndGrad((a: NDArray, x: NDArray, y: NDArray) => mean(square(sub(matmul(x, a), y))));
    const step = (a: NDArray): readonly [NDArray, { loss: NDArray; a: NDArray }] => {
      const [loss, gradient] = lossOf(a, x, y);
      const next = sub(a, mul(0.1, gradient));
      return [next, { loss, a: next }];
    };
    const compiled = jit(step);
    const start = array([0.5, 0.75], { dtype });
    const [last, rows] = scan(step, start, null, { length: 100 });
    let [p, q] = [start as NDArray, start as NDArray];
    for (let i = 0; i < 100; i++) {
      const [a, b] = [step(p), compiled(q)];
      expectSameBits(b, a);
      expectSameBits(slice(rows.loss, [i]), a[1].loss);
      expectSameBits(slice(rows.a, [i]), a[0]);
      [p, q] = [a[0], b[0]];
    }
    expectSameBits(last, p);
  });
});

test("scan refuses what autodiff's refuses", () => {
  const body = (c: NDArray) => [c, c] as const;
  expect(() => scan(body, noise(1, [2]), null)).toThrow("Give { length }");
  expect(() => scan(body, noise(1, [2]), null, { length: -1 })).toThrow("whole number");
  expect(() => scan((c: NDArray) => [sum(c), c] as never, noise(1, [2]), null, { length: 2 })).toThrow(
    "come back as it began",
  );
  expect(() => scan(body, noise(1, [2]), [noise(1, [2]), noise(1, [3])] as never)).toThrow("rows");
});
