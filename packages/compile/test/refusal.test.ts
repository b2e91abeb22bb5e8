import {
  array,
  attempt,
  type DType,
  either,
  expectShape,
  less,
  type NDArray,
  oneHot,
  ones,
  random,
  type Scalar,
  stack,
  sum,
  take,
  takeAlongAxis,
} from "@gradfold/core";
import { cond, foriLoop, scan, vmap } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { loss, metric, schedule } from "../../optim/src/index.ts";
import { jit } from "../src/index.ts";
import { expectSameBits } from "./bits.ts";

/* A compiled function refuses the numbers that it refuses eagerly, in the same words, and so does a mapped one. */

const key = random.key(0);
const of = (list: number | readonly number[], dtype: DType = "float64"): NDArray => array(list, { dtype });
const scalar = (x: NDArray): Scalar => expectShape(x, []);
const vector = (x: NDArray) => expectShape(x, [2]);
const rows = ones([2, 3]);
const decay = schedule.cosineDecay({ init: 1, decaySteps: 10 });

const refused: readonly (readonly [string, (x: NDArray) => NDArray, NDArray])[] = [
  ["foldIn of more than 32 bits", (x) => random.foldIn(key, scalar(x)), of(2 ** 32)],
  ["foldIn of a negative number", (x) => random.foldIn(key, scalar(x)), of(-1, "int32")],
  ["foldIn of a fraction", (x) => random.foldIn(key, scalar(x)), of(1.5)],
  ["foldIn of NaN", (x) => random.foldIn(key, scalar(x)), of(NaN)],
  ["oneHot of too great an index", (x) => oneHot(x, 3), of([0, 3], "int32")],
  ["oneHot of a negative index", (x) => oneHot(x, 3), of([-1, 0], "int32")],
  ["bernoulli of no probability", (p) => random.bernoulli(key, [2], { p }), of([0.5, 1.5])],
  ["bernoulli of NaN", (p) => random.bernoulli(key, [2], { p }), of(NaN)],
  ["choice by a negative weight", (p) => random.choice(key, 2, [2], { p }), of([1, -1])],
  ["choice by an infinite weight", (p) => random.choice(key, 2, [2], { p }), of([1, Infinity])],
  ["choice by no weight", (p) => random.choice(key, 2, [2], { p }), of([0, 0])],
  ["choice of too many", (p) => random.choice(key, 2, [2], { p, replace: false }), of([1, 0])],
  ["take", (i) => take(of([1, 2, 3]), i), of([3, 0], "int32")],
  ["takeAlongAxis", (i) => takeAlongAxis(of([1, 2, 3]), expectShape(i, [1]), 0), of([-4], "int32")],
  ["labels", (x) => loss.softmaxCrossEntropyWithIntegerLabels(rows, vector(x)), of([0, 3])],
  ["labels that are not whole", (x) => loss.nll(rows, vector(x)), of([0.5, 0])],
  ["classes", (x) => metric.confusionMatrix(vector(x), array([0, 1]), 2), of([0, 2])],
  ["a schedule before its start", (x) => decay(scalar(x)), of(-1)],
];

/** The error's words, but for the place, which only eager code knows. */
const complaint = (f: () => unknown): string => {
  const tried = attempt(f);
  return either.isLeft(tried) ? tried.left.message.replace(/ at index \d+/, "") : "nothing is refused";
};

describe.each(refused)("%s", (_, f, x) => {
  const wanted = complaint(() => f(x));
  const two = stack([x, x]);
  test("is refused eagerly", () => expect(wanted).not.toBe("nothing is refused"));
  test.each<readonly [string, () => unknown]>([
    ["by jit", () => jit(f)(x)],
    ["under vmap", () => vmap(f)(two)],
    ["by jit of a vmap", () => jit(vmap(f))(two)],
    ["by a compiled scan", () => jit((xs: NDArray) => scan((c: NDArray, y) => [c, f(y)], array(0), xs))(two)],
    ["in the branch that is taken", () => jit((y: NDArray) => cond(less(sum(y), Infinity), f, f, y))(x)],
  ])("is refused %s", (how, run) => {
    // NaN is less than nothing, and chooses the other branch: it is the same.
    expect([how, complaint(run)]).toEqual([how, wanted]);
  });
});

test("what is not run refuses nothing", () => {
  const guarded = (i: NDArray) =>
    cond(
      less(scalar(i), 3),
      (j) => sum(oneHot(j, 3)),
      (_j) => array(0),
      i,
    );
  expectSameBits(jit(guarded)(of(7, "int32")), guarded(of(7, "int32")));
  expectSameBits(jit(vmap(guarded))(array([7, 1], { dtype: "int32" })), array([0, 1]));
  const folded = (k: NDArray) => foriLoop(0, 3, (i, c) => random.foldIn(random.wrap(vector(c)), i) as NDArray, k);
  expectSameBits(jit(folded)(key), folded(key));
});
