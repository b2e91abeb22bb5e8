// JavaScript cannot compute with arrays by its operators, nor clone them: it says so, and what to do.
import { describe, expect, test } from "vitest";
import * as core from "../src/index.ts";
import { array, ones } from "../src/index.ts";

type Loose = (x: number) => unknown;

const operators: Readonly<Record<string, Loose>> = {
  "x * 2": (x) => x * 2,
  "2 - x": (x) => 2 - x,
  "x / x": (x) => x / x,
  "x % 2": (x) => x % 2,
  "x ** 2": (x) => x ** 2,
  "x > 0": (x) => x > 0,
  "x <= 0": (x) => x <= 0,
  "-x": (x) => -x,
  "x & 1": (x) => x & 1,
  "x | 0": (x) => x | 0,
  "~x": (x) => ~x,
  "x++": (x) => {
    let y = x;
    return y++;
  },
  "Math.sin(x)": (x) => Math.sin(x),
  "Math.max(x, 1)": (x) => Math.max(x, 1),
  "isNaN(x)": (x) => isNaN(x),
};

const likings: Readonly<Record<string, Loose>> = {
  "x + 1": (x) => x + 1,
  "x + x": (x) => x + x,
  // oxlint-disable-next-line eqeqeq -- What a user may write.
  "x == 3": (x) => x == 3,
};

const arrays = [array(3), array([1, 2]), ones([2, 2]), array([true]), array(1, { dtype: "int32" })];

test.each(Object.entries(operators))("%s names the functions to use", (_, f) => {
  for (const x of arrays)
    expect(() => f(x as never)).toThrow(
      /^array: JavaScript's operators and Math take numbers, not an array of shape .*: mul, sub, .* item\(x\)/,
    );
});

test.each(Object.entries(likings))("%s names the functions to use", (_, f) => {
  for (const x of arrays) expect(() => f(x as never)).toThrow(/^array: JavaScript's operators .*: add, equal, …/);
});

test("templates and String print", () => {
  const x = array([1, 2]);
  const text = x as unknown as string;
  expect(String(x as unknown)).toBe("float64 [2] [1, 2]");
  expect(`${text}!`).toBe("float64 [2] [1, 2]!");
  expect([text, text].join(";")).toBe("float64 [2] [1, 2];float64 [2] [1, 2]");
});

const remains: unknown = structuredClone(array([1, 2]));

/** Functions whose first argument is no array. */
const others: readonly string[] = ["pipe", "attempt", "orThrow", "zeros", "ones", "full", "eye", "linspace", "arange"];

/** What must stand behind it. */
const behind: Readonly<Record<string, readonly unknown[]>> = { integers: [[2], { max: 3 }], foldIn: [1] };

/** Functions that take an array first, and refuse what is none. */
const taking = [core, core.random, core.tree].flatMap((space) =>
  Object.entries(space).flatMap(([name, f]: [string, unknown]) => {
    if (typeof f !== "function" || name.endsWith("Error") || others.includes(name)) return [];
    const call = (x: unknown): unknown => (f as (...args: readonly unknown[]) => unknown)(x, ...(behind[name] ?? []));
    const refuses = (x: unknown): boolean => core.either.isLeft(core.attempt(() => call(x)));
    return refuses(Symbol("no array")) ? [[name, call] as const] : [];
  }),
);

describe("what structuredClone leaves of an array", () => {
  test.each(taking)("is called so by %s", (_, call) => {
    let message = "taken";
    try {
      call(remains);
    } catch (e) {
      message = String(e);
    }
    expect(message).toMatch(/no numbers: it came through structuredClone or postMessage\. Send toTypedArray\(x\)/);
  });
  test("is called so where it is a leaf", () => {
    expect(() => core.tree.leaves({ w: [remains] })).toThrow(
      "tree: w[0] is an object with shape and dtype and no numbers: it came through structuredClone or postMessage.",
    );
  });
  test("does not stop a tree that has arrays called shape and dtype", () => {
    expect(core.tree.leaves({ shape: [1, 2], dtype: array(3) })).toHaveLength(3);
  });
});

test("An array of another copy of the package is called one", () => {
  const foreign: unknown = Object.create({ [Symbol.for("gradfold.array")]: true });
  expect(() => core.add(foreign as never, 1)).toThrow(
    "add: an operand must be an array or a number, not an array of another copy of @gradfold/core: load one copy only (npm ls @gradfold/core shows where they are).",
  );
  expect(() => core.tree.leaves([foreign])).toThrow("tree: [0] is an array of another copy of @gradfold/core");
});
