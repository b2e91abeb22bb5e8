import { add, array, flip, matmul, mean, mul, type NDArray, slice, square, sub, sum } from "@gradfold/core";
import { grad, scan as eagerly } from "@gradfold/autodiff";
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { mostCachedBytes, openHeap } from "../src/run/heap.ts";
import { jit, scan } from "../src/index.ts";
import { openArgumentCache } from "../src/run/cache.ts";
import { expectSameBits, floats, noise } from "./bits.ts";

/* Arguments that take turns stay in memory: nobody sees it but by the clock. */

const [rows, columns] = [32, 40];

describe.each(floats)("In %s", (dtype) => {
  const batch = (seed: number): NDArray => noise(seed, [rows, columns], dtype);
  const base = noise(99, [20 * rows, columns], dtype);
  const pool = Array.from({ length: 9 }, (_, i) => batch(i));
  const weights = noise(7, [columns], dtype);

  const gradient = grad((w: NDArray, x: NDArray) => mean(square(matmul(x, w))));
  const fs = {
    "a gradient": (w: NDArray, x: NDArray) => sub(w, mul(0.1, gradient(w, x))),
    "a product": (_: NDArray, x: NDArray) => matmul(x, noise(5, [columns, 8], dtype)),
    "a walk from the end": (w: NDArray, x: NDArray) => add(sum(flip(x), 0), w),
    "a loop that closes over it": (w: NDArray, x: NDArray) =>
      eagerly((c: NDArray) => [add(mul(c, 0.5), sum(x, 0)), null] as const, w, null, { length: 3 })[0],
    "the array itself": (w: NDArray, x: NDArray) => [x, mul(w, 2)],
  };
  const someBatch = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: pool.length - 1 }).map((i) => pool[i] ?? base) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 19 }).map((i) => slice(base, [[i * rows, (i + 1) * rows]])) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 200 }).map(batch) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 8 }).map((i) => flip(pool[i] ?? base)) },
  );

  test.each(Object.entries(fs))("%s is the same, whatever takes turns", (_, f) => {
    fc.assert(
      fc.property(fc.array(someBatch, { minLength: 1, maxLength: 12 }), (turns) => {
        const compiled = jit(f);
        for (let round = 0; round < 12; round++)
          for (const x of turns) expectSameBits(compiled(weights, x), f(weights, x));
      }),
      { numRuns: 20 },
    );
  });

  test("two arguments take turns by themselves, and with each other", () => {
    const f = (x: NDArray, y: NDArray) => sub(x, y);
    const compiled = jit(f);
    for (let i = 0; i < 400; i++) {
      const [x, y] = [pool[i % 3] ?? base, pool[(i * i) % 7] ?? base];
      expectSameBits(compiled(x, y), f(x, y));
      if (i % 5 === 0) expectSameBits(compiled(y, compiled(x, y)), f(y, f(x, y)));
    }
  });

  test("rows of a loop are read where they lie", () => {
    const body = (w: NDArray, x: NDArray) => [sub(w, mul(0.1, gradient(w, x))), sum(x, 1)] as const;
    const xs = noise(3, [6, rows, columns], dtype);
    for (let i = 0; i < 3; i++) expectSameBits(scan(body, weights, xs), eagerly(body, weights, xs));
  });
});

describe("Room behind a program's memory", () => {
  afterEach(vi.unstubAllGlobals);

  const opened = () => {
    const { heap, memory } = openHeap(1) ?? {};
    if (heap === undefined || memory === undefined) throw new Error("a page of memory is to be had");
    return { heap, memory, residence: openArgumentCache(heap) };
  };
  const stores = (count: number, size = 1024): readonly Float32Array[] =>
    Array.from({ length: count }, (_, i) => new Float32Array(size).fill(i + 1));

  test("is taken by what comes again, whose elements are then there", () => {
    const { heap, residence } = opened();
    const all = stores(50);
    const ask = () => all.map((store) => residence.find(store, store.byteLength));
    ask();
    ask();
    const [places, again] = [ask(), ask()];
    expect(places.every((place) => place !== undefined && place >= 65536)).toBe(true);
    expect(new Set(places).size).toBe(all.length);
    expect(again).toEqual(places);
    places.forEach((place = 0, i) => expect(heap.single.slice(place / 4, place / 4 + 1024)).toEqual(all[i]));
  });

  test("is not taken by arrays that never come again", () => {
    const { memory, residence } = opened();
    for (let i = 0; i < 2000; i++) expect(residence.find(new Float32Array(1024), 4096)).toBeUndefined();
    expect(memory.buffer.byteLength).toBe(65536);
  });

  test("is not taken by a large buffer before as much of it has been copied", () => {
    const { residence } = opened();
    const store = new Float32Array(4096);
    const places = Array.from({ length: 12 }, () => residence.find(store, 4096));
    expect(places.indexOf(places.find((place) => place !== undefined))).toBeGreaterThan(3);
    expect(places.at(-1)).toBeDefined();
  });

  test("is given back for others, when those that stay are not asked for any more", () => {
    const { memory, residence } = opened();
    const turn = (all: readonly Float32Array[]) => all.map((store) => residence.find(store, store.byteLength));
    const isKept = (all: readonly Float32Array[]) => turn(all).every((place) => place !== undefined);
    const bytes = Array.from({ length: 6 }, () => {
      const data = stores(40);
      for (let i = 0; i < 20; i++) turn(data);
      expect(isKept(data)).toBe(true);
      for (let i = 0; i < 300; i++) turn(stores(1));
      return memory.buffer.byteLength;
    });
    expect(new Set(bytes.slice(1)).size).toBe(1);
  });

  test("has a bound", () => {
    const { memory, residence } = opened();
    const all = stores(3, mostCachedBytes / 8);
    for (let i = 0; i < 40; i++) for (const store of all) residence.find(store, store.byteLength);
    const places = all.map((store) => residence.find(store, store.byteLength));
    expect(places.filter((place) => place !== undefined)).toHaveLength(1);
    expect(residence.find(new Float32Array(mostCachedBytes / 4 + 1), 4096)).toBeUndefined();
    expect(memory.buffer.byteLength).toBeLessThanOrEqual(2 * mostCachedBytes);
  });

  test("need not be there", () => {
    class Tight extends WebAssembly.Memory {
      override grow(): number {
        throw new RangeError("no more memory");
      }
    }
    const { validate, Module, Instance } = WebAssembly;
    vi.stubGlobal("WebAssembly", { validate, Module, Instance, Memory: Tight });
    const f = (x: NDArray) => mul(x, 2);
    const compiled = jit(f);
    const xs = [1, 2, 3].map((seed) => noise(seed, [2000]));
    for (let i = 0; i < 30; i++) for (const x of xs) expectSameBits(compiled(x), f(x));
    expectSameBits(compiled(array([1])), array([2]));
  });
});
