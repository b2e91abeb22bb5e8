import { describe, expect, test } from "vitest";
import {
  arange,
  array,
  eye,
  full,
  linspace,
  meshgrid,
  oneHot,
  ones,
  onesLike,
  toNested,
  toTypedArray,
  zeros,
  zerosLike,
} from "../src/index.ts";

describe("array", () => {
  test.each<readonly [string, ReturnType<typeof array>, readonly number[], string, unknown]>([
    ["a number", array(5), [], "float64", 5],
    ["a list", array([1, 2]), [2], "float64", [1, 2]],
    [
      "nested lists",
      array([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      [2, 3],
      "float64",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ["booleans", array([true, false]), [2], "bool", [true, false]],
    ["one boolean", array(true), [], "bool", true],
    ["booleans and numbers", array([true, 2]), [2], "float64", [1, 2]],
    ["an empty list", array([]), [0], "float64", []],
    ["empty lists", array([[], []]), [2, 0], "float64", [[], []]],
    ["a Float64Array", array(new Float64Array([1.5])), [1], "float64", [1.5]],
    ["a Float32Array", array(new Float32Array([1.5])), [1], "float32", [1.5]],
    ["an Int32Array", array(new Int32Array([7])), [1], "int32", [7]],
    [
      "flat data with a shape",
      array([1, 2, 3, 4], { shape: [2, 2] }),
      [2, 2],
      "float64",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["no data with a shape", array([], { shape: [0, 3] }), [0, 3], "float64", []],
    [
      "lists that are flattened again",
      array(
        [
          [1, 2],
          [3, 4],
        ],
        { shape: [4] },
      ),
      [4],
      "float64",
      [1, 2, 3, 4],
    ],
    ["float32 numbers", array([0.1], { dtype: "float32" }), [1], "float32", [Math.fround(0.1)]],
    ["numbers as truths", array([0, -0, 2, NaN], { dtype: "bool" }), [4], "bool", [false, false, true, true]],
    ["integers", array([-(2 ** 31), 2 ** 31 - 1, -0], { dtype: "int32" }), [3], "int32", [-(2 ** 31), 2 ** 31 - 1, 0]],
  ])("makes an array of %s", (_, x, shape, dtype, elements) => {
    expect([x.shape, x.dtype, toNested(x)]).toEqual([shape, dtype, elements]);
  });

  test.each([2 ** 31, -(2 ** 31) - 1, 0.5, Infinity])("refuses %d as int32", (value) => {
    expect(() => array(value, { dtype: "int32" })).toThrow(`array: ${value} is no int32.`);
  });
});

test("zeros, ones and full repeat one number, for every dtype", () => {
  for (const dtype of ["float64", "float32", "int32", "bool"] as const)
    for (const [x, value] of [
      [zeros([2, 3], { dtype }), 0],
      [ones([2, 3], { dtype }), 1],
      [full([2, 3], 1, { dtype }), 1],
    ] as const)
      expect([x.dtype, x.shape, Array.from(toTypedArray(x))]).toEqual([dtype, [2, 3], new Array(6).fill(value)]);
  expect(toNested(full([2], -0.5))).toEqual([-0.5, -0.5]);
  expect(toNested(zeros([0, 2]))).toEqual([]);
});

test("zerosLike and onesLike keep shape and dtype", () => {
  const x = array([[1, 2]], { dtype: "float32" });
  expect([zerosLike(x).dtype, toNested(zerosLike(x)), toNested(onesLike(x))]).toEqual(["float32", [[0, 0]], [[1, 1]]]);
});

test("eye has ones on its diagonal", () => {
  expect(toNested(eye(3, { dtype: "int32" }))).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  expect(eye(0).shape).toEqual([0, 0]);
});

test("arange counts from 0", () => {
  expect(toNested(arange(4))).toEqual([0, 1, 2, 3]);
  expect([arange(0).shape, arange(2, { dtype: "int32" }).dtype]).toEqual([[0], "int32"]);
});

test("arange goes from start to before stop in steps", () => {
  expect(toNested(arange(2, 5))).toEqual([2, 3, 4]);
  expect(toNested(arange(0, 1, 0.25))).toEqual([0, 0.25, 0.5, 0.75]);
  expect(toNested(arange(5, -1, -2))).toEqual([5, 3, 1]);
  expect([arange(5, 2).shape, arange(2, 2).shape, arange(0, 5, -1).shape]).toEqual([[0], [0], [0]]);
  expect(arange(1, 3, 1, { dtype: "int32" }).dtype).toBe("int32");
});

describe("oneHot", () => {
  const labels = array([[2, 0]], { dtype: "int32" });
  test("puts a 1 at each index, on an axis behind", () => {
    expect([oneHot(labels, 3).shape, toNested(oneHot(labels, 3))]).toEqual([[1, 2, 3], [[[0, 0, 1], [1, 0, 0]]]]); // prettier-ignore
    expect(toNested(oneHot(array(1, { dtype: "int32" }), 2))).toEqual([0, 1]);
    expect(oneHot(array([], { dtype: "int32" }), 0).shape).toEqual([0, 0]);
  });
  test("takes every dtype", () => {
    for (const dtype of ["float64", "float32", "int32", "bool"] as const)
      expect(oneHot(labels, 3, { dtype }).dtype).toBe(dtype);
    expect(oneHot(labels, 3).dtype).toBe("float64");
  });
});

describe("meshgrid", () => {
  const [x, y, z] = [array([1, 2, 3]), array([10, 20]), array([7, 8, 9, 10])];
  test("lets the first vector run along the second axis, as NumPy does", () => {
    expect(meshgrid([x, y, z]).map((g) => g.shape)).toEqual([[2, 3, 4], [2, 3, 4], [2, 3, 4]]); // prettier-ignore
    expect(meshgrid([x, y]).map(toNested)).toEqual([[[1, 2, 3], [1, 2, 3]], [[10, 10, 10], [20, 20, 20]]]); // prettier-ignore
  });
  test("lets each vector run along its own axis on request", () => {
    expect(meshgrid([x, y], { indexing: "ij" }).map(toNested)).toEqual([[[1, 1], [2, 2], [3, 3]], [[10, 20], [10, 20], [10, 20]]]); // prettier-ignore
    expect(meshgrid([x, y, z], { indexing: "ij" }).map((g) => g.shape)).toEqual([[3, 2, 4], [3, 2, 4], [3, 2, 4]]); // prettier-ignore
  });
  test("takes one vector or none", () => {
    expect(meshgrid([y]).map(toNested)).toEqual([[10, 20]]);
    expect(meshgrid([])).toEqual([]);
  });
});

test("linspace includes both ends", () => {
  expect(toNested(linspace(-1, 1, 5))).toEqual([-1, -0.5, 0, 0.5, 1]);
  expect([toNested(linspace(2, 9, 1)), toNested(linspace(2, 9, 0))]).toEqual([[2], []]);
  for (const n of [2, 3, 7, 50, 1000]) expect(toTypedArray(linspace(0.1, 0.7, n)).at(-1)).toBe(0.7);
});
