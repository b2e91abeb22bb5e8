import {
  add,
  array,
  exp,
  item,
  matmul,
  maximum,
  mean,
  mul,
  type NDArray,
  reshape,
  slice,
  sub,
  sum,
  tanh,
  toTypedArray,
  transpose,
} from "@gradfold/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { grad } from "../src/index.ts";

/* Random programs on two 3 x 3 matrices, each step fed by earlier ones, held to finite differences. */

type Step = (a: NDArray, b: NDArray) => NDArray;

const half = (x: NDArray): NDArray => mul(x, 0.5);

const steps: readonly Step[] = [
  (a, b) => add(a, b),
  (a, b) => half(sub(a, b)),
  (a, b) => mul(tanh(a), b),
  (a, b) => half(matmul(a, tanh(b))),
  (a) => tanh(a),
  (a) => exp(half(tanh(a))),
  (a, b) => half(add(transpose(a), b)),
  (a, b) => add(half(a), mean(b, 0)),
  (a, b) => mul(sum(tanh(a), 1, { keepDims: true }), half(b)),
  (a, b) => add(half(slice(a, [[null, null, -1]])), tanh(reshape(slice(b, [1]), [3, 1]))),
  (a, b) => half(maximum(a, add(b, 10))),
];

/** A program: for each step which one it is, and which two earlier values it takes. */
const programs = fc.array(fc.tuple(fc.nat(steps.length - 1), fc.nat(100), fc.nat(100)), { minLength: 1, maxLength: 8 });
const elements = fc.array(fc.integer({ min: -64, max: 64 }), { minLength: 18, maxLength: 18 });

const run = (program: readonly (readonly [number, number, number])[], p: NDArray): NDArray<[]> => {
  const values = [slice(p, [0]), slice(p, [1])];
  for (const [which, i, j] of program) {
    const [a, b] = [values[i % values.length], values[j % values.length]];
    const step = steps[which];
    if (a && b && step) values.push(step(a, b));
  }
  return mean(mul(values.at(-1) ?? p, values.at(-2) ?? p));
};

const at = (data: readonly number[]): NDArray => array(data, { shape: [2, 3, 3] });
const scaled = (list: readonly number[]): readonly number[] => list.map((n) => n / 64);

const along = (f: (p: NDArray) => NDArray, x: readonly number[], v: readonly number[]): number => {
  const h = 2 ** -12;
  const value = (t: number) => item(f(at(x.map((xi, i) => xi + t * (v[i] ?? 0)))));
  return (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * h);
};

const dot = (g: NDArray, v: readonly number[]): number =>
  Array.from(toTypedArray(g)).reduce((s, gi, i) => s + gi * (v[i] ?? 0), 0);

test("the gradient of a random program is the one of finite differences", () => {
  fc.assert(
    fc.property(programs, elements, elements, (program, x, v) => {
      const f = (p: NDArray) => run(program, p);
      const got = dot(grad(f)(at(scaled(x))), scaled(v));
      const want = along(f, scaled(x), scaled(v));
      expect(Math.abs(got - want)).toBeLessThan(1e-7 * (1 + Math.abs(want)));
    }),
    { seed: 1, numRuns: 150 },
  );
});

test("the gradient of a random program's gradient is the one of finite differences", () => {
  fc.assert(
    fc.property(programs, elements, elements, elements, (program, x, v, u) => {
      const direction = at(scaled(u));
      const slope = (p: NDArray) => sum(mul(grad((q: NDArray) => run(program, q))(p), direction));
      const got = dot(grad(slope)(at(scaled(x))), scaled(v));
      const want = along(slope, scaled(x), scaled(v));
      expect(Math.abs(got - want)).toBeLessThan(1e-6 * (1 + Math.abs(want)));
    }),
    { seed: 2, numRuns: 50 },
  );
});
