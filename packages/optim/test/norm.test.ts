// Lengths of gradients whose squares overflow or vanish: what scales by them is right there too.
import { grad, program } from "@gradfold/autodiff";
import {
  array,
  cast,
  div,
  item,
  type NDArray,
  norm,
  sqrt,
  square,
  sum,
  toNested,
  toTypedArray,
  tree,
} from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { adam, chain, fromage, globalNorm, lamb, lars, sam, sgd, type Transform, transform } from "../src/index.ts";

const float32 = { dtype: "float32" } as const;
const of = (t: Transform<never>, g: NDArray, p: NDArray = g): readonly number[] => {
  const { init, update } = t as Transform<unknown>;
  return Array.from(toTypedArray(update(g, init(p), p)[0]));
};

/** A direction of length 5, at lengths near the ends of both dtypes. */
const lengths = [
  ["float32", 1e-38],
  ["float32", 1e-30],
  ["float32", 1],
  ["float32", 1e20],
  ["float32", 1e37],
  ["float64", 1e-150],
  ["float64", 1],
  ["float64", 1e160],
  ["float64", 1e300],
] as const;

describe.each(lengths)("of a %s gradient of size %d", (dtype, size) => {
  const g = array([3 * size, -4 * size], { dtype });
  const unit = [0.6, -0.8];
  const near = (found: readonly number[], wanted: readonly number[]): void => {
    const digits = dtype === "float32" ? 1e-6 : 1e-14;
    found.forEach((x, i) => expect(Math.abs(x - (wanted[i] ?? NaN))).toBeLessThanOrEqual(digits));
  };
  test("globalNorm is its length", () => near([item(globalNorm({ g })) / (5 * size)], [1]));
  test("clipping gives the length that is asked for, if it was longer", () => {
    near(of(transform.clipByGlobalNorm(1) as never, g), 5 * size > 1 ? unit : [3 * size, -4 * size]);
  });
  test("normalizing gives a unit", () => near(of(transform.normalizeByUpdateNorm({ eps: 0 }) as never, g), unit));
  test("block clipping gives a root mean square of 1, if it was more", () => {
    near(
      of(transform.clipByBlockRms(1) as never, g),
      size > 1 / 3.5 ? unit.map((x) => x * Math.SQRT2) : [3 * size, -4 * size],
    );
  });
  test("trust ratios give the parameters' length", () => {
    const p = array([0, 2], { dtype });
    for (const t of [transform.scaleByTrustRatio(), transform.scaleByTrustRatio({ trustCoefficient: 1 })])
      near(
        of(t as never, g, p),
        unit.map((x) => 2 * x),
      );
    near(
      of(lars(1, { trustCoefficient: 1 }) as never, g, p),
      unit.map((x) => -2 * x),
    );
  });
  test("adaptive clipping gives a part of the parameters' length, if it was more", () => {
    const p = array([0, 2], { dtype });
    near(of(transform.adaptiveGradClip(0.5) as never, g, p), 5 * size > 1 ? unit : [3 * size, -4 * size]);
  });
  test("jit's program has the same bits", () => {
    const length = (x: NDArray) => globalNorm(x);
    const traced = program.evaluate(program.of(length)(g), [g]);
    expect(item(traced[0] as NDArray<[]>)).toBe(item(length(g)));
  });
});

test("where squares are within range, the norm is √Σx² to the bit, and its derivative x / |x|, at 0 too", () => {
  const length = (x: NDArray) => globalNorm(x);
  for (const numbers of [
    [1, 2, 3],
    [1e100, 3e-100, 7],
    [0.1, 0.2],
  ]) {
    const x = array(numbers);
    expect(item(globalNorm(x))).toBe(item(sqrt(sum(square(x)))));
    expect(tree.allClose(grad(length)(x), div(x, norm(x)), { rtol: 1e-14 })).toBe(true);
  }
  expect(toNested(grad(length)(array([0, 0])))).toEqual([0, 0]);
  expect(tree.allClose(grad(length)(array([3e200, 4e200])), array([0.6, 0.8]), { rtol: 1e-14 })).toBe(true);
});

test("what is not finite stays so", () => {
  expect(item(globalNorm([array([1]), array([Infinity])]))).toBe(Infinity);
  expect(item(globalNorm([array([1]), array([NaN], float32)]))).toBe(NaN);
  expect(item(globalNorm([array([Infinity]), array([NaN])]))).toBe(NaN);
  expect(item(globalNorm([]))).toBe(0);
});

test("a float32 gradient of 1e20 is clipped, and then Adam steps", () => {
  const g = array([1e20, -1e20], float32);
  const step = chain(transform.clipByGlobalNorm(1), adam(0.1));
  const found = of(step as never, g);
  found.forEach((x, i) => expect(Math.abs(x - (i === 0 ? -0.1 : 0.1))).toBeLessThan(1e-6));
  expect(of(adam(0.1) as never, g).map(Math.abs)).toEqual([0, 0]);
});

test("a b2 that float32 takes for 1 leaves Adam's bias correction as it is", () => {
  const g = array([1, -2], float32);
  for (const b2 of [0.999, 1 - 1e-6, 1 - 1e-9]) {
    const found = of(adam(0.1, { b2 }) as never, g);
    found.forEach((x, i) => expect(Math.abs(x - (i === 0 ? -0.1 : 0.1))).toBeLessThan(1e-7));
  }
});

test("sam and fromage and lamb take long and short gradients", () => {
  for (const size of [1e-25, 1e20]) {
    const g = array([3 * size, -4 * size], float32);
    const p = cast(array([0, 2]), "float32");
    const seen: NDArray[] = [];
    const { init, update } = sam(sgd(1), { rho: 5 }) as Transform<unknown>;
    update(g, init(p), p, {
      lossAndGrad: (at) => {
        seen.push(at);
        return [array(1), g];
      },
    });
    expect(tree.allClose(seen[0], array([3, -2], float32), { rtol: 1e-6 })).toBe(true);
    for (const optimizer of [fromage(0.1), lamb(0.1)])
      expect(of(optimizer as never, g, p).every((x) => Number.isFinite(x))).toBe(true);
    expect(of(fromage(1) as never, g, p).some((x) => Math.abs(x) > 0.5)).toBe(true);
  }
});
