// Calls as NumPy's users write them: they give what NumPy gives, or say which call is right.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as core from "../src/index.ts";
import { arange, array, clip, type NDArray, pad, random, reshape, slice, split, toNested } from "../src/index.ts";
import { refused } from "./calls.ts";

const isFunction = (f: unknown): f is (...args: readonly unknown[]) => unknown => typeof f === "function";

/** Calls a function by its name, without types, as a program in JavaScript does. */
const call = (name: string, ...args: readonly unknown[]): unknown => {
  const f: unknown = Reflect.get(name.startsWith("random.") ? random : core, name.replace("random.", ""));
  if (!isFunction(f)) throw new Error(`there is no function ${name}`);
  return f(...args);
};

const x = array([
  [1, 2, 3],
  [4, 5, 6],
]);
const [a, b] = [array([1, 2]), array([3, 4])];
const key = random.key(0);

const gives: readonly (readonly [call: string, given: () => unknown, expected: unknown])[] = [
  ["split(x, 2)", () => split(x, 2), [[[1, 2, 3]], [[4, 5, 6]]]],
  [
    "split(x, 3, 1)",
    () => split(x, 3, 1),
    [
      [[1], [4]],
      [[2], [5]],
      [[3], [6]],
    ],
  ],
  [
    "clip(x, 2, 4)",
    () => clip(x, 2, 4),
    [
      [2, 2, 3],
      [4, 4, 4],
    ],
  ],
  [
    "clip(x, 2)",
    () => clip(x, 2),
    [
      [2, 2, 3],
      [4, 5, 6],
    ],
  ],
  [
    "clip(x, undefined, 4)",
    () => clip(x, undefined, 4),
    [
      [1, 2, 3],
      [4, 4, 4],
    ],
  ],
  [
    "clip(x, low, high)",
    () => clip(x, array([2, 2, 2]), array([2, 3, 4])),
    [
      [2, 2, 3],
      [2, 3, 4],
    ],
  ],
  ["reshape(x, -1)", () => reshape(x, -1), [1, 2, 3, 4, 5, 6]],
  ["reshape(x, 6)", () => reshape(x, 6), [1, 2, 3, 4, 5, 6]],
  ["take(x, 0)", () => core.take(x, 0), [1, 2, 3]],
  ["take(x, -1, 1)", () => core.take(x, -1, 1), [3, 6]],
  ["pad(a, 1)", () => pad(a, 1), [0, 1, 2, 0]],
  ["pad(a, 1, 9)", () => pad(a, 1, 9), [9, 1, 2, 9]],
  ["tile(a, 2)", () => core.tile(a, 2), [1, 2, 1, 2]],
  [
    "tile(x, 2)",
    () => core.tile(x, 2),
    [
      [1, 2, 3, 1, 2, 3],
      [4, 5, 6, 4, 5, 6],
    ],
  ],
  ["repeat(a, 2)", () => core.repeat(a, 2), [1, 1, 2, 2]],
  ["roll(a, 1)", () => core.roll(a, 1), [2, 1]],
  ["cumsum(a)", () => core.cumsum(a), [1, 3]],
  [
    "cumsum(x, 0)",
    () => core.cumsum(x, 0),
    [
      [1, 2, 3],
      [5, 7, 9],
    ],
  ],
  [
    "eye(2, 3)",
    () => core.eye(2, 3),
    [
      [1, 0, 0],
      [0, 1, 0],
    ],
  ],
  [
    "eye(3, 2)",
    () => core.eye(3, 2),
    [
      [1, 0],
      [0, 1],
      [0, 0],
    ],
  ],
  ["oneHot(1, 3)", () => core.oneHot(1, 3), [0, 1, 0]],
  ["arange(1, 5)", () => arange(1, 5), [1, 2, 3, 4]],
  ["linspace(0, 1, 3)", () => core.linspace(0, 1, 3), [0, 0.5, 1]],
  ["sum(x, 0)", () => core.sum(x, 0), [5, 7, 9]],
  [
    "squeeze(x)",
    () => core.squeeze(x),
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  ["dot(a, b)", () => core.dot(a, b), 11],
  ["where(c, a, b)", () => core.where(array([true, false]), a, b), [1, 4]],
];

const nested = (value: unknown): unknown => (Array.isArray(value) ? value.map(nested) : toNested(value as NDArray));

describe("A call as in NumPy gives the same", () => {
  test.each(gives)("%s", (_, given, expected) => {
    expect(nested(given())).toEqual(expected);
  });
});

type Call = readonly [name: string, ...args: readonly unknown[]];

/** The calls that the compiler refuses in the same words. */
const sameWords: Readonly<Record<keyof typeof refused, Call>> = {
  "zeros(2, 2)": ["zeros", 2, 2],
  "zeros(3)": ["zeros", 3],
  "ones(2, 3, 4)": ["ones", 2, 3, 4],
  "full(2, 3)": ["full", 2, 3],
  "full(2, 2, 7)": ["full", 2, 2, 7],
  "array(1, 2)": ["array", 1, 2],
  "array([1, 2], [3, 4])": ["array", [1, 2], [3, 4]],
  "reshape(x, 3, 2)": ["reshape", x, 3, 2],
  "broadcastTo(x, 2, 3)": ["broadcastTo", x, 2, 3],
  "transpose(x, 1, 0)": ["transpose", x, 1, 0],
  "transpose(x, 1)": ["transpose", x, 1],
  "tile(x, 2, 2)": ["tile", x, 2, 2],
  "concatenate(a, b)": ["concatenate", a, b],
  "stack(a, b)": ["stack", a, b],
  "meshgrid(a, b)": ["meshgrid", a, b],
  "cumsum(x)": ["cumsum", x],
  "repeat(x, 2)": ["repeat", x, 2],
  "roll(x, 1)": ["roll", x, 1],
};

/** Calls that the compiler refuses in its own words, or cannot refuse. */
const ownWords: readonly (readonly [says: string, ...call: Call])[] = [
  ["zeros: the sizes come as a list: zeros([2])", "zeros", 2, { dtype: "int32" }],
  ["full: the value must be a number, not undefined.", "full", [2]],
  ["random.normal: the sizes come as a list: random.normal(key, [3])", "random.normal", key, 3],
  ["random.uniform: the sizes come as a list: random.uniform(key, [2, 3])", "random.uniform", key, 2, 3],
  ["random.gumbel: the sizes come as a list: random.gumbel(key, [3])", "random.gumbel", key, 3],
  ["random.normal: a key is needed, as random.key(seed) makes it, not 3", "random.normal", 3],
  ["random.bernoulli: a shape is a list of sizes, not 3. Write [3].", "random.bernoulli", key, 3],
  ["random.choice: a shape is a list of sizes, not 2. Write [2].", "random.choice", key, a, 2],
  ["concatenate: the arrays come as a list: concatenate([a, b], 0)", "concatenate", x],
  ["concatenate: an axis is a whole number, not an object.", "concatenate", [a, b], { axis: 0 }],
  [
    "split: axis 0 of [2] has size 2, which 3 equal parts do not fill. Give the size of each: split(x, [1, …]).",
    "split",
    a,
    3,
  ],
  ["split: the number of parts must be a whole number from 1 on, not 0.", "split", a, 0],
  ["clip: a bound is an array or a number, not null. Leave it out: clip(x, { min: 0 })", "clip", x, null, 1],
  ["clip: options are an object such as { min: … }, not null.", "clip", x, null],
  ["take: indices are an array of int32 or a whole number, not 0.5.", "take", a, 0.5],
  ["take: indices are an array of int32 or a whole number, not a list of 2.", "take", a, [0, 1]],
  ["take: index 2 is out of range for axis 0 of [2]", "take", a, 2],
  ["oneHot: indices are an array of int32 or a whole number, not a list of 2.", "oneHot", [0, 1], 2],
  ["takeAlongAxis: an axis is a whole number, not undefined.", "takeAlongAxis", x, core.argsort(x)],
  ["pad: the widths are a number, or a pair for each axis: pad(x, [[1, 2], …]), not 1 in a list.", "pad", x, [1, 2]],
  ['pad: the border is one number, not the string "edge". There is no other mode.', "pad", a, 1, "edge"],
  ["expandDims: an axis is a whole number, not undefined.", "expandDims", a],
  ["where: both choices are needed: where(condition, a, b).", "where", array([true, false])],
  ["linspace: the count must be a number, not undefined. It comes third.", "linspace", 0, 1],
  ["linspace: the count must be a number, not an object. It comes third.", "linspace", 0, 1, { num: 3 }],
  ["arange: the step must be a number, not an object. Options come fourth.", "arange", 0, 5, { dtype: "int32" }],
  ["sum: axes are a number or a list of numbers, not an object. Write sum(x, 0)", "sum", x, { axis: 0 }],
  ["flip: axes are a number or a list of numbers, not an object.", "flip", x, { axis: 0 }],
  [
    "std: axes are a number or a list of numbers, not an object. Options come after them: std(x, undefined, { … })",
    "std",
    x,
    { ddof: 1 },
  ],
  ["sum: options are an object such as { keepDims: true }, not true.", "sum", x, 0, true],
  ["sum: there is no option keepdims. Did you mean keepDims?", "sum", x, 0, { keepdims: true }],
  ["sum: an operand must be an array or a number, not a list of 2. Put its arrays together: stack(…).", "sum", [a, b]],
  [
    "max: axes are a number or a list of numbers, not an array of shape [2]. The greater of two is maximum(a, b)",
    "max",
    a,
    b,
  ],
  ["min: axis 2 is out of range for []. The lesser of two is minimum(a, b)", "min", 1, 2],
  ["norm: axis 2 is out of range for [2, 3]. The order is an option: norm(x, undefined, { ord: 2 })", "norm", x, 2],
  ['norm: axes are a number or a list of numbers, not the string "fro". The order is an option: ', "norm", x, "fro"],
  [
    'einsum: the subscripts come first, as in einsum("ij->ji", x), not an array of shape [2, 3].',
    "einsum",
    x,
    "ij->ji",
  ],
  ['einsum: the arrays come one by one: einsum("ij,jk->ik", a, b)', "einsum", "ij,jk->ik", [x, x]],
  ["dot: two vectors are needed, not [2, 3] and [2]. Use matmul", "dot", x, a],
  [
    "diagonal: an axis is given twice: [1, -1] of [2, 3]. The k-th diagonal of a matrix is diag(x, k)",
    "diagonal",
    x,
    1,
  ],
  ["slice: a list of ranges is needed, not 1. Write [1].", "slice", a, 1],
  ["set: a list of ranges is needed, not 0. Write [0].", "set", a, 0, 5],
  ["add: an operand must be an array or a number, not undefined. Is an argument missing?", "add", a],
];

describe("A call as in NumPy that is another here names the right one", () => {
  for (const [written, words] of Object.entries(refused))
    test(written, () => {
      const [name, ...args] = sameWords[written as keyof typeof refused];
      expect(() => call(name, ...args)).toThrow(expect.objectContaining({ message: words }));
    });
  for (const [words, name, ...args] of ownWords)
    test(words, () => {
      expect(() => call(name, ...args)).toThrow(words);
    });
});

/** An array of up to three axes, one of them, and how it may be cut into equal parts. */
const cut = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    fc.nat(2),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(([sizes, at, parts]) => {
    const axis = at % sizes.length;
    const shape = sizes.with(axis, (sizes[axis] ?? 1) * parts);
    return { shape, axis, parts, of: random.normal(key, shape) as NDArray };
  });

describe("A number stands for", () => {
  test("equal parts in split, which are the array when they are put together", () => {
    fc.assert(
      fc.property(cut, ({ of, shape, axis, parts }) => {
        const each = (shape[axis] ?? 1) / parts;
        const split = core.split(of, parts, axis as never);
        expect(split.map(({ shape }) => shape)).toEqual(split.map(() => shape.with(axis, each)));
        expect(split).toHaveLength(parts);
        expect(toNested(core.concatenate(split, axis))).toEqual(toNested(of));
      }),
    );
  });
  test("the same width everywhere in pad", () => {
    fc.assert(
      fc.property(cut, fc.nat(2), ({ of, shape }, width) => {
        expect(toNested(pad(of, width, 7))).toEqual(
          toNested(
            pad(
              of,
              shape.map(() => [width, width] as const),
              7,
            ),
          ),
        );
      }),
    );
  });
  test("a list of one size in reshape, and of one count in tile", () => {
    fc.assert(
      fc.property(cut, ({ of, parts }) => {
        expect(toNested(reshape(of, -1))).toEqual(toNested(reshape(of, [-1])));
        expect(toNested(core.tile(of, parts))).toEqual(toNested(core.tile(of, [parts])));
      }),
    );
  });
  test("one place in take, which drops the axis", () => {
    fc.assert(
      fc.property(cut, fc.integer({ min: -1, max: 0 }), ({ of, shape, axis }, at) => {
        const ranges = shape.map((_, i) => (i === axis ? at : null));
        expect(toNested(core.take(of, at, axis as never))).toEqual(toNested(slice(of, ranges)));
      }),
    );
  });
  test("a bound in clip, as in an object of bounds", () => {
    fc.assert(
      fc.property(cut, fc.double({ noNaN: true }), fc.double({ noNaN: true }), ({ of }, min, max) => {
        expect(toNested(clip(of, min, max))).toEqual(toNested(clip(of, { min, max })));
        expect(toNested(clip(of, min))).toEqual(toNested(clip(of, { min })));
        expect(toNested(clip(of, undefined, max))).toEqual(toNested(clip(of, { max })));
      }),
    );
  });
  test("the ones of a matrix that is not square lie where both indices are equal", () => {
    fc.assert(
      fc.property(fc.nat(5), fc.nat(5), (n, m) => {
        const rows = Array.from({ length: n }, (_, i) => Array.from({ length: m }, (_, j) => Number(i === j)));
        expect(toNested(core.eye(n, m))).toEqual(rows);
      }),
    );
  });
});
