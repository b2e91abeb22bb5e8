import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openAllocator, type Span } from "../src/memory/allocator.ts";

/** Takes, or gives back one of those that are taken. */
type Request = { readonly allocate: number } | { readonly release: number };

const requests = (most: number) =>
  fc.array(fc.oneof(fc.record({ allocate: fc.nat(most) }), fc.record({ release: fc.nat(1000) })), { maxLength: 300 });

const serve = (list: readonly Request[], visit: (taken: readonly Span[]) => void) => {
  const allocator = openAllocator();
  const taken: Span[] = [];
  for (const request of list) {
    if ("allocate" in request) taken.push(allocator.allocate(request.allocate));
    else {
      const [span] = taken.splice(request.release % Math.max(1, taken.length), 1);
      if (span !== undefined) allocator.release(span);
    }
    visit(taken);
  }
  return { allocator, taken };
};

describe("An allocator", () => {
  test("hands out stretches that are large enough and apart, from zero up to its end", () => {
    fc.assert(
      fc.property(requests(5000), (list) => {
        const { allocator, taken } = serve(list, () => undefined);
        const sorted = taken.toSorted((a, b) => a.address - b.address);
        sorted.forEach(({ address, bytes }, i) => {
          expect(address % 32).toBe(0);
          expect(address + bytes).toBeLessThanOrEqual(sorted[i + 1]?.address ?? allocator.end());
        });
        const fresh = allocator.allocate(77);
        expect(fresh.bytes).toBeGreaterThanOrEqual(77 + 32);
      }),
    );
  });

  test("joins what is given back: all of it is one span again", () => {
    fc.assert(
      fc.property(requests(5000), (list) => {
        const { allocator, taken } = serve(list, () => undefined);
        taken.forEach(allocator.release);
        const end = allocator.end();
        if (end < 64) return;
        expect(allocator.allocate(end - 32).address).toBe(0);
        expect(allocator.end()).toBe(end);
      }),
    );
  });

  test("uses a span of the same size again before it asks for more", () => {
    for (const bytes of [1, 100, 5000, 1e6, 3e8]) {
      const { allocate, release, end } = openAllocator();
      const stretches = Array.from({ length: 5 }, () => allocate(bytes));
      const before = end();
      stretches.forEach(release);
      expect(Array.from({ length: 5 }, () => allocate(bytes)).map(({ address }) => address)).toEqual(
        stretches.map(({ address }) => address),
      );
      expect(end()).toBe(before);
    }
  });

  test("takes few steps for each request, however many stretches are free", () => {
    const { allocate, release, steps } = openAllocator();
    const size = (i: number): number => 1 + ((i * 7919) % 100_003);
    const taken = Array.from({ length: 5000 }, (_, i) => allocate(size(i)));
    taken.forEach((span, i) => {
      if (i % 2 === 0) release(span);
    });
    for (let i = 0; i < 5000; i++) {
      const before = steps();
      release(allocate(size(i * 31)));
      expect(steps() - before).toBeLessThanOrEqual(64);
    }
  });
});
