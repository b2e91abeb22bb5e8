import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { arange, array, type DType, mul, print, reshape, slice, transpose, zeros } from "../src/index.ts";

const lines = (...text: readonly string[]) => text.join("\n");

/** What NumPy 2.4 writes with commas and JavaScript's words: `array2string(x, separator=", ")`; whole floats as integers. */
interface Case {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly elements?: readonly (number | string | boolean)[];
  /** Instead of elements: 0, step, 2 step, … */
  readonly step?: number;
  readonly text: string;
}

const cases = JSON.parse(readFileSync(new URL("./fixtures/print.json", import.meta.url), "utf8")) as readonly Case[];

describe("print", () => {
  test.each([
    ["a number", array(5), "float64 [] 5"],
    ["whole numbers", array([1, -2, 30]), "float64 [3] [ 1, -2, 30]"],
    ["decimals below each other", array([0.5, 0.123456]), "float64 [2] [0.5     , 0.123456]"],
    ["float32", array([0.1], { dtype: "float32" }), "float32 [1] [0.1]"],
    ["integers", array([1, -2, 300], { dtype: "int32" }), "int32 [3] [  1,  -2, 300]"],
    ["truths", array([true, false]), "bool [2] [ true, false]"],
    [
      "NaN and infinities",
      array([NaN, Infinity, -Infinity, 1.5]),
      "float64 [4] [      NaN,  Infinity, -Infinity,       1.5]",
    ],
    ["NaN beside whole numbers", array([NaN, 1, -20]), "float64 [3] [NaN,   1, -20]"],
    ["infinity beside whole numbers", array([Infinity, 1]), "float64 [2] [Infinity,        1]"],
    ["only NaN", array([NaN, NaN]), "float64 [2] [NaN, NaN]"],
    ["whole numbers of any ratio below 1e8", array([1, 99999999]), "float64 [2] [       1, 99999999]"],
    ["large whole numbers", array([1e8, 3]), "float64 [2] [1.e+08, 3.e+00]"],
    ["minus zero", array([-0, 1]), "float64 [2] [-0,  1]"],
    ["tiny numbers", array([1e-5, 2e-5]), "float64 [2] [1.e-05, 2.e-05]"],
    ["huge numbers", array([1e300, -1]), "float64 [2] [ 1.e+300, -1.e+000]"],
    ["numbers of very different sizes", array([1e-10, 1]), "float64 [2] [1.e-10, 1.e+00]"],
    ["an empty vector", zeros([0]), "float64 [0] []"],
    ["no rows", zeros([0, 3]), "float64 [0, 3] []"],
    ["empty rows", zeros([2, 0]), "float64 [2, 0] []"],
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
    expect(print(arange(1000))).not.toContain("...");
    expect(print(arange(1001))).toBe("float64 [1001] [   0,    1,    2, ...,  998,  999, 1000]");
    expect(print(reshape(arange(2002), [2, 1001]))).toBe(
      lines(
        "float64 [2, 1001]",
        "[[   0,    1,    2, ...,  998,  999, 1000],",
        " [1001, 1002, 1003, ..., 1999, 2000, 2001]]",
      ),
    );
    expect(print(reshape(arange(1200), [300, 4])).split("\n")).toHaveLength(8);
  });

  test.each(cases)("writes $name as NumPy does", ({ dtype, shape, elements, step = 1, text }) => {
    const x = elements
      ? array(elements.map(Number), { shape, dtype })
      : reshape(mul(arange(shape.reduce((a, b) => a * b, 1)), step), shape);
    const head = `${dtype} [${shape.join(", ")}]`;
    expect(print(x)).toBe(`${head}${text.includes("\n") ? "\n" : " "}${text}`);
  });

  test("tells float32 numbers apart by the fewest digits", () => {
    for (let k = -149; k < 128; k++)
      for (const x of [2 ** k, Math.fround(2 ** k * (4 / 3))]) {
        const [element = ""] = /\S+$/.exec(print(array(x, { dtype: "float32" }))) ?? [];
        const isExact = Math.fround(Number(element)) === x;
        expect(isExact || (x >= 1e-4 && x < 1 && Math.abs(Number(element) - x) <= 5e-9)).toBe(true);
      }
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
  expect(JSON.stringify({ w: array([[1, 2]]), t: array(true) })).toBe(
    '{"w":{"dtype":"float64","shape":[1,2],"data":[1,2]},"t":{"dtype":"bool","shape":[],"data":[true]}}',
  );
});

test("an array lists no fields but its shape and dtype", () => {
  expect(Object.keys(array([1, 2]))).toEqual(["shape", "dtype"]);
});
