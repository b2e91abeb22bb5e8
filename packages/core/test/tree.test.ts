import { describe, expect, test } from "vitest";
import {
  add,
  array,
  DTypeError,
  item,
  mul,
  type NDArray,
  ones,
  print,
  ShapeError,
  toNested,
  tree,
  TreeError,
  zeros,
} from "../src/index.ts";

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
    ['[1] is the string "x"', [1, "x"]],
    ["the root is a function", () => 1],
    ["a is a bigint", { a: 1n }],
    ["the root is a Float64Array", new Float64Array(2)],
    ["d is a Date", { d: new Date(0) }],
    ["s is a symbol", { s: Symbol("s") }],
  ])("is refused: %s", (where, root) => {
    const isOutside = /string|function/.test(where);
    expect(() => tree.leaves(root)).toThrow(
      new TreeError(
        `tree: ${where}. A tree is made of arrays, numbers, lists and plain objects` +
          `${isOutside ? '; text and functions stay outside of it, as in (x) => f(x, "relu")' : ""}.`,
      ),
    );
  });
});

describe("a tree of many levels", () => {
  const nested = (levels: number): unknown => {
    let node: unknown = 1;
    for (let i = 0; i < levels; i++) node = i % 2 === 0 ? [node] : { a: node };
    return node;
  };
  test("is taken up to a thousand", () => {
    expect(tree.leaves(nested(1000)).map(item)).toEqual([1]);
    expect(tree.allClose(nested(1000), nested(1000))).toBe(true);
  });
  test("is refused beyond, however deep it is, and where the path starts is told", () => {
    for (const levels of [1001, 10_000, 100_000]) {
      expect(() => tree.leaves(nested(levels))).toThrow(TreeError);
      expect(() => tree.map((x) => x, nested(levels))).toThrow("has more than 1000 levels");
    }
  });
  test("is refused when it contains itself", () => {
    const list: unknown[] = [];
    list.push(1, list, list);
    const record: Record<string, unknown> = { w: array(1) };
    record["again"] = record;
    expect(() => tree.leaves(list)).toThrow("tree: [1][1][1]");
    expect(() => tree.flatten(record)).toThrow("tree: again.again.again");
    expect(() => tree.ravel(record)).toThrow("Does the tree contain itself?");
  });
});

test("holes in a list are empty", () => {
  const holes = [1, , 2]; // oxlint-disable-line no-sparse-arrays
  expect(tree.flatten(holes).paths).toEqual(["[0]", "[2]"]);
  expect(tree.mapTo((x) => item(x), holes)).toEqual([1, undefined, 2]);
});

test("structure is what flatten finds, and takes other leaves", () => {
  const structure = tree.structure(params);
  expect(structure).toEqual(tree.flatten(params).structure);
  expect(
    tree.unflatten(
      structure,
      tree.leaves(params).map((x) => mul(x, 0)),
    ).w.shape,
  ).toEqual([2, 3]);
});

describe("ravel", () => {
  const mixed = {
    w: array([[1, 2], [3, 4]], { dtype: "float32" }), // prettier-ignore
    count: array(5, { dtype: "int32" }),
    on: array([true, false]),
    none: null,
    rows: zeros([2, 0], { dtype: "float32" }),
  };
  test("puts all elements in a vector, and back", () => {
    const [flat, back] = tree.ravel(mixed);
    expect([flat.dtype, toNested(flat)]).toEqual(["float32", [5, 1, 0, 1, 2, 3, 4]]);
    const again = back(flat);
    expect(tree.flatten(again).paths).toEqual(tree.flatten(mixed).paths);
    tree.leaves(again).forEach((x, i) => expect(print(x)).toBe(print(tree.leaves(mixed)[i] ?? 0)));
    expect(again.none).toBeNull();
  });
  test("gives an empty vector for a tree without leaves", () => {
    const [flat, back] = tree.ravel([null, {}]);
    expect([flat.shape, back(flat)]).toEqual([[0], [null, {}]]);
  });
  test("takes vectors of the same length only", () => {
    const [, back] = tree.ravel(mixed);
    expect(() => back(zeros([6]))).toThrow(new ShapeError("tree.ravel: the way back takes the shape [7], not [6]"));
    expect(() => back("x" as never)).toThrow(DTypeError);
  });
});

describe("stack", () => {
  const rows = [{ w: array([1, 2]), b: [0, null] as const }, { w: array([3, 4]), b: [1, null] as const }]; // prettier-ignore
  test("stacks leaf by leaf along a new axis", () => {
    const { w, b } = tree.stack(rows);
    expect([toNested(w), toNested(b[0]), b[1]]).toEqual([[[1, 2], [3, 4]], [0, 1], null]); // prettier-ignore
    expect(toNested(tree.stack([{ w: array([1, 2]) }, { w: array([3, 4]) }], 1).w)).toEqual([[1, 3], [2, 4]]); // prettier-ignore
  });
  test("refuses trees that differ, with the path", () => {
    const loosely = tree.stack as (trees: readonly unknown[], axis?: number) => unknown;
    expect(() => loosely([{ a: [1] }, { a: [1, 2] }])).toThrow(
      "tree.stack: the trees differ at a: a list of 1 and a list of 2",
    );
    expect(() => loosely([{ a: [zeros([2])] }, { a: [zeros([3])] }])).toThrow(
      new ShapeError("tree.stack: shapes differ: [2] and [3] at a[0]"),
    );
    expect(() => loosely([{ a: zeros([2]) }], 3)).toThrow("tree.stack: axis 3 is out of range for [2, 1] at a");
    expect(() => loosely([])).toThrow(new TreeError("tree.stack: no tree was given"));
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
