import { describe, expect, test } from "vitest";
import * as core from "../src/index.ts";
import { arange, array, type NDArray, ones, random, zeros } from "../src/index.ts";

/* Sizes that no machine has: refused before any work, under the name of what was called, never by the engine. */

const key = random.key(0);
const v = array([1, 2, 3]);
const many = (n: number): readonly number[] => new Array<number>(n).fill(1);

const shapes: readonly (readonly [string, readonly number[]])[] = [
  ["negative", [-1]],
  ["fractional", [1.5]],
  ["NaN", [NaN]],
  ["infinite", [Infinity]],
  ["beyond whole numbers", [2 ** 53]],
  ["beyond memory", [2 ** 40]],
  ["a product beyond memory", [1e5, 1e5, 1e5]],
  ["a product beyond whole numbers", [2 ** 30, 2 ** 30]],
  ["65 axes", many(65)],
  ["100,000 axes", many(1e5)],
];

const ofShapes: Readonly<Record<string, (shape: readonly number[]) => unknown>> = {
  zeros,
  ones,
  full: (s) => core.full(s, 1, { dtype: "int32" }),
  reshape: (s) => core.reshape(array(1), s),
  broadcastTo: (s) => core.broadcastTo(array(1), s),
  tile: (s) => core.tile(v, s),
  "random.uniform": (s) => random.uniform(key, s),
  "random.normal": (s) => random.normal(key, s, { dtype: "float32" }),
  "random.bits": (s) => random.bits(key, s),
  "random.integers": (s) => random.integers(key, s, { max: 3 }),
  "random.bernoulli": (s) => random.bernoulli(key, s),
  "random.choice": (s) => random.choice(key, 3, s),
  "random.categorical": (s) => random.categorical(key, v, { shape: s }),
};

const sizes = [-1, 1.5, NaN, Infinity, 2 ** 53, 2 ** 40];

const ofSizes: Readonly<Record<string, (size: number) => unknown>> = {
  arange: (n) => arange(n),
  linspace: (n) => core.linspace(0, 1, n),
  eye: (n) => core.eye(n),
  oneHot: (n) => core.oneHot(array([0], { dtype: "int32" }), n),
  pad: (n) => core.pad(v, [[0, n]]),
  repeat: (n) => core.repeat(v, n, 0),
  "random.split": (n) => random.split(key, n),
  "random.permutation": (n) => random.permutation(key, n),
  "random.choice": (n) => random.choice(key, n, [2]),
  "random.orthogonal": (n) => random.orthogonal(key, n),
};

const names = /^(ShapeError|DomainError|DTypeError)$/;

const refusal = (f: () => unknown): { readonly name: string; readonly message: string } => {
  const tried = core.attempt(f);
  return core.either.isLeft(tried) ? tried.left : { name: "nothing", message: "nothing is refused" };
};

describe.each(Object.entries(ofShapes))("%s", (name, f) => {
  test.each(shapes)("refuses a shape that is %s", (_, shape) => {
    // A shape of ones has room, and -1 is what remains.
    if (name === "reshape" && shape[0] === -1) return expect(core.reshape(array(1), shape).shape).toEqual([1]);
    const { name: kind, message } = refusal(() => f(shape));
    expect(kind).toMatch(names);
    expect(message.startsWith(`${name}: `)).toBe(true);
  });
});

describe.each(Object.entries(ofSizes))("%s", (name, f) => {
  test.each(sizes)("refuses a size of %s", (size) => {
    const { name: kind, message } = refusal(() => f(size));
    expect(kind).toMatch(names);
    expect(message.startsWith(`${name}: `)).toBe(true);
  });
});

test("numbers that do not fit into int32 are refused before they are all made", () => {
  expect(() => arange(0, 2 ** 31 + 2, 1, { dtype: "int32" })).toThrow("arange: 2147483649 is no int32");
  expect(() => core.linspace(0, 2 ** 40, 2 ** 30, { dtype: "int32" })).toThrow("is no int32");
});

test("a list with holes is no shape", () => {
  const holes: number[] = [];
  holes[1] = 1;
  const f: Readonly<Record<string, (s: number[]) => NDArray>> = {
    zeros: (s) => zeros(s),
    reshape: (s) => core.reshape(array(1), s),
    transpose: (s) => core.transpose(ones([2, 2]), s),
  };
  for (const [name, make] of Object.entries(f)) expect(() => make(holes)).toThrow(`${name}: `);
});

test("more room than there is, but none needed, is no matter", () => {
  expect(zeros([0, 2 ** 40]).shape).toEqual([0, 2 ** 40]);
  expect(core.tile(zeros([0]), [1e15]).shape).toEqual([0]);
});
