import { describe, expect, test } from "vitest";
import {
  arange,
  array,
  broadcastTo,
  DecodeError,
  either,
  fromJSON,
  type NDArray,
  orThrow,
  print,
  random,
  reshape,
  slice,
  toTypedArray,
  transpose,
  tree,
  TreeError,
  zeros,
} from "../src/index.ts";

const thereAndBack = (x: unknown): unknown => JSON.parse(JSON.stringify(x)) as unknown;

const arrays: readonly (readonly [string, NDArray])[] = [
  ["numbers that JSON has not", array([NaN, Infinity, -Infinity, -0, 0])],
  ["the ends of float64", array([5e-324, 1.7976931348623157e308, 0.1, 1 / 3, 2 ** 53 + 2])],
  ["random bits", random.uniform(random.key(1), [200])],
  ["float32", array([0.1, 1e-45, 3.4028234663852886e38, -0, NaN], { dtype: "float32" })],
  ["integers", array([[2147483647, -2147483648]], { dtype: "int32" })],
  ["truths", array([true, false])],
  ["a scalar", array(2.5)],
  ["no elements", zeros([0, 3])],
  ["a transposed view", transpose(reshape(arange(6), [2, 3]))],
  ["a reversed view", slice(arange(6), [[null, null, -2]])],
  ["a repeated one", broadcastTo(array([1, 2]), [3, 2])],
];

describe("fromJSON", () => {
  test.each(arrays)("gives back every bit of what JSON.stringify wrote: %s", (_, x) => {
    const again = orThrow(fromJSON(thereAndBack(x)));
    expect([again.dtype, again.shape]).toEqual([x.dtype, x.shape]);
    expect(toTypedArray(again)).toEqual(toTypedArray(x));
  });
  test.each<readonly [string, unknown]>([
    ["no array is there", 5],
    ["no array is there", null],
    ["no array is there", [1, 2]],
    ["no array is there", new Map()],
    ["the dtype is undefined", {}],
    ['the dtype is the string "float16"', { dtype: "float16", shape: [1], data: [1] }],
    ['the dtype is the string "constructor"', { dtype: "constructor", shape: [1], data: [1] }],
    ["the shape is no list of at most 64 sizes", { dtype: "float64", shape: 1, data: [1] }],
    ["the shape is no list of at most 64 sizes", { dtype: "float64", shape: [-1], data: [1] }],
    ["the shape is no list of at most 64 sizes", { dtype: "float64", shape: [0.5, 2], data: [1] }],
    ["the shape is no list of at most 64 sizes", { dtype: "float64", shape: ["1"], data: [1] }],
    ["the shape is no list of at most 64 sizes", { dtype: "float64", shape: new Array(100_000).fill(1), data: [1] }],
    ["the data do not fill the shape [1000000000]", { dtype: "float64", shape: [1e9], data: [1] }],
    ["the data do not fill the shape [2]", { dtype: "float64", shape: [2], data: "ab" }],
    ['element 1 is no float64: the string "x"', { dtype: "float64", shape: [2], data: [1, "x"] }],
    ["element 0 is no float64: null", { dtype: "float64", shape: [1], data: [null] }],
    ["element 0 is no float64: a list of 1", { dtype: "float64", shape: [1], data: [[1]] }],
    ["element 0 is no float64: undefined", { dtype: "float64", shape: [1], data: new Array(1) }],
    ["element 0 is no int32: 1.5", { dtype: "int32", shape: [1], data: [1.5] }],
    ["element 0 is no int32: 2147483648", { dtype: "int32", shape: [1], data: [2147483648] }],
    ['element 0 is no int32: the string "NaN"', { dtype: "int32", shape: [1], data: ["NaN"] }],
    ["element 0 is no bool: 1", { dtype: "bool", shape: [1], data: [1] }],
  ])("refuses anything else: %s", (what, json) => {
    const result = fromJSON(json);
    expect(either.isLeft(result) && result.left).toBeInstanceOf(DecodeError);
    expect(either.isLeft(result) && result.left.message).toContain(`fromJSON: ${what}`);
  });
});

describe("tree.fromJSON", () => {
  const state = {
    count: array(3, { dtype: "int32" }),
    mu: { w: array([0.1, NaN], { dtype: "float32" }), b: null },
    inner: [array([[true]]), undefined, 0.5, true] as const,
  };
  const like = tree.map((x) => zeros(x.shape, { dtype: x.dtype }), state);

  test("gives back the tree that JSON.stringify wrote", () => {
    const again = orThrow(tree.fromJSON(thereAndBack(state), state));
    expect(tree.flatten(again).paths).toEqual(tree.flatten(state).paths);
    tree.leaves(again).forEach((x, i) => expect(print(x)).toBe(print(tree.leaves(state)[i] ?? 0)));
    expect([again.mu.b, again.inner[1], again.inner[2], again.inner[3]]).toEqual([null, undefined, 0.5, true]);
  });
  test("takes anything of the same form for the form", () => {
    const { count, mu } = orThrow(
      tree.fromJSON(thereAndBack({ count: state.count, mu: state.mu }), {
        count: like.count,
        mu: like.mu,
      }),
    );
    expect([count, mu.w].map(print)).toEqual([state.count, state.mu.w].map(print));
  });
  test("keeps the key __proto__ as data", () => {
    const hostile = JSON.parse('{"__proto__": 1}') as object;
    const again = orThrow(tree.fromJSON(JSON.parse('{"__proto__": 2}'), hostile));
    expect(Object.getPrototypeOf(again)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(again, "__proto__")?.value).toBe(2);
  });
  test.each<readonly [string, unknown, unknown]>([
    ["the root: an object is needed, not a list of 0", [], {}],
    ["the root: an object is needed, not null", null, {}],
    ["a.b: there is no such key", { a: { b: 1 } }, { a: {} }],
    ["toString: a number is needed, not undefined", {}, { toString: 1 }],
    ["a: a number is needed, not undefined", {}, { a: 1 }],
    ["a: a number is needed, not null", { a: null }, { a: NaN }],
    ["a[1]: a boolean is needed, not 1", { a: [0, 1] }, { a: [0, true] }],
    ["the root: a list of 2 is needed, not a list of 3", [1, 2, 3], [1, 2]],
    ["b: undefined is needed, not 1", { b: 1 }, { b: undefined }],
    ["w: no array is there, which has dtype, shape and data", { w: 5 }, { w: array(5) }],
    ["w: float64 [2] is needed, not float64 [3]", thereAndBack({ w: zeros([3]) }), { w: zeros([2]) }],
    ["w: float32 [] is needed, not float64 []", thereAndBack({ w: array(1) }), { w: array(1, { dtype: "float32" }) }],
    [
      'w: element 0 is no float64: the string "one"',
      { w: { dtype: "float64", shape: [1], data: ["one"] } },
      { w: zeros([1]) },
    ],
  ])("refuses what has another form: %s", (what, json, form) => {
    const result = tree.fromJSON(json, form);
    expect(either.isLeft(result) && result.left).toEqual(new DecodeError("malformed", `tree.fromJSON: ${what}`));
  });
  test("refuses JSON of any depth where an array is due", () => {
    const deep = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`) as unknown;
    expect(either.isLeft(tree.fromJSON(deep, array(1)))).toBe(true);
    expect(either.isLeft(fromJSON({ dtype: "float64", shape: [1], data: [deep] }))).toBe(true);
  });
  test("throws when the form is no tree: the program is wrong", () => {
    expect(() => tree.fromJSON({}, { f: "x" })).toThrow(TreeError);
  });
});
