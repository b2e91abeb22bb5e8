import { add, array, item, mul, type NDArray, ones, square, sum } from "@gradfold/core";
import { checkpoint, cond, customVjp, grad, jvp, program, scan as eagerly, vmap } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { explain, jit, scan } from "../src/index.ts";
import { expectSameBits, noise } from "./bits.ts";

/* Programs that are too large, and functions that never end, are refused in words while they are traced, and once only. */

const most = 200_000;

const repeated =
  (n: number) =>
  (x: NDArray): NDArray => {
    let y = x;
    for (let i = 0; i < n; i++) y = mul(y, x);
    return y;
  };

/** The error of a call. */
const errorOf = (f: () => unknown): unknown => {
  try {
    return f();
  } catch (error) {
    return error;
  }
};

const x = noise(1, [2]);
const long = repeated(2 * most);
const half = repeated(most / 2 + 1);
const tooMany = `has ${most + 1} operations so far, and at most ${most} are compiled`;

describe("A program of more operations than are compiled is refused, with the number of them and the way out", () => {
  test.each<readonly [string, () => unknown]>([
    ["its own", () => jit(long)(x)],
    ["of a derivative", () => jit(grad((y: NDArray) => sum(square(half(y)))))(x)],
    ["of tangents", () => jit((y: NDArray) => jvp(half, [y], [y]))(x)],
    ["of a stack", () => jit(vmap(long))(x)],
    ["of functions with rules of their own", () => jit((y: NDArray) => ruled(ruled(y)))(x)],
  ])("%s", (_, call) => {
    const error = errorOf(call) as Error;
    expect([error.name, error.message]).toEqual([
      "TraceError",
      `jit: the program ${tooMany}. A loop of JavaScript is recorded turn by turn: ` +
        "write it as scan, whose body is recorded once.",
    ]);
  });

  const ruled = customVjp(half, { forward: (y) => [half(y), y], backward: (_, t) => [t] });

  test.each<readonly [string, (y: NDArray) => unknown]>([
    ["a loop's body", (y) => eagerly((c: NDArray) => [half(half(c)), null], y, null, { length: 2 })],
    ["two loops' bodies", (y) => [0, 1].map(() => eagerly((c: NDArray) => [half(c), null], y, null, { length: 2 }))],
    ["a choice", (y) => cond(add(sum(y), 0), half, half, y)],
    ["what derivatives run again", (y) => checkpoint(half)(checkpoint(half)(y))],
  ])("those inside of %s count once", (_, f) => {
    expect(() => jit(f)(x)).toThrow(/^jit: the program has \d+ operations so far, and at most 200000 are compiled/);
  });

  test("also by scan and by explain, in their names", () => {
    expect(() => scan((c: NDArray) => [long(c), null], x, null, { length: 2 })).toThrow(/^scan: the program has/);
    expect(() => explain(long)(x)).toThrow(`explain: the program ${tooMany}`);
  });

  test("program.of has no limit", () => expect(program.of(long)(x).equations).toHaveLength(2 * most));
});

describe("A function that calls itself without end is refused in words while it is traced", () => {
  // It calls nothing else: vitest's imports are undefined where the stack ends.
  const endless = (y: NDArray): NDArray => (y.shape.length < 9 ? endless(y) : y);
  test.each<readonly [string, string, () => unknown]>([
    ["jit", "jit", () => jit(endless)(x)],
    ["jit of a derivative", "jit", () => jit(grad((y: NDArray) => sum(endless(y))))(x)],
    ["jit of a loop", "jit", () => jit((y: NDArray) => eagerly((c) => [endless(c), null], y, null, { length: 2 }))(x)],
    ["jit of a choice", "jit", () => jit((y: NDArray) => cond(add(sum(y), 0), endless, endless, y))(x)],
    ["a loop", "scan", () => scan((c: NDArray) => [endless(c), null], x, null, { length: 2 })],
    ["the derivative of a choice", "trace", () => grad((y: NDArray) => cond(sum(y), sum, endless as never, y))(x)],
    ["program.of", "program.of", () => program.of(endless)(x)],
    ["explain", "explain", () => explain(endless)(x)],
  ])("by %s", (_, name, call) => {
    const error = errorOf(call) as Error;
    expect([error.name, error.message]).toEqual([
      "TraceError",
      `${name}: the function calls itself without end, or deeper than JavaScript's stack, while it is traced. ` +
        "A recursion ends by what is known outside of arrays, such as a number: count the calls, or write a loop, as scan.",
    ]);
  });

  test("an error that the function throws stays what it is", () => {
    const own = new RangeError("Invalid array length");
    const f = jit((): NDArray => {
      throw own;
    });
    expect(errorOf(() => f())).toBe(own);
  });
});

describe("What cannot be traced is remembered", () => {
  const counted = (f: (y: NDArray) => unknown) => {
    let calls = 0;
    const compiled = jit((y: NDArray) => {
      calls += 1;
      return f(y);
    });
    return { compiled, calls: () => calls };
  };

  test("for arguments of the same form and types, and for no others", () => {
    const { compiled, calls } = counted((y) => (y.shape[0] === 2 ? item(sum(y)) : mul(y, 2)));
    const messages = [1, 2, 3].map((seed) => String(errorOf(() => compiled(noise(seed, [2])))));
    expect(new Set(messages).size).toBe(1);
    expect(messages[0]).toMatch(/^TraceError: item: the value is not known/);
    expect(calls()).toBe(1);
    expectSameBits(compiled(noise(1, [3])), mul(noise(1, [3]), 2));
    expect(() => compiled(ones([2], { dtype: "float64" }))).toThrow("item: the value is not known");
    expect(calls()).toBeGreaterThan(2);
  });

  test("with its size", () => {
    const { compiled, calls } = counted(long);
    for (let i = 0; i < 3; i++) expect(() => compiled(x)).toThrow(tooMany);
    expect(calls()).toBe(1);
  });

  test("but not an error of the function's own", () => {
    let isReady = false;
    const f = jit((y: NDArray) => {
      if (!isReady) throw new Error("not yet");
      return mul(y, 2);
    });
    expect(() => f(x)).toThrow("not yet");
    isReady = true;
    expectSameBits(f(x), mul(x, 2));
  });

  test("loops as well", () => {
    let calls = 0;
    const body = (c: NDArray): readonly [NDArray, null] => {
      calls += 1;
      return [long(c), null];
    };
    for (let i = 0; i < 3; i++) expect(() => scan(body, x, null, { length: 2 })).toThrow("operations so far");
    const once = calls;
    expect(() => scan(body, x, null, { length: 2 })).toThrow("operations so far");
    expect(calls).toBe(once);
  });
});

test("Text and functions among the arguments are refused with the way out", () => {
  const f = jit((y: NDArray, activation: unknown) => (activation === "relu" ? mul(y, 2) : y));
  expect(() => f(array([1]), "relu")).toThrow(
    'jit: argument 1 is the string "relu". A tree is made of arrays, numbers, lists and plain objects; ' +
      'text and functions stay outside of it, as in (x) => f(x, "relu").',
  );
  expect(() => f(array([1]), add)).toThrow("text and functions stay outside of it");
});
