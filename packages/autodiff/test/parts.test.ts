import {
  add,
  array,
  concatenate,
  mul,
  type NDArray,
  neg,
  ones,
  type Scalar,
  set,
  sin,
  slice,
  split,
  stack,
  sum,
  toTypedArray,
  transpose,
  zeros,
} from "@gradfold/core";
import { sizeOf } from "@gradfold/core/library";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grad, hessian, jacrev, program, vmap } from "../src/index.ts";
import { elementsIn } from "./count.ts";

/* Cotangents of parts of a value. */

type Range = number | null | readonly [number | null, number | null, number];

const bound = (n: number) => fc.option(fc.nat(n));
const range = (n: number): fc.Arbitrary<Range> =>
  fc.oneof(fc.constant(null), fc.nat(n - 1), fc.tuple(bound(n), bound(n), fc.constantFrom(1, 1, 2, -1)));

/** Uses of a matrix: parts of it, and the whole. */
const uses = fc.array(fc.oneof({ arbitrary: fc.tuple(range(3), range(4)), weight: 5 }, fc.constant([] as const)), {
  minLength: 1,
  maxLength: 12,
});

const numbersOf = (x: NDArray): readonly number[] => [...toTypedArray(x)];

/** Weights whose sums depend on their order, a few of them zeros of either sign. */
const weightFor = (part: NDArray, seed: number): NDArray =>
  array(
    Array.from(
      { length: sizeOf(part.shape) },
      (_, i) => [0.1, -0.7, 1e16, 1 / 3, -0, 0, -1e16, 3][(seed + 3 * i) % 8] ?? NaN,
    ),
    { shape: part.shape },
  );

const partOf = (x: NDArray, ranges: readonly Range[]): NDArray => (ranges.length === 0 ? x : slice(x, ranges));

const loss =
  (list: readonly (readonly Range[])[]) =>
  (x: NDArray): Scalar =>
    list.reduce<Scalar>((total, ranges, i) => {
      const part = partOf(x, ranges);
      return add(total, sum(mul(weightFor(part, i), part)));
    }, array(0));

/** The weights put into zeros one by one and added, those of the last use first. */
const addedUp = (list: readonly (readonly Range[])[]): NDArray =>
  list.reduceRight<NDArray | undefined>((total, ranges, i) => {
    const placed = set(zeros([3, 4]), ranges, weightFor(partOf(zeros([3, 4]), ranges), i));
    return total === undefined ? placed : add(total, placed);
  }, undefined) ?? zeros([3, 4]);

describe("the cotangent of a value of which parts are used", () => {
  test("has the bits of zeros with each part in its place, added in order, but for the sign of a zero", () => {
    fc.assert(
      fc.property(uses, (list) => {
        const gradient = grad(loss(list))(zeros([3, 4]));
        expect(numbersOf(add(gradient, 0))).toEqual(numbersOf(add(addedUp(list), 0)));
      }),
    );
  });
  test("keeps a -0 of parts that are apart", () => {
    const f = (x: NDArray) => sum(mul(-0, concatenate([slice(x, [[0, 1]]), slice(x, [[1, 2]])])));
    const gradient = grad(f)(ones([2]));
    expect(numbersOf(gradient)).toEqual([-0, -0]);
  });
  test("is the same under vmap, in a Jacobian, and in a second derivative", () => {
    const whole = array([0.5, -0.25, 2, 1.5]);
    const f = (x: NDArray) => {
      const [a, b] = [slice(x, [[0, 2]]), slice(x, [[2, 4]])];
      return sum(mul(sin(a), mul(b, b)));
    };
    const each = vmap(grad(f))(stack([whole, neg(whole)]));
    expect(numbersOf(slice(each, [1]))).toEqual(numbersOf(grad(f)(neg(whole))));
    const rows = jacrev((x: NDArray) => stack([f(x), f(neg(x))]))(whole);
    expect(numbersOf(slice(rows, [0]))).toEqual(numbersOf(grad(f)(whole)));
    const second = hessian(f)(whole);
    expect(numbersOf(second)).toEqual(numbersOf(transpose(second)));
  });
});

describe("a gradient through parts that are apart computes", () => {
  const rows = (x: NDArray, n: number) => Array.from({ length: n }, (_, i) => slice(x, [i]));
  const total = (xs: readonly NDArray[]) => sum(xs.reduce((a, b) => add(a, b)));
  const programs: Readonly<Record<string, (x: NDArray, n: number) => Scalar>> = {
    "slices of a vector": (x, n) => total(rows(x, n).map((_, i) => sum(sin(slice(x, [[i, i + 1]]))))),
    "rows in a loop": (x, n) => total(rows(x, n).map((row) => sum(sin(row)))),
    "columns in a loop": (x, n) => {
      const y = transpose(x);
      return total(rows(x, n).map((_, i) => sum(sin(slice(y, [null, i])))));
    },
    "the parts of a split": (x, n) => total(split(x, new Array<number>(n).fill(1)).map((part) => sum(sin(part)))),
    "rows stacked again": (x, n) => sum(sin(stack(rows(x, n).toReversed()))),
    "rows concatenated": (x, n) => sum(sin(concatenate(rows(x, n)))),
  };
  test.each(Object.entries(programs))("as many elements as there are: %s", (_, f) => {
    const count = (n: number) => {
      const traced = program.simplify(program.of(grad((x: NDArray) => f(x, n)))(ones([n, 2])));
      return { equations: traced.equations.length, elements: elementsIn(traced) };
    };
    const [small, large] = [count(100), count(300)];
    expect(large.equations).toBeLessThanOrEqual(3.3 * small.equations);
    expect(large.elements).toBeLessThanOrEqual(3.3 * small.elements);
  });
});
