import ndarray from "ndarray";
import { describe, expect, test } from "vitest";
import { compact, copy, isRowMajor, viewOn } from "../src/array/view.ts";

const shapes = [
  { shape: [], strides: [] },
  { shape: [3], strides: [1] },
  { shape: [3], strides: [-2] },
  { shape: [0], strides: [1] },
  { shape: [2, 3], strides: [3, 1] },
  { shape: [2, 3], strides: [-1, 2] },
  { shape: [2, 0], strides: [0, 1] },
  { shape: [2, 3, 2], strides: [1, 2, 0] },
  { shape: [1, 2, 1, 2], strides: [4, 2, 2, 1] },
];

const buffers = [
  ["a Float64Array", Float64Array],
  ["a Float32Array", Float32Array],
  ["an Int32Array", Int32Array],
  ["a Uint8Array", Uint8Array],
] as const;

/** All that can be asked of a view, inherited members included. */
const members = (x: object): readonly string[] => {
  const names = new Set<string>();
  for (
    let at: unknown = x;
    typeof at === "object" && at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  )
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  return [...names].toSorted();
};

describe.each(buffers)("viewOn %s", (_, Buffer) => {
  test.each(shapes)("is what ndarray makes of the shape $shape with strides $strides", ({ shape, strides }) => {
    const data = new Buffer(32).map((_, i) => i);
    const ours = viewOn(data, shape, strides, 12);
    const theirs = ndarray(data, [...shape], [...strides], 12);
    expect(ours).toEqual(theirs);
    expect(ours.constructor).toBe(theirs.constructor);
    expect(Object.getPrototypeOf(ours)).toBe(Object.getPrototypeOf(theirs));
    expect(members(ours)).toEqual(members(theirs));
    expect([ours.dtype, ours.size, ours.order, ours.dimension]).toEqual([
      theirs.dtype,
      theirs.size,
      theirs.order,
      theirs.dimension,
    ]);
    if (theirs.size > 0) {
      const first = shape.map(() => 0);
      expect([ours.get(...first), ours.index(...first)]).toEqual([theirs.get(...first), theirs.index(...first)]);
      expect(ours.transpose(...shape.map((_, i) => i).toReversed())).toEqual(
        theirs.transpose(...shape.map((_, i) => i).toReversed()),
      );
    }
  });

  test("does not share its lists with the caller", () => {
    const [shape, strides] = [
      [2, 3, 1],
      [3, 1, 1],
    ];
    const view = viewOn(new Buffer(6), shape, strides, 0);
    shape[0] = strides[0] = 9;
    expect([view.shape, view.stride]).toEqual([
      [2, 3, 1],
      [3, 1, 1],
    ]);
  });
});

test("a view is in row-major order whatever the strides of axes of size 1", () => {
  const data = new Float64Array(8);
  expect(isRowMajor(viewOn(data, [2, 1, 3], [3, 77, 1], 1))).toBe(true);
  expect(isRowMajor(viewOn(data, [2, 2], [2, 1], 4))).toBe(true);
  expect(isRowMajor(viewOn(data, [2, 2], [1, 2], 0))).toBe(false);
  expect(isRowMajor(viewOn(data, [2], [-1], 1))).toBe(false);
  expect(isRowMajor(viewOn(data, [2], [0], 0))).toBe(false);
  expect(isRowMajor(viewOn(data, [], [], 3))).toBe(true);
});

test("compact gives the buffer itself where it can; copy never does", () => {
  const data = Float64Array.of(1, 2, 3, 4);
  const whole = viewOn(data, [2, 2], [2, 1], 0);
  expect(compact(whole, "float64")).toBe(data);
  expect(copy(whole, "float64")).not.toBe(data);
  expect(copy(whole, "float64")).toEqual(data);
  expect(compact(viewOn(data, [2], [1], 1), "float64")).toEqual(Float64Array.of(2, 3));
  expect(compact(viewOn(data, [2, 2], [1, 2], 0), "float64")).toEqual(Float64Array.of(1, 3, 2, 4));
  expect(compact(viewOn(data, [0, 2], [1, 2], 0), "float64")).toEqual(new Float64Array());
});
