import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arange,
  argsort,
  array,
  cumsum,
  DomainError,
  DTypeError,
  flip,
  item,
  type NDArray,
  ones,
  pad,
  repeat,
  reshape,
  roll,
  searchSorted,
  set,
  ShapeError,
  slice,
  sort,
  split,
  stack,
  take,
  takeAlongAxis,
  tile,
  toNested,
  toTypedArray,
  unstack,
  zeros,
} from "../src/index.ts";
import { byPlace } from "./laws/order.ts";

const table = reshape(arange(6), [2, 3]);
const ints = (nested: number | readonly number[] | readonly (readonly number[])[]): NDArray =>
  array(nested, { dtype: "int32" });

describe("Flipping and rolling", () => {
  test("reverse all axes or those named", () => {
    expect(toNested(flip(table))).toEqual([
      [5, 4, 3],
      [2, 1, 0],
    ]);
    expect(toNested(flip(table, [-1]))).toEqual([
      [2, 1, 0],
      [5, 4, 3],
    ]);
    expect(toNested(flip(array(3)))).toBe(3);
  });
  test("move by whole turns and backwards", () => {
    expect(toNested(roll(arange(5), -7, 0))).toEqual([2, 3, 4, 0, 1]);
    expect(toNested(roll(arange(5), 10, 0))).toEqual([0, 1, 2, 3, 4]);
    expect(toNested(roll(table, [1, -1], [0, 1]))).toEqual([
      [4, 5, 3],
      [1, 2, 0],
    ]);
    expect(roll(zeros([0, 2]), 1, 0).shape).toEqual([0, 2]);
  });
  test("refuse shifts that are not whole and axes that are not there", () => {
    expect(() => roll(table, 0.5, 0)).toThrow("roll: a shift must be a whole number, not 0.5");
    expect(() => roll(table, [1, 2], 0)).toThrow("roll: 2 shifts for 1 axes: [1, 2]");
    expect(() => roll(table as never, 1, 2 as never)).toThrow("roll: axis 2 is out of range for [2, 3]");
    expect(() => flip(table, [0, 0])).toThrow("flip: an axis is given twice");
  });
});

describe("Repeating", () => {
  test("puts copies of the whole or of each element side by side", () => {
    expect(toNested(tile(array([1, 2]), [2]))).toEqual([1, 2, 1, 2]);
    expect(tile(table, [2, 1, 3]).shape).toEqual([2, 2, 9]);
    expect(toNested(tile(table, [2]))).toEqual([
      [0, 1, 2, 0, 1, 2],
      [3, 4, 5, 3, 4, 5],
    ]);
    expect(tile(table, [0]).shape).toEqual([2, 0]);
    expect(toNested(repeat(table, 2, 0))).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [3, 4, 5],
      [3, 4, 5],
    ]);
    expect(repeat(table, 0, 1).shape).toEqual([2, 0]);
  });
  test("refuses counts that are negative or not whole", () => {
    expect(() => tile(table, [-1])).toThrow(DomainError);
    expect(() => repeat(table, 1.5, 0)).toThrow("repeat: a count must be a whole number from 0 on, not 1.5");
  });
});

describe("Splitting", () => {
  test("undoes concatenation", () => {
    const [a, b] = split(table, [1, 2], 1);
    expect([toNested(a), toNested(b)]).toEqual([
      [[0], [3]],
      [
        [1, 2],
        [4, 5],
      ],
    ]);
    expect(split(zeros([0]), []).length).toBe(0);
    expect(split(zeros([100]), new Array<number>(100).fill(1))).toHaveLength(100);
  });
  test("refuses sizes that do not add up", () => {
    expect(() => split(table, [1, 1], 1)).toThrow(
      "split: the sizes [1, 1] add up to 2, but axis 1 of [2, 3] has size 3",
    );
    expect(() => split(table, [-1, 3], 0)).toThrow(DomainError);
  });
});

describe("unstack", () => {
  test("undoes stack along every axis of every array", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }), fc.nat(), (shape, place) => {
        const x: NDArray = reshape(arange(shape.reduce((product, n) => product * n, 1)), shape);
        const at = place % shape.length;
        const slices = unstack(x, at - shape.length);
        expect(slices).toHaveLength(shape[at] ?? -1);
        for (const part of slices) expect(part.shape).toEqual(shape.toSpliced(at, 1));
        if (slices.length > 0) expect(toNested(stack(slices, at))).toEqual(toNested(x));
      }),
    );
  });
  test("keeps the dtype, and needs an axis", () => {
    expect(unstack(ints([[1], [2]])).map(({ dtype }) => dtype)).toEqual(["int32", "int32"]);
    expect(() => unstack(table, 2 as never)).toThrow("unstack: axis 2 is out of range for [2, 3]");
    expect(() => unstack(array(1))).toThrow("unstack: axis 0 is out of range for []");
  });
});

describe("Setting a part and padding", () => {
  test("replace what a slice takes, broadcast, and leave the array as it was", () => {
    expect(toNested(set(table, [null, [null, null, -2]], array([8, 9])))).toEqual([
      [9, 1, 8],
      [9, 4, 8],
    ]);
    expect(toNested(set(table, [1, 1], -1))).toEqual([
      [0, 1, 2],
      [3, -1, 5],
    ]);
    expect(toNested(table)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });
  test("give the array's dtype, and refuse a wider one", () => {
    expect(set(ones([2], { dtype: "float32" }), [0], 3).dtype).toBe("float32");
    expect(set(ints([1, 2]), [0], ints(5)).dtype).toBe("int32");
    expect(() => set(ints([1, 2]), [0], 5)).toThrow("set: float64 does not fit into an array of int32. Cast one");
    expect(() => set(table, [0], array([1, 2]))).toThrow(ShapeError);
    expect(() => set(table, [2], 1)).toThrow("set: index 2 is out of range for axis 0 of [2, 3]");
  });
  test("put a border around", () => {
    expect(
      toNested(
        pad(
          array([[1]]),
          [
            [1, 0],
            [0, 2],
          ],
          7,
        ),
      ),
    ).toEqual([
      [7, 7, 7],
      [1, 7, 7],
    ]);
    expect(
      pad(zeros([0, 2]), [
        [1, 1],
        [0, 0],
      ]).shape,
    ).toEqual([2, 2]);
    expect(() => pad(table, [[1, 1]])).toThrow("pad: 1 pairs of widths for 2 axes of [2, 3]");
    expect(() => pad(arange(2), [[-1, 0]])).toThrow("pad: a width must be a whole number from 0 on, not -1");
  });
});

describe("Running sums", () => {
  test("keep -0, wrap integers and round float32 at every step", () => {
    expect(Object.is(item(slice(cumsum(array([-0, 1])), [0])), -0)).toBe(true);
    expect(toNested(cumsum(ints([2147483647, 1])))).toEqual([2147483647, -2147483648]);
    const tenth = Math.fround(0.1);
    const wanted = Array.from({ length: 100 }).reduce<number[]>(
      (sums) => [...sums, Math.fround((sums.at(-1) ?? -0) + tenth)],
      [],
    );
    expect(toNested(cumsum(array(new Float32Array(100).fill(0.1), { shape: [100] })))).toEqual(wanted);
  });
});

const numbers = fc.array(fc.oneof(fc.double(), fc.constantFrom(NaN, 0, -0, 1, 1, Infinity)), { maxLength: 40 });

describe("Sorting", () => {
  test("puts elements in ascending order, NaNs last, and keeps the order of equal ones", () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const wanted = list.map((_, i) => i).toSorted(byPlace(list));
        expect(toNested(argsort(array(list)))).toEqual(wanted);
        expect(toNested(sort(array(list)))).toEqual(wanted.map((i) => list[i]));
      }),
      { seed: 1 },
    );
  });
  test("goes along any axis and keeps the dtype", () => {
    const x = array([
      [3, 1, 2],
      [0, 5, 1],
    ]);
    expect(toNested(sort(x, 0))).toEqual([
      [0, 1, 1],
      [3, 5, 2],
    ]);
    expect(toNested(sort(x))).toEqual([
      [1, 2, 3],
      [0, 1, 5],
    ]);
    expect(sort(ints([2, 1])).dtype).toBe("int32");
    expect(argsort(x).dtype).toBe("int32");
    expect(sort(zeros([0, 3]), 0).shape).toEqual([0, 3]);
    expect(() => sort(array(1))).toThrow("sort: axis -1 is out of range for []");
  });
});

describe("Searching a sorted vector", () => {
  test("finds where values go, on either side of equal ones", () => {
    const sorted = fc.array(fc.constantFrom(-1, 0, 1, 2, 3, NaN, Infinity), { maxLength: 20 });
    fc.assert(
      fc.property(sorted, fc.constantFrom(-2, -1, 0.5, 2, 3, 4, NaN, Infinity), (list, value) => {
        const places = list.map((_, i) => i).toSorted(byPlace(list));
        const ascending = places.map((i) => list[i] ?? NaN);
        const before = (x: number): boolean => x < value || (Number.isNaN(value) && !Number.isNaN(x));
        const upTo = (x: number): boolean => before(x) || x === value || (Number.isNaN(value) && Number.isNaN(x));
        expect(item(searchSorted(array(ascending), value))).toBe(ascending.filter(before).length);
        expect(item(searchSorted(array(ascending), value, { side: "right" }))).toBe(ascending.filter(upTo).length);
      }),
      { seed: 1 },
    );
    expect(toTypedArray(searchSorted(arange(1000), arange(1000)))).toEqual(
      Int32Array.from({ length: 1000 }, (_, i) => i),
    );
  });
  test("refuses what is no vector, and other sides", () => {
    expect(() => searchSorted(table as never, 1)).toThrow(
      "searchSorted: the sorted array must be a vector, not of shape [2, 3]",
    );
    expect(() => searchSorted(arange(2), 1, { side: "middle" as never })).toThrow(DomainError);
  });
});

describe("Picking along an axis", () => {
  test("takes other places in every row, and broadcasts the other axes", () => {
    expect(
      toNested(
        takeAlongAxis(
          table,
          ints([
            [2, 0],
            [-1, 1],
          ]),
          1,
        ),
      ),
    ).toEqual([
      [2, 0],
      [5, 4],
    ]);
    expect(toNested(takeAlongAxis(table, ints([[1, 0, 1]]), 0))).toEqual([[3, 1, 5]]);
    expect(toNested(takeAlongAxis(table, ints([[0]]), 1))).toEqual([[0], [3]]);
    expect(takeAlongAxis(zeros([0, 3]), zeros([0, 1], { dtype: "int32" }), 1).shape).toEqual([0, 1]);
  });
  test("refuses indices that are out of range, other ranks and other dtypes", () => {
    expect(() => takeAlongAxis(table, ints([[3]]), 1)).toThrow(
      "takeAlongAxis: index 3 is out of range for axis 1 of [2, 3]",
    );
    expect(() => takeAlongAxis(table, ints([0]), 1)).toThrow(
      "takeAlongAxis: the indices must have as many axes as the array: [1] and [2, 3]",
    );
    expect(() => takeAlongAxis(table, array([[0]]), 1)).toThrow(DTypeError);
    expect(() => take(arange(3), ints([0, -4]))).toThrow("take: index -4 is out of range for axis 0 of [3]");
  });
});
