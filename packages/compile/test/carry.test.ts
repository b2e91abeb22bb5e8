import { scan as eagerly, whileLoop } from "@gradfold/autodiff";
import {
  add,
  array,
  cumsum,
  flip,
  less,
  logicalAnd,
  logicalNot,
  mul,
  type NDArray,
  type Scalar,
  slice,
  sub,
  sum,
  tanh,
  where,
} from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emit } from "../src/emit/module.ts";
import { planModule } from "../src/emit/plan.ts";
import { jit, scan } from "../src/index.ts";
import { schedule } from "../src/schedule/fuse.ts";
import { expectSameBits, floats, noise } from "./bits.ts";
import { disassemble } from "./disassemble.ts";
import { graphOf } from "./lowered.ts";

describe.each(floats)("The carry of a loop of %s", (dtype) => {
  test("has the bits of autodiff's, whether the next arrays can take the places of the last or not", () => {
    // Made of elements at the same places, at others, of all, and step by step.
    const ways = [
      (a: NDArray) => a,
      (a: NDArray, b: NDArray, x: NDArray) => sub(mul(a, b), x),
      (a: NDArray, b: NDArray) => add(flip(a), b),
      (a: NDArray, b: NDArray) => mul(tanh(a), sum(b)),
      (a: NDArray, b: NDArray) => sub(cumsum(a, 0), b),
    ];
    const place = fc.record({ way: fc.nat(ways.length - 1), a: fc.nat(2), b: fc.nat(2) });
    const programs = fc.record({
      carries: fc.array(place, { minLength: 3, maxLength: 3 }),
      rows: fc.array(place, { maxLength: 2 }),
      shape: fc.constantFrom([1], [6], [8], [3, 5], [4, 12], [70]),
      isInside: fc.boolean(),
      reverse: fc.boolean(),
    });
    fc.assert(
      fc.property(programs, ({ carries, rows, shape, isInside, reverse }) => {
        const body = (c: readonly NDArray[], x: NDArray) => {
          const next = ({ way, a, b }: (typeof rows)[number]) => tanh(ways[way]?.(c[a] ?? x, c[b] ?? x, x) ?? x);
          return [carries.map(next), rows.map(next)] as const;
        };
        const twice = (loop: typeof scan) => (c: readonly NDArray[], x: NDArray) => {
          const [once, ys] = loop(body, c, x);
          return [body(once, slice(x, [1]))[0], ys] as const;
        };
        const init = [1, 2, 3].map((seed) => noise(seed, shape, dtype));
        const xs = noise(6, [5, ...shape], dtype);
        const stacked = noise(7, [2, 4, ...shape], dtype);
        if (isInside)
          expectSameBits(
            scan(twice(scan), init, stacked, { reverse }),
            eagerly(twice(eagerly), init, stacked, { reverse }),
          );
        else expectSameBits(scan(body, init, xs, { reverse }), eagerly(body, init, xs, { reverse }));
      }),
      { numRuns: 100 },
    );
  });

  test("is left as it is by a condition, whose result could take its place", () => {
    const loop = (v: NDArray) =>
      whileLoop(
        ([isDone, w]: readonly [Scalar, NDArray]) => logicalNot(logicalAnd(isDone, less(0, sum(w)))),
        ([isDone, w]: readonly [Scalar, NDArray]) =>
          [less(4, sum(w)), add(w, where(isDone, array(100, { dtype }), array(0.25, { dtype })))] as const,
        [array(false), v] as const,
      );
    const v = noise(1, [5], dtype);
    expectSameBits(jit(loop)(v), loop(v));
  });

  test("is written over the last one, rather than copied", () => {
    const adam = ([w, m]: readonly [NDArray, NDArray], x: NDArray) => {
      const next = add(mul(m, 0.9), mul(x, 0.1));
      return [[sub(w, mul(next, 0.01)), next] as const, null] as const;
    };
    const f = (w: NDArray, xs: NDArray) => scan(adam, [w, w], xs);
    const xs = [noise(1, [64], dtype), noise(2, [9, 64], dtype)];
    const code = disassemble(emit(planModule(schedule(graphOf("f", f, xs)))).bytes);
    // The first carries are copied, in front of the loop.
    expect(code.match(/memory\.copy/g)).toHaveLength(2);
  });
});
