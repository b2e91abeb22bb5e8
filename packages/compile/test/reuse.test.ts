import {
  add,
  array,
  broadcastTo,
  flip,
  matmul,
  mul,
  type NDArray,
  ShapeError,
  sqrt,
  square,
  sub,
  sum,
  take,
  transpose,
} from "@gradfold/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jit } from "../src/index.ts";
import { expectSameBits, floats, noise } from "./bits.ts";

/* Steps read what they are fed with where the last call left it, and write their results there. */

const shapes = [[40], [7, 9], [9, 8], [5, 3, 7], [33, 1]] as const;

const row = (shape: readonly number[], dtype: "float32" | "float64"): NDArray => noise(11, [shape.at(-1) ?? 1], dtype);

/** Functions of two arrays of a shape that give two such arrays. */
const fs = {
  "each from its own": (p: NDArray, m: NDArray) => [mul(p, 0.5), add(m, 1)],
  "each from both": (p: NDArray, m: NDArray) => [sub(p, mul(0.1, m)), add(mul(m, 0.9), mul(p, p))],
  "by rows": (p: NDArray, m: NDArray) => [
    sub(p, mul(m, row(p.shape, p.dtype === "float32" ? "float32" : "float64"))),
    m,
  ],
  "with a sum of all": (p: NDArray, m: NDArray) => [sub(p, sum(square(m))), add(m, sum(p))],
  "by a root": (p: NDArray, m: NDArray) => [add(p, 1), sqrt(square(add(m, p)))],
  "the other way round": (p: NDArray, m: NDArray) => [add(m, 1), sub(p, 1)],
  "from elsewhere": (p: NDArray, m: NDArray) => [add(p, flip(p)), add(m, flip(m, 0))],
  "by way of what is made between": (p: NDArray, m: NDArray) => {
    const between = sum(square(add(p, m)), 0);
    return [sub(p, mul(between, 0.1)), add(m, sum(mul(p, between), 0))];
  },
  "read again in another order": (p: NDArray, m: NDArray) => {
    const half = mul(p, 0.5);
    return [half, add(flip(p), mul(sum(half), m))];
  },
} as const;

type Pair = readonly [NDArray, NDArray];

describe.each(floats)("In %s", (dtype) => {
  test.each(Object.entries(fs))("%s: whatever is fed back, and where", (_, f) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...shapes),
        fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { minLength: 1, maxLength: 12 }),
        (shape, feeds) => {
          const compiled = jit(f);
          const start: Pair = [noise(1, shape, dtype), noise(2, shape, dtype)];
          let [known, wanted]: [NDArray[], NDArray[]] = [[...start], [...start]];
          for (const [i, j] of feeds) {
            // The newest first: most of the time a result comes back at once.
            const at = (list: readonly NDArray[], k: number): NDArray => list[k % list.length] ?? start[0];
            const results = compiled(at(known, i), at(known, j));
            const expected = f(at(wanted, i), at(wanted, j));
            expectSameBits(results, expected);
            known = [...results, ...known].slice(0, 6);
            wanted = [...expected, ...wanted].slice(0, 6);
          }
          expectSameBits(known, wanted);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("a shift of what is read is not read where it is written", () => {
    const f = (p: NDArray) => add(p, array([1, 2, 3, 4, 5, 6, 7, 8, 9], { dtype }));
    const g = (p: NDArray) => add(p, transpose(p));
    let [a, b] = [noise(1, [9, 9], dtype), noise(1, [9, 9], dtype)];
    const [once, twice] = [jit(f), jit(g)];
    for (let i = 0; i < 5; i++) {
      [a, b] = [twice(once(a)), g(f(b))];
      expectSameBits(a, b);
      [a, b] = [twice(a), g(b)];
      expectSameBits(a, b);
    }
  });

  test("what is made on the way lies apart", () => {
    const f = (p: NDArray, m: NDArray) => {
      const between = matmul(m, m);
      return [sub(p, mul(1e-4, matmul(between, between))), m] as const;
    };
    const compiled = jit(f);
    const m = noise(1, [96, 96], dtype);
    let [a, b] = [noise(2, [96, 96], dtype), noise(2, [96, 96], dtype)];
    for (let i = 0; i < 4; i++) {
      [[a], [b]] = [compiled(a, m), f(b, m)];
      expectSameBits(a, b);
    }
  });

  test("one element, seen at every place, is no result of that shape", () => {
    const f = (p: NDArray, m: NDArray) => [add(mul(p, 2), m), mul(m, 3)] as const;
    for (const shape of [[1], [3], [40], [1, 1], [5, 9]]) {
      const compiled = jit(f);
      const one = (value: number): NDArray => broadcastTo(array([value], { dtype }), shape);
      let [known, wanted]: [Pair, Pair] = [
        [one(1.5), one(2)],
        [one(1.5), one(2)],
      ];
      for (let i = 0; i < 6; i++) {
        [known, wanted] = [compiled(...known), f(...wanted)];
        expectSameBits(known, wanted);
        if (i === 3)
          [known, wanted] = [
            [known[0], one(7)],
            [wanted[0], one(7)],
          ];
      }
    }
  });

  test("after a refusal nothing of the broken call is read", () => {
    const table = noise(5, [50], dtype);
    const f = (p: NDArray, i: NDArray) => [mul(p, 2), take(table, i, 0)] as const;
    const compiled = jit(f);
    const at = (i: number): NDArray => array([i], { dtype: "int32" });
    const first = noise(1, [50], dtype);
    const [second] = compiled(first, at(3));
    const [third] = compiled(second, at(4));
    expect(() => compiled(third, at(50))).toThrow(ShapeError);
    expectSameBits(compiled(third, at(5)), f(mul(first, 4), at(5)));
    expectSameBits(compiled(second, at(6)), f(mul(first, 2), at(6)));
  });
});
