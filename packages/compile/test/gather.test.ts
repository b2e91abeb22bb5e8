import { grad, scan as eagerly, vmap } from "@gradfold/autodiff";
import {
  array,
  attempt,
  cumsum,
  either,
  full as filled,
  matmul,
  mean,
  mul,
  type NDArray,
  random,
  type Shape,
  square,
  sub,
  sum,
  take,
} from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrayOf, bytesOf, indicesOf, type Rows, rows } from "../../core/test/rows.ts";
import { emit } from "../src/emit/module.ts";
import { planModule } from "../src/emit/plan.ts";
import { jit, scan } from "../src/index.ts";
import { schedule } from "../src/schedule/fuse.ts";
import { expectSameBits, floats, noise } from "./bits.ts";
import { disassemble } from "./disassemble.ts";
import { graphOf } from "./lowered.ts";

/* Taking rows in compiled code, and adding them up again, which is the gradient. */

/** Sums of squares of the rows that are taken, which weigh an element as often as it is taken. */
const weighed = (at: NDArray, axis: number) => (x: NDArray) => {
  const taken = take(x, at, axis);
  return sum(mul(taken, taken));
};

/** The instructions of a compiled function. */
const instructionsIn = (f: (...xs: never[]) => unknown, xs: readonly unknown[]): readonly string[] =>
  disassemble(emit(planModule(schedule(graphOf("f", f, xs)))).bytes).split("\n");

const isFloat = ({ dtype }: Rows): boolean => dtype === "float32" || dtype === "float64";

type Loop = typeof scan;
type Step = (w: NDArray, at: NDArray) => readonly [NDArray, NDArray];

/** A step down the loss of a line on the rows of a batch. */
const stepOn =
  (x: NDArray, y: NDArray): Step =>
  (w, at) => {
    const loss = (v: NDArray) => mean(square(sub(matmul(take(x, at), v), take(y, at))));
    const next = sub(w, mul(grad(loss)(w), 0.1));
    return [next, next];
  };

/** Epochs of full batches, one after another in a loop of their own, and a short one. */
const epochs = (loop: Loop, step: Step, w: NDArray, full: NDArray, short: NDArray): unknown =>
  loop(
    (v: NDArray, [batches, rest]: readonly [NDArray, NDArray]) => {
      const [last, ys] = loop(step, v, batches);
      const [next, y] = step(last, rest);
      return [next, [ys, y]] as const;
    },
    w,
    [full, short] as const,
  );

/** How a run of epochs ends: its results, or the words of its error. */
const ended = (run: () => unknown): unknown =>
  either.match(
    (e: Error): unknown => e.message,
    (made: unknown) => made,
  )(attempt(run));

describe("Rows", () => {
  test("are taken to the bit, of any dtype and length, along any axis", () => {
    fc.assert(
      fc.property(rows, (each) => {
        const [x, at] = [arrayOf(each), indicesOf(each)];
        const f = (y: NDArray, i: NDArray) => take(y, i, each.axis);
        expect(bytesOf(jit(f)(x, at))).toEqual(bytesOf(f(x, at)));
      }),
      { numRuns: 60 },
    );
  });

  test("are added up in the order of their indices, in the gradient", () => {
    fc.assert(
      fc.property(rows.filter(isFloat), fc.nat(), (each, seed) => {
        const x = noise(seed, each.shape, each.dtype);
        const f = grad(weighed(indicesOf(each), each.axis));
        expectSameBits(jit(f)(x), f(x));
      }),
      { numRuns: 60 },
    );
  });

  test("of a stack of arrays are taken and added up alike, also at indices of their own for each", () => {
    fc.assert(
      fc.property(rows.filter(isFloat), fc.nat(), (each, seed) => {
        const x = noise(seed, [3, ...each.shape], each.dtype);
        const at = array([each.indices, each.indices.toReversed(), each.indices.map((i) => -1 - i)], {
          dtype: "int32",
          shape: [3, each.indices.length],
        });
        const f = (y: NDArray, i: NDArray) => grad(weighed(i, each.axis))(y);
        const each1 = vmap((y: NDArray) => f(y, indicesOf(each)));
        const both = vmap(f);
        expectSameBits([jit(each1)(x), jit(both)(x, at)], [each1(x), both(x, at)]);
      }),
      { numRuns: 30 },
    );
  });

  test("are added to those before them in running sums, which wrap at 32 bits", () => {
    fc.assert(
      fc.property(rows, (each) => {
        const x = each.dtype === "int32" ? arrayOf(each) : noise(1, each.shape, "float32");
        const f = (y: NDArray) => cumsum(y, each.axis);
        expectSameBits(jit(f)(x), f(x));
      }),
      { numRuns: 60 },
    );
  });

  test("of a batch are taken inside of a loop of loops, and refused there", () => {
    const runs = fc.record({
      dtype: fc.constantFrom(...floats),
      d: fc.constantFrom(1, 3, 8, 33),
      sizes: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 })),
      short: fc.integer({ min: 1, max: 8 }),
      wrong: fc.option(fc.constantFrom(12, -13)),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(runs, ({ dtype, d, sizes: [count, batches, size], short, wrong, seed }) => {
        const [x, y] = [noise(seed, [12, d], dtype), noise(seed + 1, [12], dtype)];
        const places = (shape: Shape, at: number): NDArray =>
          random.integers(random.key(seed + at), shape, { min: -12, max: 12 });
        const full = places([count, batches, size], 2);
        const last = wrong === null ? places([count, short], 3) : filled([count, short], wrong, { dtype: "int32" });
        const step = stepOn(x, y);
        const run = (loop: Loop) => () => epochs(loop, step, noise(seed, [d], dtype), full, last);
        const [made, wanted] = [ended(run(scan)), ended(run(eagerly))];
        if (typeof wanted === "string") expect(made).toBe(wanted);
        else expectSameBits(made, wanted);
      }),
      { numRuns: 30 },
    );
  });

  test.each(floats)("of %s take as many instructions if they are long as if they are longer", (dtype) => {
    const at = array([2, -1, 0], { dtype: "int32" });
    const counts = [1, 4, 64].map((n) => {
      const xs = [noise(1, [3, 256 * n], dtype), at];
      return [
        instructionsIn((x: NDArray, i: NDArray) => take(x, i), xs).length,
        instructionsIn((x: NDArray, i: NDArray) => grad(weighed(i, 0))(x), xs).length,
      ];
    });
    expect(counts.slice(1)).toEqual([counts[0], counts[0]]);
  });
});
