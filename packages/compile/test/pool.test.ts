import { add, array, mul, type NDArray, slice, sum, take } from "@gradfold/core";
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { jit } from "../src/index.ts";
import { pageBytes } from "../src/wasm/backend.ts";
import { mostSpareBytes, openPool, type Tenant } from "../src/run/pool.ts";
import { expectSameBits, noise } from "./bits.ts";

/* Programs of one function share memory: those that were not used for long leave theirs, and nobody sees it. */

const mostPages = mostSpareBytes / pageBytes;

describe("A pool", () => {
  const tenants = () => {
    const pool = openPool();
    const inside = new Set<Tenant>();
    const tenant = (): Tenant => {
      const it: Tenant = { leave: () => inside.delete(it) };
      return it;
    };
    return {
      pool,
      inside,
      tenant,
      enter: (it: Tenant, pages: number) => {
        const opened = pool.enter(it, pages);
        if (opened === undefined) throw new Error("so much memory is to be had");
        inside.add(it);
        return opened;
      },
    };
  };

  test("holds no more than its largest memory and what may be spare, whoever enters", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: mostPages })), { maxLength: 30 }), (calls) => {
        const { pool, inside, tenant, enter } = tenants();
        const all = Array.from({ length: 10 }, tenant);
        const sizes = new Map<Tenant, number>();
        for (const [i, pages] of calls) {
          const it = all[i] ?? tenant();
          if (inside.has(it)) pool.touch(it);
          else sizes.set(it, enter(it, pages).memory.buffer.byteLength);
          const held = [...inside].map((one) => sizes.get(one) ?? 0);
          expect(inside).toContain(it);
          expect(pool.bytes()).toBe(held.reduce((a, b) => a + b));
          expect(pool.bytes()).toBeLessThanOrEqual(Math.max(...held) + 2 * mostSpareBytes);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("lets the one go that was not used for longest, and hands its memory on", () => {
    const { pool, inside, tenant, enter } = tenants();
    const [a, b, c] = [tenant(), tenant(), tenant()];
    enter(a, mostPages);
    const { memory } = enter(b, mostPages);
    pool.touch(a);
    expect(enter(c, mostPages + 1).memory).toBe(memory);
    expect([...inside]).toEqual([a, c]);
    expect(memory.buffer.byteLength).toBe((mostPages + 1) * pageBytes);
  });

  test("does not give a small program the memory of a large one", () => {
    const { tenant, enter } = tenants();
    for (let i = 0; i < 3; i++) enter(tenant(), mostPages);
    const sizes = Array.from({ length: 40 }, () => enter(tenant(), mostPages / 16).memory.buffer.byteLength);
    expect(new Set(sizes)).toEqual(new Set([mostSpareBytes / 16]));
  });
});

describe("A jitted function of many shapes", () => {
  afterEach(vi.unstubAllGlobals);

  const constant = noise(9, [5]);
  const f = (x: NDArray, y: NDArray, i: NDArray) => [
    add(mul(x, 0.5), sum(constant)),
    add(mul(y, 2), sum(x)),
    take(mul(constant, slice(y, [[0, 5]])), i),
  ];

  /** Every memory starts as large as what may be spare, so that a few small programs already have to share. */
  const stubMemory = (): { count: number } => {
    const made = { count: 0 };
    const { validate, Module, Instance, Memory } = WebAssembly;
    class Large extends Memory {
      constructor() {
        super({ initial: mostPages / 2 });
        made.count += 1;
      }
    }
    vi.stubGlobal("WebAssembly", { validate, Module, Instance, Memory: Large });
    return made;
  };

  // It opens some 600 memories of 32 MiB, which a busy machine takes its time for.
  test("gives the bits of eager code, whichever program has to leave its memory", { timeout: 120_000 }, () => {
    const made = stubMemory();
    const indices = [array([0, 4, 2], { dtype: "int32" }), array([3, 9], { dtype: "int32" })] as const;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.nat(3), fc.boolean())), (calls) => {
        const compiled = jit(f);
        const state = Array.from({ length: 7 }, (_, k) => [noise(k, [40 + 1500 * k]), noise(k + 1, [40 + 1500 * k])]);
        const wanted = state.map((pair) => [...pair]);
        for (const [k, odd, isBad] of calls) {
          const [[x, y], [u, v]] = [state[k] ?? [], wanted[k] ?? []] as const;
          if (x === undefined || y === undefined || u === undefined || v === undefined) continue;
          // An index out of range ends a run; nothing of it is left.
          if (isBad) expect(() => compiled(x, y, indices[1])).toThrow(/index/);
          const results = compiled(x, y, indices[0]);
          const expected = f(u, v, indices[0]);
          expectSameBits(results, expected);
          // Sometimes the results come back, sometimes the same arguments.
          if (odd > 0) [state[k], wanted[k]] = [results.slice(0, 2), expected.slice(0, 2)];
        }
      }),
      { numRuns: 40 },
    );
    expect(made.count).toBeGreaterThan(40);
  });
});
