// One door for options: what is not known there is refused, with the name that was meant.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as core from "../src/index.ts";
import { array, eye, ones, random } from "../src/index.ts";
import { nearest, optionsOf } from "../src/input/options.ts";

const key = random.key(0);
const x = ones([2, 2]);
const one = [1];
const { sum, mean, max, min, prod, logSumExp, all, any, argmax, argmin } = core;
const plain = { sum, mean, max, min, prod, logSumExp, all, any, argmax, argmin };

type Call = (options: never) => unknown;
type Door = readonly [name: string, keys: readonly string[], call: Call];

/** Every function that takes options: its name, its options, and a call that is right but for them. */
const doors: readonly Door[] = [
  ...Object.entries(plain).map(([name, f]): Door => [name, ["keepDims"], (options) => f(x, 0, options)]),
  ["norm", ["keepDims", "ord"], (options) => core.norm(x, 0, options)],
  ["std", ["keepDims", "ddof"], (options) => core.std(x, 0, options)],
  ["variance", ["keepDims", "ddof"], (options) => core.variance(x, 0, options)],
  ["array", ["dtype", "shape"], (options) => array([1, 2], options)],
  ["zeros", ["dtype"], (options) => core.zeros([2], options)],
  ["ones", ["dtype"], (options) => ones([2], options)],
  ["full", ["dtype"], (options) => core.full([2], 1, options)],
  ["eye", ["dtype"], (options) => eye(2, options)],
  ["arange", ["dtype"], (options) => core.arange(0, 2, 1, options)],
  ["linspace", ["dtype"], (options) => core.linspace(0, 1, 2, options)],
  ["oneHot", ["dtype"], (options) => core.oneHot(array([1], { dtype: "int32" }), 2, options)],
  ["clip", ["min", "max"], (options) => core.clip(x, options)],
  ["gelu", ["approximate"], (options) => core.gelu(x, options)],
  ["meshgrid", ["indexing"], (options) => core.meshgrid([array([1])], options)],
  ["searchSorted", ["side"], (options) => core.searchSorted(array([1]), 1, options)],
  ["triangularSolve", ["lower"], (options) => core.triangularSolve(eye(2), x, options)],
  ["allClose", ["rtol", "atol", "equalNan"], (options) => core.allClose(x, x, options)],
  ["tree.allClose", ["rtol", "atol", "equalNan"], (options) => core.tree.allClose([x], [x], options)],
  ["random.uniform", ["min", "max", "dtype"], (options) => random.uniform(key, [2], options)],
  ["random.normal", ["mean", "standardDeviation", "dtype"], (options) => random.normal(key, [2], options)],
  [
    "random.truncatedNormal",
    ["min", "max", "mean", "standardDeviation", "dtype"],
    (options) => random.truncatedNormal(key, [2], options),
  ],
  ["random.bernoulli", ["p"], (options) => random.bernoulli(key, [2], options)],
  ["random.integers", ["min", "max"], (options) => random.integers(key, [2], options)],
  ["random.categorical", ["axis", "shape"], (options) => random.categorical(key, x, options)],
  ["random.choice", ["replace", "p", "axis"], (options) => random.choice(key, 3, [2], options)],
  ["random.orthogonal", ["columns", "dtype"], (options) => random.orthogonal(key, 2, options)],
  ["random.exponential", ["dtype"], (options) => random.exponential(key, [2], options)],
  ["random.gumbel", ["dtype"], (options) => random.gumbel(key, [2], options)],
  ["random.laplace", ["dtype"], (options) => random.laplace(key, [2], options)],
];

/** What is no mistake in the place of options, or is told another way. */
const other: Readonly<Record<string, readonly unknown[]>> = { eye: [1], clip: [1], array: [one] };

/** How people write a name who know it from elsewhere. */
const misspellings = (name: string): readonly string[] => [
  name.toUpperCase(),
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  `${name}s`,
  `_${name}`,
];

const bag = (name: string, value: unknown): never => Object.fromEntries([[name, value]]) as never;

describe.each(doors)("%s", (name, keys, call) => {
  test("names the option that was meant", () => {
    for (const meant of keys.filter(({ length }) => length > 1))
      for (const written of misspellings(meant).filter((word) => !keys.includes(word)))
        expect(() => call(bag(written, 1))).toThrow(`${name}: there is no option ${written}. Did you mean ${meant}?`);
  });
  test("lists its options where none is like the one given", () => {
    expect(() => call(bag("quux", 1))).toThrow(
      new RegExp(`^${name}: there is no option quux\\. Its (one option is|options are) .*${keys[0]}`),
    );
  });
  test("refuses keys that every object inherits", () => {
    for (const inherited of ["__proto__", "constructor", "toString"])
      expect(() => call(bag(inherited, {}))).toThrow(`${name}: there is no option ${inherited}`);
  });
  test("refuses what is no object", () => {
    for (const wrong of [true, 1, "float32", one, null, () => 1, new Map()].filter((w) => !other[name]?.includes(w)))
      expect(() => call(wrong as never)).toThrow(`${name}: options are an object such as { `);
  });
});

test.each(doors.filter(([name]) => name !== "random.integers"))(
  "%s takes undefined for an option left out",
  (_, keys, call) => {
    expect(() => call(Object.fromEntries(keys.map((option) => [option, undefined])) as never)).not.toThrow();
  },
);

test("arange with one bound reads its options too", () => {
  expect(() => core.arange(2, bag("dtyp", 1))).toThrow("arange: there is no option dtyp. Did you mean dtype?");
});

test("a truth is true or false", () => {
  expect(() => sum(x, 0, { keepDims: 1 } as never)).toThrow("sum: keepDims is true or false, not 1.");
  expect(() => max(x, 0, { keepDims: "no" } as never)).toThrow('max: keepDims is true or false, not the string "no".');
});

test("an option that is needed is asked for", () => {
  for (const bounds of [undefined, {}, { min: 0 }, { max: undefined }])
    expect(() => random.integers(key, [2], bounds as never)).toThrow("random.integers: the option max is needed.");
});

test("without options nothing is looked at but whether there are any", () => {
  const looks: string[] = [];
  const trap = (look: string) => (): never => {
    looks.push(look);
    throw new Error(look);
  };
  const defaults = new Proxy(
    { keepDims: false },
    { get: trap("get"), has: trap("has"), ownKeys: trap("ownKeys"), getOwnPropertyDescriptor: trap("descriptor") },
  );
  expect(Object.is(optionsOf("sum", undefined, defaults), defaults)).toBe(true);
  expect(looks).toEqual([]);
});

test("any key at all is known or refused in words", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (written) => {
      const read = (): unknown =>
        optionsOf<{ rate?: number; decay?: number }, { rate: 2; decay: 3 }>("f", bag(written, 1), {
          rate: 2,
          decay: 3,
        });
      if (written === "rate" || written === "decay") expect(read()).toEqual({ rate: 2, decay: 3, [written]: 1 });
      else expect(read).toThrow(/^f: there is no option /);
    }),
  );
});

test.each([
  ["beta1", ["b1", "b2", "eps"], "b1"],
  ["epsilon", ["b1", "b2", "eps", "epsRoot"], "eps"],
  ["in_axes", ["outAxes", "inAxes"], "inAxes"],
  ["minval", ["min", "max"], "min"],
  ["decay", ["b1", "weightDecay"], "weightDecay"],
])("%s is most like what it means", (written, known, meant) => {
  expect(nearest(written, known)).toBe(meant);
});

test.each(["lr", "", "__proto__", "x".repeat(1e6)])("%.20s is like no name", (written) => {
  expect(nearest(written, ["b1", "eps", "weightDecay"])).toBe(undefined);
});
