import { describe, expect, test } from "vitest";
import { add, array, item, mul, type NDArray, ones, toNested, tree, TreeError, zeros } from "../src/index.ts";

const params = { w: ones([2, 3]), b: [zeros([3]), { scale: 2 }], nothing: null, missing: undefined };

/** Anything where the types allow only equal trees. */
const loose = tree.map as (f: (...xs: NDArray[]) => NDArray, ...trees: readonly unknown[]) => unknown;

describe("flatten", () => {
  test("visits keys in sorted order, whatever order they were written in", () => {
    expect(tree.flatten({ b: 1, a: { d: 2, c: 3 }, "10": 4, "9": 5 }).paths).toEqual(["10", "9", "a.c", "a.d", "b"]);
    expect(tree.leaves({ b: 1, a: 2 }).map(item)).toEqual([2, 1]);
  });
  test("names each leaf by its path", () => {
    expect(tree.flatten(params).paths).toEqual(["b[0]", "b[1].scale", "w"]);
    expect(tree.flatten([[1], [2, 3]]).paths).toEqual(["[0][0]", "[1][0]", "[1][1]"]);
    expect(tree.flatten(5).paths).toEqual([""]);
  });
  test("takes numbers and booleans as scalar arrays", () => {
    expect(tree.leaves([1, true]).map(({ dtype, shape }) => [dtype, shape])).toEqual([
      ["float64", []],
      ["bool", []],
    ]);
  });
  test("finds no leaves in null, undefined and empty containers", () => {
    expect(tree.leaves([null, undefined, [], {}])).toEqual([]);
  });
  test("takes records without a prototype", () => {
    const bare: unknown = Object.assign(Object.create(null) as object, { x: 1 });
    expect(tree.flatten(bare).paths).toEqual(["x"]);
  });
});

describe("unflatten", () => {
  test("is the inverse of flatten", () => {
    const { structure, leaves } = tree.flatten(params);
    const again = tree.unflatten(structure, leaves);
    expect(again.w).toBe(params.w);
    expect(again.b[0]).toBe(params.b[0]);
    expect(again.nothing).toBeNull();
    expect(again.missing).toBeUndefined();
    expect("missing" in again).toBe(true);
  });
  test("keeps the key __proto__ as data", () => {
    const hostile: unknown = JSON.parse('{"__proto__": 1, "constructor": {"prototype": 2}}');
    const { structure, leaves, paths } = tree.flatten(hostile);
    expect(paths).toEqual(["__proto__", "constructor.prototype"]);
    const again = tree.unflatten(structure, leaves) as object;
    expect(Object.getPrototypeOf(again)).toBe(Object.prototype);
    expect(Object.keys(again)).toEqual(["__proto__", "constructor"]);
    expect(Object.getOwnPropertyDescriptor(again, "__proto__")?.value).toBe(leaves[0]);
    expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined();
  });
  test("refuses too few and too many leaves", () => {
    const { structure } = tree.flatten([1, 2]);
    expect(() => tree.unflatten(structure, [1])).toThrow("tree.unflatten: 1 leaves are too few for the structure");
    expect(() => tree.unflatten(structure, [1, 2, 3])).toThrow("tree.unflatten: 3 leaves for a structure of 2");
  });
});

describe("map", () => {
  test("keeps the structure", () => {
    const doubled = tree.map((x) => mul(x, 2), params);
    expect(Object.keys(doubled).toSorted()).toEqual(["b", "missing", "nothing", "w"]);
    expect(toNested(doubled.w)).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
    expect(doubled.nothing).toBeNull();
  });
  test("goes over several trees place by place", () => {
    const two = tree.map((a, b) => add(a, b), { w: array([1, 2]) }, { w: array([10, 20]) });
    expect(toNested(two.w)).toEqual([11, 22]);
    const three = tree.map((a, b, c) => add(add(a, b), c), [array(1)], [array(2)], [array(4)]);
    expect(three.map(item)).toEqual([7]);
  });
  test("does not touch its trees", () => {
    const input = Object.freeze({ w: array([1, 2]), list: Object.freeze([array(1)]) });
    tree.map((x) => mul(x, 2), input);
    expect(toNested(input.w)).toEqual([1, 2]);
  });
  test.each([
    ["b: a list of 2 and a list of 1", { b: [1, 2] }, { b: [1] }],
    ["the root: {a, w} and {w}", { w: 1, a: 1 }, { w: 1 }],
    ["the root: an array and {w}", 1, { w: 1 }],
    ["a.c[1]: null and an array", { a: { c: [0, null] } }, { a: { c: [0, 1] } }],
    ["[0]: {x} and a list of 1", [{ x: 1 }], [[1]]],
  ])("refuses trees that differ at %s", (where, a, b) => {
    expect(() => loose((x) => x, a, b)).toThrow(new TreeError(`tree.map: the trees differ at ${where}`));
  });
  test("tells a key with a line break from two keys", () => {
    expect(() => loose((x) => x, { "a\nb": 1 }, { a: 1, b: 1 })).toThrow(TreeError);
  });
});

describe("what is no tree", () => {
  class Model {
    readonly w = ones([2]);
  }
  test.each<readonly [string, unknown]>([
    ["a.b is a Model", { a: { b: new Model() } }],
    ["the root is a Map", new Map()],
    ["[1] is a string", [1, "x"]],
    ["the root is a function", () => 1],
    ["a is a bigint", { a: 1n }],
    ["the root is a Float64Array", new Float64Array(2)],
    ["d is a Date", { d: new Date(0) }],
    ["s is a symbol", { s: Symbol("s") }],
  ])("is refused: %s", (where, root) => {
    expect(() => tree.leaves(root)).toThrow(
      new TreeError(`tree: ${where}. A tree is made of arrays, numbers, lists and plain objects.`),
    );
  });
});

test("mapTo gives anything, and tells the path", () => {
  const shapes = tree.mapTo((x, path) => `${path} ${x.shape.join("x")}`, params);
  expect(shapes).toEqual({ w: "w 2x3", b: ["b[0] 3", { scale: "b[1].scale " }], nothing: null, missing: undefined });
});

test("zerosLike keeps shapes and dtypes", () => {
  const { a, b } = tree.zerosLike({ a: ones([2], { dtype: "float32" }), b: [ones([1], { dtype: "int32" })] as const });
  expect([a.dtype, toNested(a), b[0].dtype, toNested(b[0])]).toEqual(["float32", [0, 0], "int32", [0]]);
});

test("allClose compares leaf by leaf within a tolerance", () => {
  expect(tree.allClose({ w: array([1, 2]) }, { w: array([1, 2 + 1e-9]) })).toBe(true);
  expect(tree.allClose({ w: array([1, 2]) }, { w: array([1, 2.1]) })).toBe(false);
  expect(tree.allClose({ w: array([1, 2]) }, { w: array([1, 2.1]) }, { atol: 0.2 })).toBe(true);
  expect(tree.allClose({ w: array([1, 2]) }, { w: array([[1, 2]]) })).toBe(false);
  expect(() => tree.allClose({ w: 1 }, { v: 1 })).toThrow("tree.allClose: the trees differ at the root: {w} and {v}");
});
