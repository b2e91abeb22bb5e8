import { add, array, type Key, mul, type NDArray, random, stack, sum, toNested } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad, program, vmap } from "../src/index.ts";

const draws: readonly (readonly [string, (key: Key) => NDArray])[] = [
  ["bits", (key) => random.bits(key, [3])],
  ["uniform", (key) => random.uniform(key, [2, 3], { min: -1 })],
  ["normal", (key) => random.normal(key, [3], { mean: 2, dtype: "float32" })],
  ["truncatedNormal", (key) => random.truncatedNormal(key, [3])],
  ["exponential", (key) => random.exponential(key, [3])],
  ["gumbel", (key) => random.gumbel(key, [3])],
  ["laplace", (key) => random.laplace(key)],
  ["integers", (key) => random.integers(key, [3], { max: 10 })],
  ["bernoulli", (key) => random.bernoulli(key, [3])],
  [
    "categorical",
    (key) =>
      random.categorical(
        key,
        array([
          [0, 1, 2],
          [2, 0, 1],
        ]),
      ),
  ],
  ["permutation", (key) => random.permutation(key, 6)],
  ["choice", (key) => random.choice(key, 6, [2])],
  ["choice without replacement", (key) => random.choice(key, 6, [2], { replace: false, p: array([1, 2, 3, 0, 1, 1]) })],
  ["choice by weights", (key) => random.choice(key, 3, [4], { p: array([1, 2, 3]) })],
  ["orthogonal", (key) => random.orthogonal(key, 3)],
  ["split and foldIn", (key) => stack(random.split(random.foldIn(key, 3), 3))],
];

describe.each(draws)("%s", (_, draw) => {
  const keys = random.split(random.key(1), 4);
  const whole = (x: NDArray) => toNested(x);

  test("is mapped over keys as each of them draws", () => {
    const mapped = vmap((key: NDArray) => draw(random.wrap(key as NDArray<[2]>)))(stack(keys) as NDArray);
    expect(whole(mapped)).toEqual(keys.map((key) => whole(draw(key))));
  });
  test("needs no key's value to be traced", () => {
    const traced = program.of(draw)(random.key(1));
    for (const key of keys) expect(program.evaluate(traced, [key]).map(whole)).toEqual([whole(draw(key))]);
  });
});

test("A sample has the derivatives of its mean and its deviation, the key none", () => {
  const loss = ({ mean, deviation }: { mean: NDArray<[]>; deviation: NDArray<[]> }, key: Key) =>
    sum(add(mean, mul(deviation, random.normal(key, [5]))));
  const key = random.key(2);
  const gradient = grad(loss)({ mean: array(1), deviation: array(2) }, key);
  expect(toNested(gradient.mean)).toBe(5);
  expect(toNested(gradient.deviation)).toBe(toNested(sum(random.normal(key, [5]))));
});
