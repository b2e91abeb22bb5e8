import { add, mul, type NDArray, slice, stack, sum, tree } from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grad, hvp, jvp, vjp, vmap } from "../src/index.ts";
import { ended, endedUnrolled, looped, type Point, pointOf, type Recipe, recipes, totalOf, unrolled } from "./loops.ts";

/* Loops of random bodies have the derivatives of the same loops unrolled, in each transform and in nests of them. */

/** Fails unless two trees have equal arrays, up to the rounding of float32. */
const expectNear = (actual: unknown, wanted: unknown): void => {
  const shapes = (x: unknown) => tree.mapTo((leaf) => [leaf.dtype, leaf.shape], x);
  expect(shapes(actual)).toEqual(shapes(wanted));
  expect(tree.allClose(actual, wanted, { rtol: 5e-5, atol: 5e-5 })).toBe(true);
};

type Loop = ReturnType<typeof looped>;

/** What is made of a loop, at a point. */
const ways: Readonly<Record<string, (f: Loop, point: Point) => unknown>> = {
  values: (f, point) => f(point),
  tangents: (f, point) => jvp(f, [point], [point]),
  cotangents: (f, point) => {
    const [value, pullBack] = vjp(f, point);
    return pullBack(value);
  },
  gradients: (f, point) => grad(totalOf(f))(point),
  "gradients of tangents": (f, point) => grad((p: Point) => jvp(totalOf(f), [p], [point])[1])(point),
  "second derivatives": (f, point) => hvp(totalOf(f))(point, point),
  "gradients of gradients": (f, point) => grad((p: Point) => totalOf(() => grad(totalOf(f))(p) as never)(p))(point),
};

const check = (way: (f: Loop, point: Point) => unknown, of: (r: Recipe) => Loop, wanted: (r: Recipe) => Loop): void =>
  fc.assert(
    fc.property(recipes, fc.nat(100), (recipe, seed) => {
      const point = pointOf(seed, recipe);
      expectNear(way(of(recipe), point), way(wanted(recipe), point));
    }),
    { numRuns: 40, seed: 1 },
  );

describe.each(Object.entries(ways))("the %s of", (_, way) => {
  test("a scan are the ones of its turns", () => check(way, looped, unrolled));
  test("a whileLoop are the ones of its turns", () => check(way, ended, endedUnrolled));
  test("a whileLoop of at most seven turns are the ones of its turns", () =>
    check(way, (recipe) => ended(recipe, 7), endedUnrolled));
});

test("what no result depends on has a cotangent of zeros", () => {
  const still: Recipe = {
    carry: [0, 1, 2].map((a) => ({ kind: "same", a, b: a })),
    rows: [],
    length: 3,
    reverse: true,
  };
  const { closed, carry } = grad(totalOf(looped(still)))(pointOf(1, still));
  expect(sum(closed).shape).toEqual([]);
  expectNear(closed, mul(closed, 0));
  expect(carry).toHaveLength(3);
});

describe("under vmap", () => {
  const axes = fc.record({ closed: fc.boolean(), carry: fc.boolean(), rows: fc.boolean() });
  const part = (point: Point, i: number, stacked: { readonly [K in keyof Point]: boolean }): Point => ({
    closed: stacked.closed ? slice(point.closed, [i]) : point.closed,
    carry: stacked.carry ? point.carry.map((x) => slice(x, [i])) : point.carry,
    rows: stacked.rows ? slice(point.rows, [i]) : point.rows,
  });
  test.each(Object.entries(ways))("each of a stack has its own %s", (_, way) => {
    fc.assert(
      fc.property(recipes, axes, (recipe, given) => {
        const stacked = given.closed || given.carry || given.rows ? given : { ...given, carry: true };
        const two = [pointOf(1, recipe), pointOf(2, recipe)] as const;
        const pair = (pick: (p: Point) => NDArray): NDArray => stack(two.map(pick));
        const [first] = two;
        const point: Point = {
          closed: stacked.closed ? pair((p) => p.closed) : first.closed,
          carry: stacked.carry ? first.carry.map((_x, i) => pair((p) => p.carry[i] ?? p.closed)) : first.carry,
          rows: stacked.rows ? pair((p) => p.rows) : first.rows,
        };
        const axisOf = (isStacked: boolean): number | null => (isStacked ? 0 : null);
        const each = vmap((p: Point) => way(looped(recipe), p) as Point, {
          inAxes: [
            { closed: axisOf(stacked.closed), carry: axisOf(stacked.carry), rows: axisOf(stacked.rows) },
          ] as never,
        })(point);
        for (const i of [0, 1])
          expectNear(
            tree.mapTo((x) => slice(x, [i]), each),
            way(unrolled(recipe), part(point, i, stacked)),
          );
      }),
      { numRuns: 20, seed: 1 },
    );
  });
});

test("the gradient of a stack's sum is the stack of gradients", () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const two = [pointOf(1, recipe), pointOf(2, recipe)] as const;
      const point: Point = {
        closed: two[0].closed,
        carry: two[0].carry.map((_, i) => stack(two.map((p) => p.carry[i] ?? p.closed))),
        rows: stack(two.map((p) => p.rows)),
      };
      const inAxes = [{ closed: null, carry: 0, rows: 0 }] as never;
      const all = grad((p: Point) => sum(vmap(totalOf(looped(recipe)), { inAxes })(p)))(point);
      const each = two.map((p) => grad(totalOf(unrolled(recipe)))({ ...p, closed: two[0].closed }));
      expectNear(
        all.closed,
        each.map((g) => g.closed).reduce((a, b) => add(a, b)),
      );
      expectNear(all.rows, stack(each.map((g) => g.rows)));
    }),
    { numRuns: 20, seed: 1 },
  );
});
