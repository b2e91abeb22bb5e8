import { add, array, gelu, mul, type NDArray, sum } from "@gradfold/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { jit } from "../src/index.ts";
import { expectSameBits, noise } from "./bits.ts";

/* What a call is made of grows no faster than the program: counted in characters of code, and of what it is known by. */

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** How many characters of JavaScript a call prints, and of JSON it makes. */
const charactersOf = (call: () => unknown): { readonly code: number; readonly json: number } => {
  const count = { code: 0, json: 0 };
  const Real = Function;
  vi.stubGlobal("Function", function (...parts: readonly string[]) {
    count.code += parts.reduce((total, part) => total + part.length, 0);
    return Real(...parts);
  });
  const stringify = JSON.stringify;
  vi.spyOn(JSON, "stringify").mockImplementation((...call: Parameters<typeof JSON.stringify>) => {
    const text = stringify(...call);
    count.json += text.length;
    return text;
  });
  call();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  return count;
};

const programs: Readonly<Record<string, (n: number, size: number) => () => unknown>> = {
  "many arguments and results": (n, size) => {
    const xs = Array.from({ length: n }, (_, i) => noise(i, [size]));
    const f = jit((...all: readonly NDArray[]) => all.map((x) => mul(x, 0.5)));
    return () => f(...xs);
  },
  "many constants": (n, size) => {
    const constants = Array.from({ length: n }, (_, i) => noise(i, [size]));
    const f = jit((x: NDArray) => constants.map((c) => add(x, c)));
    return () => f(noise(0, [size]));
  },
  "many parts of one tree": (n, size) => {
    const tree = Object.fromEntries(Array.from({ length: n }, (_, i) => [`w${i}`, [noise(i, [size])] as const]));
    const f = jit((all: typeof tree) => Object.values(all).map(([x]) => sum(x)));
    return () => f(tree);
  },
  "many functions of a long description": (n, size) => {
    const f = jit((x: NDArray) => Array.from({ length: n }, (_, i) => gelu(mul(x, i + 1))));
    return () => f(noise(0, [size]));
  },
};

describe.each([4, 2000])("Of arrays of %i elements", (size) => {
  test.each(Object.entries(programs))("%s", (_, program) => {
    const [few, many] = [charactersOf(program(10, size)), charactersOf(program(30, size))];
    expect(few.code).toBeGreaterThan(1000);
    expect(many.code / few.code).toBeLessThan(3.3);
    expect(many.json / few.json).toBeLessThan(3.3);
  });
});

test("Thousands of arguments come in, and thousands of results come out and back in", () => {
  const n = 3000;
  const f = (xs: readonly NDArray[]) => xs.map((x) => mul(x, 0.5));
  const compiled = jit(f);
  const start: readonly NDArray[] = Array.from({ length: n }, (_, i) => array([i, -i]));
  let [known, wanted] = [start, start];
  for (let i = 0; i < 3; i++) {
    [known, wanted] = [compiled(known), f(wanted)];
    expectSameBits(known, wanted);
  }
});
