import { DomainError, DTypeError, type NDArray } from "@gradfold/core";
import { allocate, contiguous, describe, typed } from "@gradfold/core/library";
import { checkCallback } from "./callback.ts";
import { scanned } from "./scan.ts";

/** One more than the greatest int32. */
const end = 2 ** 31;

const checkBound = (bound: unknown): void => {
  if (typeof bound !== "number")
    throw new DTypeError(
      `foriLoop: a bound must be a number, not ${describe(bound)}. Use whileLoop for one of arrays.`,
    );
  if (!Number.isSafeInteger(bound)) throw new DomainError(`foriLoop: a bound must be a whole number, not ${bound}.`);
};

/** The int32 from `lower` up to but not including `upper`. */
const indicesOf = (lower: number, upper: number): NDArray => {
  if (lower < upper && (lower < -end || upper > end))
    throw new DomainError(
      `foriLoop: the indices are int32, from -2^31 up to 2^31, but the bounds are ${lower} and ${upper}. ` +
        "Count from 0, and add the rest in the body.",
    );
  const count = Math.max(upper - lower, 0);
  const indices = allocate("int32", count, "foriLoop");
  for (let i = 0; i < count; i++) indices[i] = lower + i;
  return contiguous("int32", Object.freeze([count]), indices);
};

/**
 * Carries a value through `body(i, carry)` for i from `lower` up to but not including `upper`: a `scan` over int32 indices
 * that gives no rows.
 *
 * @throws DomainError when a bound is not whole, or the indices are no int32; TreeError, ShapeError or DTypeError when the
 *   carry comes back with another structure or type
 * @example
 * import { array, foriLoop, grad, mul, type Scalar } from "gradfold";
 * const power = (x: Scalar) => foriLoop(0, 5, (_, y) => mul(y, x), array(1));
 * [power(array(2)), grad(power)(2)]; // => [ float64 [] 32, float64 [] 80 ]
 */
export const foriLoop = typed<
  <C>(lower: number, upper: number, body: (i: NDArray<[]>, carry: C) => NoInfer<C>, init: C) => C
>((lower: number, upper: number, body: (i: unknown, carry: unknown) => unknown, init: unknown) => {
  checkBound(lower);
  checkBound(upper);
  checkCallback("foriLoop", "the body", body, "foriLoop(0, n, (i, carry) => carry, init)");
  const turns = { length: undefined, reverse: false };
  return scanned("foriLoop", (carry, i) => [body(i, carry), null], init, indicesOf(lower, upper), turns)[0];
});
