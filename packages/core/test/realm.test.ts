// Values of another realm, as those of a window, a worker, Jest or jsdom are.
import { createContext, runInContext, runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { array, either, fromJSON, print, random, sum, toNested, toTypedArray, tree, zeros } from "../src/index.ts";
import { isErrorOf, isRecord, kindOf } from "../src/error/plain.ts";

const realm = createContext();
const foreign = (code: string): never => runInContext(code, realm) as never;

describe("another realm's", () => {
  test.each([
    ["Float64Array", "float64"],
    ["Float32Array", "float32"],
    ["Int32Array", "int32"],
  ])("%s is an array of its dtype", (kind, dtype) => {
    const x = array(foreign(`${kind}.of(1, 2)`));
    expect([x.dtype, toNested(x)]).toEqual([dtype, [1, 2]]);
  });
  test("lists are lists", () => {
    expect(toNested(array(foreign("[[1, 2], [3, 4]]")))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(zeros(foreign("[2, 3]")).shape).toEqual([2, 3]);
    expect(toNested(sum(array([[1, 2]]), foreign("[0, 1]")))).toBe(3);
  });
  test("typed arrays without a dtype are refused with the way out", () => {
    expect(() => array(foreign("Uint8Array.of(1)"))).toThrow("Use Int32Array.from(data)");
    expect(() => array(foreign("BigInt64Array.of(1n)"))).toThrow("Use Float64Array.from(data, Number)");
  });
  test("objects are trees", () => {
    const given = foreign("({ w: [1, 2], b: { c: 0, d: null } })");
    expect(tree.flatten(given).paths).toEqual(["b.c", "w[0]", "w[1]"]);
    expect(tree.flatten(foreign("Object.create(null, { w: { value: 1, enumerable: true } })")).paths).toEqual(["w"]);
    expect(() => tree.flatten(foreign("new (class Model { w = 1 })()"))).toThrow("the root is a Model");
  });
  test("objects are options", () => {
    expect(array(1, foreign('({ dtype: "float32" })')).dtype).toBe("float32");
    expect(random.uniform(random.key(1), [2], foreign("({ min: 1, max: 2 })")).shape).toEqual([2]);
  });
  test("JSON is JSON", () => {
    const json = foreign(`JSON.parse('${JSON.stringify({ w: array([1, 2]) })}')`) as { readonly w: unknown };
    expect(either.isRight(fromJSON(json.w))).toBe(true);
    expect(either.isRight(tree.fromJSON(json, { w: zeros([2]) }))).toBe(true);
  });
});

test("what something is does not depend on its realm", () => {
  for (const code of ["new Map()", "new Date(0)", "/x/", "new RangeError('x')", "new ArrayBuffer(1)", "() => 1"]) {
    const [ours, theirs] = [runInThisContext(`(${code})`) as unknown, foreign(`(${code})`) as unknown];
    expect([kindOf(theirs), isRecord(theirs), isErrorOf(theirs, "RangeError")]).toEqual([
      kindOf(ours),
      isRecord(ours),
      isErrorOf(ours, "RangeError"),
    ]);
    expect(isRecord(theirs)).toBe(false);
  }
  expect(isRecord(foreign("({})"))).toBe(true);
  expect(isRecord(Object.create(Object.create(null) as object))).toBe(false);
});

test("an array keeps nothing of what it was made of", () => {
  const data = foreign("globalThis.data = Float64Array.of(1, 2)");
  const x = array(data);
  runInContext("data[0] = 9", realm);
  expect(print(x)).toBe("float64 [2] [1, 2]");
  expect(toTypedArray(x)).toBeInstanceOf(Float64Array);
});
