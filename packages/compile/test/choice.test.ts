import { array, full, type NDArray, ones, sum, toTypedArray } from "@gradfold/core";
import { grad, hessian, jvp, vjp } from "@gradfold/autodiff";
import { describe, test } from "vitest";
import { choicesOf, roots } from "../../autodiff/test/choices.ts";
import { jit } from "../src/index.ts";
import { expectSameBits } from "./bits.ts";

/* Derivatives of choices, compiled: the bits of eager code, also of what is infinite or NaN. */

describe.each(["float64", "float32"] as const)("in %s", (dtype) => {
  test.each(Object.entries(choicesOf(dtype)))("%s is differentiated alike", (_, { f, x }) => {
    const [first = 0, ...rest] = toTypedArray(x);
    for (const point of [x, array([NaN, ...rest], { dtype }), array([first, ...rest.map(() => Infinity)], { dtype })])
      for (const size of [1, 0, Infinity, NaN]) {
        const both = (y: NDArray) => {
          const [value, pullBack] = vjp(f, y);
          return [
            value,
            pullBack(full(value.shape, size, { dtype })),
            jvp(f, [y], [full(y.shape, size, { dtype })])[1],
          ] as const;
        };
        expectSameBits(jit(both)(point), both(point));
      }
  });
});

test.each(Object.entries(roots))("%s has the same gradients", (_, [f, x]) => {
  const total = (y: NDArray) => sum(f(y));
  const all = (y: NDArray) => [grad(total)(y), hessian(total)(y), jvp(f, [y], [ones(y.shape)])[1]] as const;
  expectSameBits(jit(all)(x), all(x));
});
