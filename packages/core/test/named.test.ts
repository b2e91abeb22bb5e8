// Trees by names, and back.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { array, either, type NDArray, orThrow, tree, TreeError, zeros } from "../src/index.ts";
import { anyArray, anyName, anyTree, byName, contents } from "./files.ts";

const bits = (root: unknown) => tree.leaves(root).map(contents);
const isNDArray = (x: unknown): boolean => typeof x === "object" && x !== null && "dtype" in x;

/** Whether a tree is a root that is a leaf, or has no lists or records without leaves: what names tell. */
const full = (root: unknown): boolean =>
  isNDArray(root) ||
  (typeof root === "object" && root !== null && Object.values(root).length > 0 && Object.values(root).every(full));

describe("tree.fromNamed", () => {
  test("gives back every tree that it is told the form of", () => {
    fc.assert(
      fc.property(anyTree, (root) => {
        const again = orThrow(tree.fromNamed(tree.toNamed(root), root ?? []));
        expect(tree.structure(again)).toEqual(tree.structure(root ?? []));
        expect(bits(again)).toEqual(bits(root ?? []));
      }),
    );
  });

  test("loses no array and no name, whatever the names are, or refuses them", () => {
    const anyNames = fc.uniqueArray(
      fc.tuple(
        fc.oneof(
          anyName,
          fc.array(fc.constantFrom("0", "1", "2", "a", ""), { maxLength: 4 }).map((parts) => parts.join(".")),
        ),
        anyArray,
      ),
      { maxLength: 6, selector: ([name]) => name },
    );
    fc.assert(
      fc.property(anyNames, (entries) => {
        const arrays = Object.fromEntries(entries);
        const grown = tree.fromNamed(arrays);
        const names = Object.keys(arrays);
        const isClash = names.some((a) => names.some((b) => b.startsWith(`${a}.`)));
        expect(either.isLeft(grown)).toBe(isClash);
        if (either.isRight(grown))
          expect(byName(tree.toNamed(grown.right), contents)).toEqual(byName(arrays, contents));
      }),
      { numRuns: 500 },
    );
  });

  test("finds the form of trees of lists and records by itself", () => {
    fc.assert(
      fc.property(
        anyTree.filter(full).filter((root) => !isNDArray(root)),
        (root) => {
          const again = orThrow(tree.fromNamed(tree.toNamed(root)));
          expect(byName(tree.toNamed(again), contents)).toEqual(byName(tree.toNamed(root), contents));
        },
      ),
    );
  });

  const x = array([1]);
  test.each([
    ["lists where keys are places", { "a.0": x, "a.1.w": x }, { a: [x, { w: x }] }],
    ["records where a place is missing", { "a.0": x, "a.2": x }, { a: { 0: x, 2: x } }],
    ["records where a place is written otherwise", { "a.0": x, "a.01": x }, { a: { "0": x, "01": x } }],
    ["a list of the whole", { 1: x, 0: x }, [x, x]],
    ["empty names as they are", { "": x, "a..b": x }, { "": x, a: { "": { b: x } } }],
    ["nothing of nothing", {}, {}],
  ])("makes %s", (_, arrays, wanted) => {
    expect(orThrow(tree.fromNamed(arrays))).toEqual(wanted);
  });

  const failure = (arrays: Readonly<Record<string, NDArray>>, like?: unknown): string => {
    const result = tree.fromNamed(arrays, like);
    return either.isLeft(result) ? result.left.message : "none";
  };
  const like = { w: zeros([2, 3]), b: [0, true] as const };
  const right = { w: zeros([2, 3]), "b.0": array(1), "b.1": array(false) };
  test("says what is missing, too much or otherwise", () => {
    expect(orThrow(tree.fromNamed(right, like))).toEqual({ w: right.w, b: [1, false] });
    expect(failure({ w: x }, like)).toBe('tree.fromNamed: "b.0", "b.1" are missing.');
    expect(failure({ ...right, "a.b": x }, like)).toBe('tree.fromNamed: "a.b" has no place in the tree.');
    expect(failure({ a: x, b: x, c: x, d: x, e: x }, { f: 1 })).toBe(
      'tree.fromNamed: "f" is missing, and "a", "b", "c" and 2 more have no place in the tree.',
    );
    expect(failure({ ...right, w: zeros([3, 2]) }, like)).toBe(
      'tree.fromNamed: "w": float64 [2, 3] is needed, not float64 [3, 2].',
    );
    expect(failure({ ...right, "b.0": zeros([1]) }, like)).toBe(
      'tree.fromNamed: "b.0": float64 [] is needed, not float64 [1].',
    );
    expect(failure({ ...right, w: zeros([2, 3], { dtype: "float32" }) }, like)).toBe(
      'tree.fromNamed: "w": float64 [2, 3] is needed, not float32 [2, 3]. ' +
        'Cast one of them, as by tree.map((x) => cast(x, "float32"), like).',
    );
    expect(failure({ constructor: x }, { constructor: zeros([1]), toString: 1 })).toBe(
      'tree.fromNamed: "toString" is missing.',
    );
  });
  test("says which name goes on behind that of an array, in any order", () => {
    const message = 'tree.fromNamed: "a.b" is in "a", which is an array itself. Use the names as they are.';
    expect(failure({ a: x, "a.b": x })).toBe(message);
    expect(failure({ "a.b": x, a: x })).toBe(message);
  });
  test("refuses names that would make more branches than any model has", () => {
    expect(failure({ ["a.".repeat(999)]: x })).toContain("has 1000 levels or more");
    expect(failure({ ["a.".repeat(998)]: x })).toBe("none");
    const long = Array.from({ length: 300 }, (_, i) => [`${i}${".a".repeat(900)}`, x] as const);
    expect(failure(Object.fromEntries(long))).toBe("tree.fromNamed: the names make more than 262144 branches.");
  });
  test("throws what a wrong program deserves", () => {
    expect(() => tree.fromNamed([x] as never)).toThrow(
      "tree.fromNamed: a record of arrays is needed, not a list of 1.",
    );
    expect(() => tree.fromNamed({ a: 1 } as never)).toThrow('tree.fromNamed: "a" is 1, not an array.');
    expect(() => tree.fromNamed({}, "x")).toThrow(TreeError);
  });
});

describe("tree.toNamed", () => {
  test("joins keys by dots, and refuses to lose one of two leaves", () => {
    expect(Object.keys(tree.toNamed([{ a: 1, b: [2, 3] }, 4]))).toEqual(["1", "0.a", "0.b.0", "0.b.1"]);
    expect(Object.keys(tree.toNamed(array(1)))).toEqual([""]);
    expect(() => tree.toNamed({ "a.b": 1, a: { b: 2 } })).toThrow(
      'tree.toNamed: two leaves have the name "a.b", since names are keys joined by dots. Use keys without dots.',
    );
    expect(() => tree.toNamed({ a: "text" })).toThrow(/^tree\.toNamed: a is the string "text"/);
  });
});
