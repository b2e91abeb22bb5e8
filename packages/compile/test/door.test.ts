import { program } from "@gradfold/autodiff";
import { add, array, mul, type NDArray, ones, sum, toNested, tree } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { callAll, type Calls, holed, odd, oddCalls, oddKeys, refusalOf } from "../../autodiff/test/odd.ts";
import * as compile from "../src/index.ts";

/* The law of the door, as in autodiff: what is odd is taken, or refused by the name of the function that was called. */

/** Half the sum of all elements of a tree. */
const total = (node: unknown): NDArray =>
  tree.leaves(node).reduce((all, x) => add(all, sum(mul(x, 0.5))), array(0) as NDArray);

const usages: Readonly<Record<string, Calls>> = {
  jit: (x) => [[total], [x]],
  explain: (x) => [[total], [x]],
  scan: (x) => [[(carry: unknown, row: unknown) => [carry, row], array(1), x, { length: 2 }]],
};

const x = array([1, 2]);

test("every function is called here", () =>
  expect(Object.keys(usages).toSorted()).toEqual(Object.keys(compile).toSorted()));

test.each(Object.entries(usages))("%s returns, or refuses what is odd by its own name, twice", (name, calls) => {
  const f: unknown = Object.entries(compile).find(([exported]) => exported === name)?.[1];
  callAll(f, calls(x));
  const outcomes = oddCalls(calls(x)).map(([words, changed]) => {
    const first = refusalOf(() => callAll(f, changed));
    return { words, first, second: refusalOf(() => callAll(f, changed)) };
  });
  expect(outcomes.filter(({ first }) => first !== undefined && !first.startsWith(`${name}: `))).toEqual([]);
  expect(outcomes.filter(({ first, second }) => first !== second)).toEqual([]);
  expect(outcomes.filter(({ first }) => first !== undefined).length).toBeGreaterThan(Object.keys(odd).length / 4);
});

describe("jit", () => {
  test("takes, and refuses, the arguments that program.of takes and refuses", () => {
    for (const value of Object.values(odd)) {
      const [eager, compiled] = [() => program.of(total)(value), () => compile.jit(total)(value)];
      expect(refusalOf(compiled)?.replace("jit:", "program.of:")).toBe(refusalOf(eager));
    }
  });
  test("names an argument that is no tree, and the place in it", () => {
    const f = compile.jit((_a: unknown, b: unknown) => total(b));
    expect(() => f(ones([2]), "a")).toThrow('jit: argument 1 is the string "a".');
    expect(() => f(1, { w: [ones([2]), new Map()] })).toThrow("jit: w[1] of argument 1 is a Map.");
    expect(() => compile.jit(() => ({ loss: "low" }))()).toThrow('jit: loss of the result is the string "low".');
    expect(() => compile.jit(async () => Promise.resolve(array(1)))()).toThrow(
      "jit: the result is a Promise. Await it",
    );
  });
  test("takes no options, and says how it is called", () => {
    const jit = compile.jit as (...args: readonly unknown[]) => unknown;
    expect(() => jit(total, { static_argnums: 1 })).toThrow("jit: it takes a function alone, not also an object.");
    expect(() => jit(total, x)).toThrow("jit: it takes a function alone, not also an array of shape [2].");
    expect([total, total].map(compile.jit).map((f) => toNested(f([1, 3])))).toEqual([2, 2]);
  });
  test("carries keys that objects have of their own, in and out, as they are", () => {
    const keys: Readonly<Record<string, unknown>> = { ...oddKeys(), list: [1] };
    const made = tree.map((leaf) => mul(leaf, 1) as never, keys);
    const f = compile.jit((node: typeof keys) => tree.map((leaf) => mul(leaf, 2) as never, node));
    const wanted = tree.map((leaf) => mul(leaf, 2) as never, made);
    for (let i = 0; i < 2; i++) {
      const result = f(made);
      expect(Object.keys(result).toSorted()).toEqual(Object.keys(keys).toSorted());
      expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
      expect(tree.allClose(result, wanted)).toBe(true);
    }
    // What an object inherits is no argument.
    expect(() => f({ a: 1 })).not.toThrow();
    expect(Object.keys(f({}))).toEqual([]);
    expect(Object.keys(f({ toString: 1 }))).toEqual(["toString"]);
  });
  test("sees the holes of a list as undefined, as trees do", () => {
    const list = holed(array(1), array(3));
    const f = compile.jit((node: readonly unknown[]) => [node.length, node[1], total(node)]);
    for (let i = 0; i < 2; i++) expect(tree.leaves(f(list)).map((leaf) => toNested(leaf))).toEqual([3, 2]);
    const result = compile.jit(() => list)();
    expect([result.length, 1 in result, result[1]]).toEqual([3, true, undefined]);
  });
});
