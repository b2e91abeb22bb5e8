// Whatever a public function is given, it answers, or says what is wrong: never an error of the language's own.
import { describe, expect, test } from "vitest";
import * as core from "../src/index.ts";
import { array, type GradfoldError, ones } from "../src/index.ts";

type Anything = (...args: readonly unknown[]) => unknown;

/** Functions that take values of any kind: nothing that they are given is wrong. */
const anyValue: readonly string[] = ["pipe"];

const isFunction = (x: unknown): x is Anything => typeof x === "function" && !/^[A-Z]/.test(x.name);

const functionsOf = (space: object, prefix: string): readonly (readonly [string, Anything])[] =>
  Object.entries(space).flatMap(([name, value]) =>
    isFunction(value) && !name.endsWith("Error") && !anyValue.includes(name)
      ? [[`${prefix}${name}`, value] as const]
      : [],
  );

const functions = [
  ...functionsOf(core, ""),
  ...functionsOf(core.random, "random."),
  ...functionsOf(core.tree, "tree."),
  ...functionsOf(core.npy, "npy."),
];

class Model {
  readonly w = 1;
}

const cyclic: unknown[] = [];
cyclic.push(cyclic);

const strange: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["a string", "x"],
  ["an object", {}],
  ["an object of a class", new Model()],
  ["a list of strings", ["x"]],
  ["an empty list", []],
  ["a sparse list", new Array(2)],
  ["a list that contains itself", cyclic],
  ["a list of null", [null]],
  ["NaN", NaN],
  ["minus one", -1],
  ["a half", 0.5],
  ["Infinity", Infinity],
  ["a true", true],
  ["a bigint", 5n],
  ["a symbol", Symbol("s")],
  ["a function", () => 1],
  ["a Map", new Map()],
  ["a Uint8Array", new Uint8Array(3)],
  ["a BigInt64Array", new BigInt64Array(3)],
  ["a Float64Array", new Float64Array(3)],
  ["an array", ones([2, 3])],
  ["a list of arrays", [ones([2]), ones([3])]],
];

const isOurs = (e: unknown): e is GradfoldError =>
  e instanceof core.ShapeError ||
  e instanceof core.DTypeError ||
  e instanceof core.TreeError ||
  e instanceof core.DomainError ||
  e instanceof core.TraceError;

/** What came of a call: nothing to complain of, or the complaint. */
const complaint = (name: string, f: Anything, args: readonly unknown[]): string | undefined => {
  try {
    f(...args);
    return undefined;
  } catch (e) {
    const space = name.startsWith("tree.") ? "tree" : name;
    if (isOurs(e) && [name, space].includes(/^([a-zA-Z0-9.]+): ./.exec(e.message)?.[1] ?? "")) return undefined;
    return `${name}(${args.map((x) => strange.find(([, y]) => Object.is(x, y))?.[0] ?? "good").join(", ")}): ${String(e)}`;
  }
};

test.each([
  ['the string "x"', "x"],
  ["undefined", undefined],
  ["an object", { w: 1 }],
  ["a Promise", Promise.resolve(1)],
])("tree.map refuses a function that gives %s", (what, given) => {
  const says = `tree.map: the function gives an array, and gave ${what} for the leaf at `;
  expect(() => core.tree.map(() => given as never, { a: [array(1)] })).toThrow(`${says}a[0]. tree.mapTo takes`);
  expect(() => core.tree.map(() => given as never, array(1))).toThrow(`${says}the root.`);
});

test("finds the functions", () => {
  expect(functions.length).toBeGreaterThan(60);
});

const seconds: Readonly<Record<string, unknown>> = {
  "tree.map": (x: unknown) => x,
  "tree.mapTo": (x: unknown) => x,
  "tree.unflatten": core.tree.structure([1]),
  "tree.fromJSON": {},
  eye: 2,
  arange: 2,
  linspace: 2,
  zeros: [2],
  ones: [2],
  full: [2],
  "npy.decode": core.npy.encode(1),
  "random.key": 1,
  concatenate: [ones([2])],
  stack: [ones([2])],
  meshgrid: [ones([2])],
};

describe.each(functions)("%s", (name, f) => {
  test("says what is wrong with its first argument", () => {
    const second = name === "tree.unflatten" ? [array(1)] : 2;
    const found = strange.flatMap(([, x]) => [complaint(name, f, [x]), complaint(name, f, [x, second])]);
    expect(found.filter((text) => text !== undefined)).toEqual([]);
  });
  test("says what is wrong with its second argument", () => {
    const key = core.random.key(1);
    const first = seconds[name] ?? (name.startsWith("random.") ? key : ones([2, 3]));
    const integers = array([[1, 0]], { dtype: "int32" });
    const found = strange.flatMap(([, x]) => [complaint(name, f, [first, x]), complaint(name, f, [integers, x])]);
    expect(found.filter((text) => text !== undefined)).toEqual([]);
  });
  test("says what is wrong with its third argument", () => {
    const first = seconds[name] ?? (name.startsWith("random.") ? core.random.key(1) : ones([2, 3]));
    const found = strange.flatMap(([, x]) =>
      [0, undefined, [2], ones([2, 3])].map((second) => complaint(name, f, [first, second, x])),
    );
    expect(found.filter((text) => text !== undefined)).toEqual([]);
  });
});
