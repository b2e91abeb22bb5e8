import { describe, expect, test } from "vitest";
import { array, DomainError, DTypeError, item, type Key, random, ShapeError, zeros } from "../src/index.ts";

const key = random.key(2026);

describe("Where a key is due, something else is refused and shown", () => {
  const notKeys: readonly (readonly [unknown, string])[] = [
    [array([1, 2]), "float64 [2]"],
    [array([1], { dtype: "int32" }), "int32 [1]"],
    [5, "5"],
    [undefined, "undefined"],
    [null, "null"],
    [[0, 1], "a list of 2"],
    ["key", `the string "key"`],
  ];
  test.each<readonly [string, (key: Key) => unknown]>([
    ["split", (key) => random.split(key)],
    ["foldIn", (key) => random.foldIn(key, 1)],
    ["keyData", (key) => random.keyData(key)],
    ["bits", (key) => random.bits(key, [1])],
    ["uniform", (key) => random.uniform(key)],
    ["normal", (key) => random.normal(key)],
    ["truncatedNormal", (key) => random.truncatedNormal(key)],
    ["exponential", (key) => random.exponential(key)],
    ["gumbel", (key) => random.gumbel(key)],
    ["laplace", (key) => random.laplace(key)],
    ["bernoulli", (key) => random.bernoulli(key)],
    ["integers", (key) => random.integers(key, [1], { max: 2 })],
    ["permutation", (key) => random.permutation(key, 3)],
    ["choice", (key) => random.choice(key, 3)],
    ["categorical", (key) => random.categorical(key, zeros([2]))],
    ["orthogonal", (key) => random.orthogonal(key, 2)],
  ])("by %s", (name, draw) => {
    for (const [wrong, shown] of notKeys) {
      expect(() => draw(wrong as Key)).toThrow(DTypeError);
      expect(() => draw(wrong as Key)).toThrow(
        `random.${name}: a key is needed, as random.key(seed) makes it, not ${shown}`,
      );
    }
  });
});

const p = (...weights: number[]) => ({ p: array(weights) });

describe("What no distribution has is refused", () => {
  test.each<readonly [string, new (message: string) => Error, () => unknown]>([
    ["random.key: a seed is a whole number up to 2^53, not 1.5", DomainError, () => random.key(1.5)],
    ["random.key: a seed is a whole number up to 2^53, not NaN", DomainError, () => random.key(NaN)],
    ["random.wrap: a word is a whole number from -2^31 to 2^32 - 1, not 0.5", DomainError, () => random.wrap([0, 0.5])],
    ["random.wrap: a list of two words is needed, not 5", DTypeError, () => random.wrap(5 as never)],
    ["random.wrap: a key has 2 words, not 3", ShapeError, () => random.wrap([1, 2, 3] as never)],
    ["random.foldIn: a whole number from 0 to 2^32 - 1 is needed, not -1", DomainError, () => random.foldIn(key, -1)],
    [
      "random.foldIn: a whole number from 0 to 2^32 - 1 is needed, not 4294967296",
      DomainError,
      () => random.foldIn(key, 2 ** 32),
    ],
    ["random.foldIn: a whole number from 0 to 2^32 - 1 is needed, not 0.5", DomainError, () => random.foldIn(key, 0.5)],
    [
      "random.foldIn: a number or a scalar array is needed, not [1]",
      ShapeError,
      () => random.foldIn(key, array([1]) as never),
    ],
    [
      "random.uniform: min must be less than max, not 1 and 0",
      DomainError,
      () => random.uniform(key, [], { min: 1, max: 0 }),
    ],
    ["random.uniform: min must be less than max, not 1 and 1", DomainError, () => random.uniform(key, [], { min: 1 })],
    [
      "random.uniform: min must be less than max, not 1 and 1",
      DomainError,
      () => random.uniform(key, [], { min: 1, max: 1 + 1e-9, dtype: "float32" }),
    ],
    [
      "random.uniform: max must be a finite number, not Infinity",
      DomainError,
      () => random.uniform(key, [], { max: Infinity }),
    ],
    ["random.uniform: min must be a finite number, not NaN", DomainError, () => random.uniform(key, [], { min: NaN })],
    [
      "random.uniform: max - min must be a finite number, not Infinity",
      DomainError,
      () => random.uniform(key, [], { min: -Number.MAX_VALUE, max: Number.MAX_VALUE }),
    ],
    [
      "random.uniform: max must be a finite number, not Infinity",
      DomainError,
      () => random.uniform(key, [], { max: 1e300, dtype: "float32" }),
    ],
    [
      "random.uniform: the dtype must be float64 or float32, not int32",
      DTypeError,
      () => random.uniform(key, [], { dtype: "int32" }),
    ],
    [
      "random.uniform: a size must be a whole number from 0 on: [-1] holds -1.",
      DomainError,
      () => random.uniform(key, [-1]),
    ],
    [
      "random.split: a size must be a whole number from 0 on: [0.5, 1] holds 0.5.",
      DomainError,
      () => random.split(key, 0.5),
    ],
    [
      "random.normal: standardDeviation must be a finite number from 0 on, not -1",
      DomainError,
      () => random.normal(key, [], { standardDeviation: -1 }),
    ],
    ["random.normal: mean must be a finite number, not NaN", DomainError, () => random.normal(key, [], { mean: NaN })],
    [
      "random.truncatedNormal: min must be less than max, not 2 and 2",
      DomainError,
      () => random.truncatedNormal(key, [], { min: 2 }),
    ],
    [
      "random.truncatedNormal: too little of the distribution lies between min and max: 7 and 8",
      DomainError,
      () => random.truncatedNormal(key, [], { min: 7, max: 8 }),
    ],
    [
      "random.truncatedNormal: min must be less than max, not NaN and 2",
      DomainError,
      () => random.truncatedNormal(key, [], { min: NaN }),
    ],
    [
      "random.gumbel: the dtype must be float64 or float32, not bool",
      DTypeError,
      () => random.gumbel(key, [], { dtype: "bool" }),
    ],
    [
      "random.integers: max must be a whole number from -2^31 to 2^31, not 1.5",
      DomainError,
      () => random.integers(key, [], { max: 1.5 }),
    ],
    [
      "random.integers: min must be a whole number from -2^31 to 2^31, not -2147483649",
      DomainError,
      () => random.integers(key, [], { min: -(2 ** 31) - 1, max: 0 }),
    ],
    [
      "random.integers: min must be less than max, not 3 and 3",
      DomainError,
      () => random.integers(key, [], { min: 3, max: 3 }),
    ],
    [
      "random.bernoulli: a probability is between 0 and 1, not 1.5",
      DomainError,
      () => random.bernoulli(key, [], { p: 1.5 }),
    ],
    [
      "random.bernoulli: a probability is between 0 and 1, not -0.1",
      DomainError,
      () => random.bernoulli(key, [2], p(0.5, -0.1)),
    ],
    ["random.bernoulli: cannot broadcast [2] with [3]", ShapeError, () => random.bernoulli(key, [3], p(0.5, 0.5))],
    [
      "random.permutation: a size must be a whole number from 0 on: [-1] holds -1.",
      DomainError,
      () => random.permutation(key, -1),
    ],
    ["random.permutation: axis 1 is out of range for [2]", ShapeError, () => random.permutation(key, array([1, 2]), 1)],
    [
      "random.choice: 4 different ones of 3 cannot be chosen",
      DomainError,
      () => random.choice(key, 3, [2, 2], { replace: false }),
    ],
    [
      "random.choice: 2 different ones of 1 cannot be chosen",
      DomainError,
      () => random.choice(key, 3, [2], { replace: false, ...p(0, 1, 0) }),
    ],
    ["random.choice: there is nothing to choose from", DomainError, () => random.choice(key, 0)],
    [
      "random.choice: the weights are all 0. At least one must be positive",
      DomainError,
      () => random.choice(key, 2, [], p(0, 0)),
    ],
    [
      "random.choice: a weight is finite and not negative, but one is -1",
      DomainError,
      () => random.choice(key, 2, [], p(2, -1)),
    ],
    [
      "random.choice: a weight is finite and not negative, but one is NaN",
      DomainError,
      () => random.choice(key, 2, [], p(2, NaN)),
    ],
    ["random.choice: 3 weights are needed, not of shape [2]", ShapeError, () => random.choice(key, 3, [], p(1, 1))],
    [
      "random.choice: axis 2 is out of range for [2]",
      ShapeError,
      () => random.choice(key, array([1, 2]), [], { axis: 2 }),
    ],
    ["random.categorical: axis 0 of [0] holds nothing to choose", ShapeError, () => random.categorical(key, array([]))],
    [
      "random.categorical: the shape [2] does not end with [3]",
      ShapeError,
      () => random.categorical(key, zeros([3, 2]), { shape: [2] }),
    ],
    [
      "random.orthogonal: a size must be a whole number from 0 on: [2.5, 2.5] holds 2.5.",
      DomainError,
      () => random.orthogonal(key, 2.5),
    ],
  ])("%s", (message, kind, act) => {
    expect(act).toThrow(message);
    expect(act).toThrow(kind);
  });

  test("the largest number that can be folded in is 2^32 - 1", () => {
    expect(item(random.foldIn(key, 2 ** 32 - 1).shape[0])).toBe(2);
  });
});
