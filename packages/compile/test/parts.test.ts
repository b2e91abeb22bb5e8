import { add, mul, type NDArray, slice, stack, sum, unstack, zeros } from "@gradfold/core";
import { grad, vmap } from "@gradfold/autodiff";
import fc from "fast-check";
import { expect, test } from "vitest";
import { explain, jit } from "../src/index.ts";
import { expectSameBits, noise } from "./bits.ts";

/* Gradients through parts of an array, which are put together. */

const range = (n: number) =>
  fc.oneof(
    fc.constant(null),
    fc.nat(n - 1),
    fc.tuple(fc.nat(n), fc.nat(n), fc.constantFrom(1, 2, -1)).map(([a, b, step]) => [a, b, step] as const),
  );

const uses = fc.array(fc.tuple(range(4), range(5)), { minLength: 1, maxLength: 6 });

test("jit gives the bits of gradients through parts that are apart and parts that meet", () => {
  fc.assert(
    fc.property(uses, (list) => {
      const gradient = grad((x: NDArray) =>
        list
          .map((ranges) => slice(x, ranges))
          .map((part, i) => sum(mul(mul(part, part), noise(i, part.shape))))
          .reduce((a, b) => add(a, b)),
      );
      const x = noise(99, [4, 5]);
      expectSameBits(jit(gradient)(x), gradient(x));
    }),
    { numRuns: 40 },
  );
});

test.each([0, 1, -1])("jit gives the bits of slices along axis %i and of gradients through them", (axis) => {
  const f = (x: NDArray) =>
    unstack(x, axis)
      .map((part, i) => sum(mul(mul(part, part), noise(i, part.shape))))
      .reduce((a, b) => add(a, b));
  const x = noise(7, [3, 4, 2]);
  unstack(x, axis).forEach((part, i) => expectSameBits(jit((y: NDArray) => unstack(y, axis))(x)[i] ?? zeros([]), part));
  expectSameBits(jit(grad(f))(x), grad(f)(x));
  const stacked = noise(8, [2, 3, 4, 2]);
  expectSameBits(vmap(grad(f))(stacked), stack(unstack(stacked).map(grad(f))));
});

test("the gradient of parts that are apart moves bytes in proportion to their number", () => {
  const bytes = (n: number): number => {
    const parts = Array.from({ length: n }, (_, i) => i);
    const gradient = grad((x: NDArray) =>
      parts.map((i) => sum(mul(slice(x, [i]), slice(x, [i])))).reduce((a, b) => add(a, b)),
    );
    return Number(/bytes moved: (\d+)/.exec(explain(gradient)(zeros([n, 3])))?.[1]);
  };
  expect(bytes(90)).toBeLessThanOrEqual(3.3 * bytes(30));
});
