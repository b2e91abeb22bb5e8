import ndarray from "ndarray";
import { describe, expect, test } from "vitest";
import {
  array,
  broadcastTo,
  expandDims,
  fromNdarray,
  type NDArray,
  ones,
  reshape,
  slice,
  squeeze,
  toNdarray,
  toNested,
  toTypedArray,
  transpose,
} from "../src/index.ts";

test("the shape of every array is frozen", () => {
  const x = array([
    [1, 2],
    [3, 4],
  ]);
  const made: readonly NDArray[] = [
    x,
    ones([2]),
    array(1),
    transpose(x),
    reshape(x, [4]),
    slice(x, [0]),
    expandDims(x, 0),
    squeeze(ones([1, 2])),
    broadcastTo(x, [3, 2, 2]),
  ];
  for (const { shape } of made) expect(Object.isFrozen(shape)).toBe(true);
  expect(() => (x.shape as unknown as number[]).push(1)).toThrow(TypeError);
});

test("a user's shape is copied", () => {
  const shape: [number, number] = [1, 2];
  const x = ones(shape);
  shape[0] = 7;
  expect(x.shape).toEqual([1, 2]);
});

test("a typed array that an array is made of is copied", () => {
  for (const data of [new Float64Array([1, 2]), new Float32Array([1, 2]), new Int32Array([1, 2])]) {
    const x = array(data);
    data[0] = 9;
    expect(toNested(x)).toEqual([1, 2]);
  }
});

test("what toTypedArray gives is a copy, of views too", () => {
  const x = array([1, 2, 3, 4]);
  for (const v of [x, reshape(x, [2, 2]), slice(x, [[1, 3]]), transpose(reshape(x, [2, 2]))]) {
    const before = toNested(v);
    toTypedArray(v).fill(9);
    expect(toNested(v)).toEqual(before);
  }
});

describe("scijs ndarrays", () => {
  test("that toNdarray gives are copies", () => {
    const x = array([
      [1, 2],
      [3, 4],
    ]);
    const copy = toNdarray(transpose(x));
    expect([copy.shape, copy.get(0, 1)]).toEqual([[2, 2], 3]);
    copy.set(0, 1, 9);
    expect(toNested(x)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
  test("are copied by fromNdarray", () => {
    const data = new Float32Array([1, 2, 3, 4]);
    const x = fromNdarray(ndarray(data, [2, 2]));
    data[0] = 9;
    expect([x.dtype, toNested(x)]).toEqual([
      "float32",
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });
  test("of any strides come and go", () => {
    const base = ndarray(
      new Int32Array(24).map((_, i) => i),
      [2, 3, 4],
    );
    for (const view of [
      base,
      base.transpose(2, 0, 1),
      base.step(-1, 1, -2),
      base.pick(1, null, null),
      base.lo(0, 1, 2),
      base.hi(1, 2, 0),
    ]) {
      const x = fromNdarray(view);
      expect([x.dtype, x.shape]).toEqual(["int32", view.shape]);
      const again = toNdarray(x);
      for (let i = 0; i < (view.shape[0] ?? 0); i++)
        for (let j = 0; j < (view.shape[1] ?? 0); j++)
          for (let k = 0; k < (view.shape[2] ?? 1); k++) expect(again.get(i, j, k)).toBe(view.get(i, j, k));
    }
  });
  test("of every kind of store, strided backwards too, come as they are", () => {
    for (const data of [
      new Float64Array([1, 2, 3, 4]),
      new Float32Array([1, 2, 3, 4]),
      new Int32Array([1, 2, 3, 4]),
      new Int8Array([1, 2, 3, 4]),
      new Uint32Array([1, 2, 3, 4]),
      new Uint8ClampedArray([1, 2, 3, 4]),
      [1, 2, 3, 4],
      { get: (i: number) => i + 1, set: (_: number, v: number) => v, length: 4 },
    ]) {
      expect(toNested(fromNdarray(ndarray(data, [2, 2], [-2, 1], 2)))).toEqual([[3, 4], [1, 2]]); // prettier-ignore
      expect(toNested(fromNdarray(ndarray(data, [3], [0], 3)))).toEqual([4, 4, 4]);
      expect(toNested(fromNdarray(ndarray(data, [], [], 1)))).toBe(2);
      expect(fromNdarray(ndarray(data, [0, 2])).shape).toEqual([0, 2]);
    }
  });
  test("of no rank and of no elements come and go", () => {
    expect([toNdarray(array(5)).get(), toNdarray(array(5)).shape]).toEqual([5, []]);
    expect([toNdarray(ones([2, 0])).shape, toNdarray(ones([2, 0])).size]).toEqual([[2, 0], 0]);
    expect([toNdarray(array([true])).dtype, toNdarray(array(1, { dtype: "float32" })).dtype]).toEqual([
      "uint8",
      "float32",
    ]);
  });
  test("of other kinds become float64", () => {
    expect(fromNdarray(ndarray([1, 2])).dtype).toBe("float64");
    expect(fromNdarray(ndarray(new Uint8Array([1, 2]))).dtype).toBe("float64");
    expect(toNested(fromNdarray(ndarray(new Float64Array([7]), [])))).toBe(7);
  });
});
