import { array, type Key, mul, type NDArray, random, sum } from "@gradfold/core";
import { grad } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { jit } from "../src/index.ts";
import { expectSameBits, floats } from "./bits.ts";

const key = random.key(9);

describe.each(floats)("Compiled, these draws of %s give the bits of eager code:", (dtype) => {
  test.each<readonly [string, (key: Key) => NDArray]>([
    ["uniform", (key) => random.uniform(key, [1001], { dtype })],
    ["uniform between bounds", (key) => random.uniform(key, [3, 7], { dtype, min: -2, max: 0.3 })],
    ["normal", (key) => random.normal(key, [37, 5], { dtype })],
    ["truncatedNormal", (key) => random.truncatedNormal(key, [50], { dtype })],
    ["exponential", (key) => random.exponential(key, [50], { dtype })],
    ["gumbel", (key) => random.gumbel(key, [50], { dtype })],
    ["laplace", (key) => random.laplace(key, [50], { dtype })],
    ["bernoulli", (key) => random.bernoulli(key, [50], { p: array(0.3, { dtype }) })],
  ])("%s", (_, draw) => {
    const compiled = jit(draw);
    for (const each of [key, random.key(2 ** 40 + 1)]) expectSameBits(compiled(each), draw(each));
    expect(compiled.backend).toBe("wasm");
  });
});

test("Words and whole numbers are compiled", () => {
  for (const draw of [
    (key: Key) => random.bits(key, [100]),
    (key: Key) => random.integers(key, [100], { min: -7, max: 100 }),
    (key: Key) => random.integers(key, [100], { min: -(2 ** 31), max: 2 ** 31 }),
  ])
    expectSameBits(jit(draw)(key), draw(key));
});

test("Keys are split and folded in compiled code, by a step that is traced, too", () => {
  const draw = (key: Key, step: NDArray<[]>) =>
    random.split(random.foldIn(key, step)).map((k) => random.uniform(k, [3]));
  const compiled = jit(draw);
  for (const step of [0, 5, 2 ** 31, 2 ** 32 - 1]) expectSameBits(compiled(key, array(step)), draw(key, array(step)));
  const whole = array(5, { dtype: "int32" });
  expectSameBits(compiled(key, whole), draw(key, whole));
});

test("A loss that draws has a gradient, compiled and not", () => {
  const loss = (x: NDArray<[4]>, key: Key) => sum(mul(x, random.normal(key, [4])));
  const x = array([1, 2, 3, 4]);
  expectSameBits(grad(loss)(x, key), random.normal(key, [4]));
  expectSameBits(jit(grad(loss))(x, key), random.normal(key, [4]));
});
