import {
  add,
  array,
  broadcastTo,
  less,
  matmul,
  mean,
  mul,
  type NDArray,
  square,
  sub,
  sum,
  toNested,
} from "@gradfold/core";
import { scan as eagerly, valueAndGrad } from "@gradfold/autodiff";
import { afterEach, describe, expect, test, vi } from "vitest";
import { jit, scan } from "../src/index.ts";
import { expectSameBits, floats, noise } from "./bits.ts";

test("A result stays what it is while later calls run", () => {
  const f = (x: NDArray) => ({ y: mul(x, 2), total: sum(x) });
  const compiled = jit(f);
  for (const n of [1, 3, 16, 17, 5000]) {
    const xs = [1, 2, 3].map((seed) => noise(seed, [n]));
    const kept = xs.map((x) => compiled(x));
    kept.forEach((result, i) => expectSameBits(result, f(xs[i] ?? noise(0, [n]))));
  }
});

test("A list of results may be changed: what is fed back is still itself", () => {
  const f = (x: NDArray, y: NDArray) => [add(x, y), mul(x, 2)];
  const compiled = jit(f);
  const results = compiled(noise(1, [3]), noise(2, [3]));
  const [sum, product] = [...results];
  results.reverse();
  if (sum === undefined || product === undefined) throw new Error("two results are made");
  expectSameBits(compiled(sum, product), f(sum, product));
});

test("Results of all sizes and dtypes come out together, and stay apart", () => {
  const f = (x: NDArray, y: NDArray) => [
    sum(x),
    mul(x, 2),
    less(x, y),
    x,
    mul(y, 3),
    mul(x, 2),
    add(y, x),
    y,
    square(y),
  ];
  const compiled = jit(f);
  for (const n of [0, 1, 5, 30, 400, 9000]) {
    const inputs = [1, 2].map((seed) => [noise(seed, [n]), noise(seed + 2, [n], "float64")] as const);
    const results = inputs.map(([x, y]) => compiled(x, y));
    results.forEach((result, i) => expectSameBits(result, f(...(inputs[i] ?? [array([]), array([])]))));
  }
});

test("Two jitted functions have a memory each", () => {
  const [f, g] = [jit((x: NDArray) => mul(x, 2)), jit((x: NDArray) => mul(x, 3))];
  const x = noise(1, [100]);
  for (let i = 0; i < 3; i++) {
    expectSameBits(f(x), mul(x, 2));
    expectSameBits(g(x), mul(x, 3));
  }
});

test("An array that is known already gives way to another one, and comes back", () => {
  const compiled = jit((x: NDArray, y: NDArray) => sub(x, y));
  const [a, b, c] = [noise(1, [50]), noise(2, [50]), noise(3, [50])];
  for (const [x, y] of [
    [a, b],
    [a, b],
    [b, a],
    [a, a],
    [c, b],
    [a, b],
  ] as const)
    expectSameBits(compiled(x, y), sub(x, y));
});

test("A result is an argument of the next call", () => {
  const f = (x: NDArray) => add(mul(x, 0.5), 1);
  const compiled = jit(f);
  let [x, y] = [noise(1, [33]), noise(1, [33])];
  for (let i = 0; i < 5; i++) [x, y] = [compiled(x), f(y)];
  expectSameBits(x, y);
});

test("A function that calls itself, and others, while it is traced", () => {
  const inner = jit((x: NDArray) => square(x));
  const outer = jit((x: NDArray) => add(inner(x), inner(array([1, 2, 3]))));
  expect(toNested(outer(array([1, 1, 1])))).toEqual([2, 5, 10]);
  expect(toNested(inner(array([3])))).toEqual([9]);
});

test("An error while tracing leaves nothing behind", () => {
  let fails = true;
  const compiled = jit((x: NDArray) => {
    if (fails) throw new RangeError("not yet");
    return mul(x, 2);
  });
  expect(() => compiled(array([1]))).toThrow(RangeError);
  fails = false;
  expect(toNested(compiled(array([1])))).toEqual([2]);
});

test("Constants that a function closes over are in memory once, large and small", () => {
  const [big, small] = [noise(1, [3000]), noise(2, [3])];
  const f = (x: NDArray) => [add(x, mean(big)), mul(sum(small), x), sub(big, x)];
  const compiled = jit(f);
  for (const seed of [3, 4]) expectSameBits(compiled(noise(seed, [1])), f(noise(seed, [1])));
});

describe("Code is emitted once for programs of one structure", () => {
  afterEach(vi.unstubAllGlobals);

  /** The number of modules that are made from now on. */
  const counted = () => {
    const Module = vi.fn(function (bytes: Uint8Array<ArrayBuffer>) {
      return new real.Module(bytes);
    });
    const real = WebAssembly;
    vi.stubGlobal("WebAssembly", { validate: real.validate, Module, Instance: real.Instance, Memory: real.Memory });
    return () => Module.mock.calls.length;
  };
  const [x, y] = [noise(1, [31, 2]), noise(2, [31])];
  const loss = (a: NDArray) => mean(square(sub(matmul(x, a), y)));
  const step = (rate: number) => (a: NDArray) => {
    const [value, gradient] = valueAndGrad(loss)(a);
    return [sub(a, mul(rate, gradient)), value];
  };
  const a = noise(3, [2]);

  test("another learning rate is another number in memory", () => {
    const modules = counted();
    for (const rate of [0.1, 0.2, -0, NaN]) expectSameBits(jit(step(rate))(a), step(rate)(a));
    expect(modules()).toBe(1);
  });

  test("so is another array that a function closes over, large or small, also in a loop", () => {
    const modules = counted();
    const made = [1, 2, 3].map((seed) => {
      const [big, small] = [noise(seed, [700]), noise(seed + 3, [7])];
      const body = (c: NDArray) => [add(mul(c, small), seed), sub(big, sum(c))] as const;
      return { body, compiled: jit((c: NDArray) => [scan(body, c, null, { length: 3 }), mean(big)]), big };
    });
    const c = noise(9, [7]);
    for (const { body, compiled, big } of made)
      expectSameBits(compiled(c), [eagerly(body, c, null, { length: 3 }), mean(big)]);
    // Each keeps its own numbers.
    const halved = mul(c, 0.5);
    for (const { body, compiled, big } of made)
      expectSameBits(compiled(halved), [eagerly(body, halved, null, { length: 3 }), mean(big)]);
    expect(modules()).toBe(1);
  });

  test("but an operation, a dtype, an axis, or what a number lets one leave out makes a difference", () => {
    const modules = counted();
    const fs = [
      (x: NDArray) => mul(x, 3),
      (x: NDArray) => mul(x, 1),
      (x: NDArray) => add(x, 3),
      (x: NDArray) => sum(x, 0),
      (x: NDArray) => sum(x, 1),
      (x: NDArray) => mul(x, array([1, 2, 3])),
      (x: NDArray) => mul(x, broadcastTo(array([2]), [3])),
    ];
    for (const f of fs)
      for (const dtype of floats) {
        const x = noise(1, [3, 3], dtype);
        expectSameBits(jit(f)(x), f(x));
      }
    expect(modules()).toBe(14);
  });

  test("and a function that gives back what it closes over gives its own", () => {
    for (const constant of [noise(1, [5]), noise(2, [5])])
      expect(jit((c: NDArray) => [constant, sub(c, 1)] as const)(noise(3, [5]))[0]).toBe(constant);
  });
});

test("A scan is found again by its body", () => {
  let traced = 0;
  const body = (x: NDArray) => {
    traced += 1;
    return [mul(x, 0.5), x] as const;
  };
  const once = scan(body, noise(1, [3]), null, { length: 5 });
  const again = scan(body, noise(2, [3]), null, { length: 5 });
  expect(traced).toBe(1);
  expectSameBits(once[1], scan(body, noise(1, [3]), null, { length: 5 })[1]);
  expectSameBits(again[1], scan(body, noise(2, [3]), null, { length: 5 })[1]);
  scan(body, noise(1, [4]), null, { length: 5 });
  scan(body, noise(1, [4]), null, { length: 6 });
  expect(traced).toBe(3);
});
