import { describe, expect, test } from "vitest";
import {
  allClose,
  array,
  expectShape,
  item,
  type NDArray,
  ones,
  slice,
  toNdarray,
  toNested,
  toTypedArray,
  transpose,
  zeros,
} from "../src/index.ts";

describe("allClose", () => {
  test.each<readonly [string, Parameters<typeof allClose>, boolean]>([
    ["equal numbers", [array([1, 2]), array([1, 2])], true],
    ["numbers within rtol of the second", [array([1]), array([1 + 0.9e-5]), { atol: 0 }], true],
    ["numbers beyond rtol", [array([1]), array([1 + 1.1e-5]), { atol: 0 }], false],
    ["a distance of just atol", [0, 0.5, { atol: 0.5, rtol: 0 }], true],
    ["the smallest distance with no tolerance", [1, 1 + Number.EPSILON, { rtol: 0, atol: 0 }], false],
    ["rtol taken of the second only", [array([2]), array([1]), { rtol: 0.5, atol: 0 }], false],
    ["rtol taken of the second", [array([1]), array([2]), { rtol: 0.5, atol: 0 }], true],
    ["zeros of either sign", [0, -0, { rtol: 0, atol: 0 }], true],
    ["equal infinities", [array([Infinity, -Infinity]), array([Infinity, -Infinity])], true],
    ["opposite infinities", [Infinity, -Infinity, { rtol: 1 }], false],
    ["a number and infinity", [1, Infinity, { rtol: 1 }], false],
    ["infinity and a number", [Infinity, 1, { rtol: 1 }], false],
    ["anything finite within an infinite tolerance", [1, 5, { atol: Infinity }], true],
    ["NaN and NaN", [NaN, NaN], false],
    ["NaN and NaN, on request", [array([1, NaN]), array([1, NaN]), { equalNan: true }], true],
    ["NaN and a number, on request", [NaN, 1, { equalNan: true, atol: Infinity }], false],
    ["other shapes", [ones([2, 1]), ones([1, 2])], false],
    ["no elements", [zeros([0, 2]), zeros([0, 2])], true],
    ["other dtypes of the same numbers", [array([1, 0], { dtype: "int32" }), array([true, false])], true],
    ["a view and its copy", [transpose(array([[1, 2], [3, 4]])), array([[1, 3], [2, 4]])], true], // prettier-ignore
  ])("compares %s", (_, args, close) => {
    expect(allClose(...args)).toBe(close);
  });
});

describe("expectShape", () => {
  test("gives the array itself", () => {
    const x: NDArray = ones([2, 0]);
    expect(expectShape(x, [2, 0])).toBe(x);
    expect(expectShape(array(1), []).shape).toEqual([]);
  });
});

test("item reads the one element of any shape, through views", () => {
  expect([item(array([[5]])), item(slice(array([1, 2, 3]), [[2, null]])), item(array(true)), item(7)]).toEqual([5, 3, 1, 7]); // prettier-ignore
});

test("what is read is a copy", () => {
  const x = array([[1, 2], [3, 4]]); // prettier-ignore
  for (const view of [x, transpose(x), slice(x, [[null, null, -1]]), slice(x, [1])]) {
    const before = toNested(view);
    toTypedArray(view).fill(9);
    toNdarray(view).data.fill(9);
    expect(toNested(view)).toEqual(before);
  }
});
