import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { arange, array, print, reshape, slice, transpose, zeros } from "../src/index.ts";

const lines = (...text: readonly string[]) => text.join("\n");

describe("print", () => {
  test.each([
    ["a number", array(5), "float64 [] 5"],
    ["whole numbers", array([1, -2, 30]), "float64 [3] [ 1, -2, 30]"],
    ["decimals, rounded", array([0.5, 0.123456]), "float64 [2] [0.5000, 0.1235]"],
    ["float32", array([0.1], { dtype: "float32" }), "float32 [1] [0.1000]"],
    ["integers", array([1, -2, 300], { dtype: "int32" }), "int32 [3] [  1,  -2, 300]"],
    ["truths", array([true, false]), "bool [2] [ true, false]"],
    [
      "NaN and infinities",
      array([NaN, Infinity, -Infinity, 1.5]),
      "float64 [4] [      NaN,  Infinity, -Infinity,    1.5000]",
    ],
    ["minus zero", array([-0, 1]), "float64 [2] [-0,  1]"],
    ["tiny numbers", array([1e-5, 2e-5]), "float64 [2] [1.0000e-5, 2.0000e-5]"],
    ["huge numbers", array([1e300, -1]), "float64 [2] [1.0000e+300,  -1.0000e+0]"],
    ["numbers of very different sizes", array([1e-10, 1]), "float64 [2] [1.0000e-10,  1.0000e+0]"],
    ["an empty vector", zeros([0]), "float64 [0] []"],
    ["no rows", zeros([0, 3]), "float64 [0, 3] []"],
    ["empty rows", zeros([2, 0]), lines("float64 [2, 0]", "[[],", " []]")],
    ["a matrix", reshape(arange(6), [2, 3]), lines("float64 [2, 3]", "[[0, 1, 2],", " [3, 4, 5]]")],
    [
      "a stack of matrices",
      reshape(arange(8), [2, 2, 2]),
      lines("float64 [2, 2, 2]", "[[[0, 1],", "  [2, 3]],", "", " [[4, 5],", "  [6, 7]]]"),
    ],
    ["a transposed view", transpose(reshape(arange(4), [2, 2])), lines("float64 [2, 2]", "[[0, 2],", " [1, 3]]")],
    ["a reversed view", slice(arange(3), [[null, null, -1]]), "float64 [3] [2, 1, 0]"],
  ])("shows %s", (_, x, text) => {
    expect(print(x)).toBe(text);
  });

  test("shows a plain number", () => {
    expect(print(2)).toBe("float64 [] 2");
  });

  test("shows a thousand elements, and only the ends of more", () => {
    expect(print(arange(1000))).not.toContain("…");
    expect(print(arange(1001))).toBe("float64 [1001] [   0,    1,    2, …,  998,  999, 1000]");
    expect(print(reshape(arange(2002), [2, 1001]))).toBe(
      lines(
        "float64 [2, 1001]",
        "[[   0,    1,    2, …,  998,  999, 1000],",
        " [1001, 1002, 1003, …, 1999, 2000, 2001]]",
      ),
    );
    expect(print(reshape(arange(1200), [300, 4])).split("\n")).toHaveLength(8);
  });

  test("is short for large arrays, empty ones too", () => {
    for (const shape of [[1e6], [1000, 1000], [1e6, 0], [1, 1e6, 0], [100, 100, 100]])
      expect(print(zeros(shape)).length).toBeLessThan(3000);
  });

  test("chooses its format by what it shows", () => {
    expect(print(slice(arange(3000), [[0, 2000]]))).not.toContain("e+");
  });
});

describe("Node's inspect", () => {
  test("shows what print shows, and no internals", () => {
    for (const x of [array(5), array([0.5, 0.75]), reshape(arange(6), [2, 3]), zeros([0])]) {
      expect(inspect(x)).toBe(print(x));
      expect(inspect(x, { showHidden: true })).not.toMatch(/Symbol|view|stride|tracer/);
    }
  });
  test("indents arrays inside objects and lists", () => {
    expect(inspect({ a: { w: reshape(arange(4), [2, 2]) }, list: [array([1, 2])] })).toBe(
      lines(
        "{",
        "  a: {",
        "    w: float64 [2, 2]",
        "    [[0, 1],",
        "     [2, 3]]",
        "  },",
        "  list: [ float64 [2] [1, 2] ]",
        "}",
      ),
    );
  });
});

test("a template string and JSON show the elements", () => {
  const x: unknown = array([1, 2]);
  expect(String(x)).toBe("float64 [2] [1, 2]");
  expect(JSON.stringify({ w: array([[1, 2]]), t: array(true) })).toBe('{"w":[[1,2]],"t":true}');
});

test("an array lists no fields but its shape and dtype", () => {
  expect(Object.keys(array([1, 2]))).toEqual(["shape", "dtype"]);
});
