import { arange, DomainError, type NDArray } from "@gradfold/core";
import { typed } from "@gradfold/core/transform";
import { scan } from "./scan.ts";

type ForiLoop = <C>(lower: number, upper: number, body: (i: NDArray<[]>, carry: C) => NoInfer<C>, init: C) => C;

/**
 * Carries a value through `body(i, carry)` for i from `lower` up to but not including `upper`: a `scan` over int32 indices
 * that gives no rows.
 *
 * @throws DomainError when a bound is not whole, or beyond the range of int32; what `scan` throws when the carry comes back otherwise
 * @example
 * import { array, mul, type Scalar } from "@gradfold/core";
 * import { foriLoop, grad } from "@gradfold/autodiff";
 * const power = (x: Scalar) => foriLoop(0, 5, (_, y) => mul(y, x), array(1));
 * [power(array(2)), grad(power)(2)]; // => [ float64 [] 32, float64 [] 80 ]
 */
export const foriLoop = typed<ForiLoop>(
  (lower: number, upper: number, body: (i: NDArray, carry: unknown) => unknown, init: unknown) => {
    if (!Number.isSafeInteger(lower) || !Number.isSafeInteger(upper))
      throw new DomainError(`foriLoop: the bounds must be whole numbers, not ${lower} and ${upper}.`);
    if (lower < -(2 ** 31) || upper > 2 ** 31)
      throw new DomainError(
        `foriLoop: the index is int32, so the bounds must be from -2^31 to 2^31, not ${lower} and ${upper}. ` +
          "Count from 0, and add the start inside.",
      );
    const indices = arange(lower, Math.max(upper, lower), 1, { dtype: "int32" });
    return scan((carry: unknown, i: NDArray) => [body(i, carry), null] as const, init, indices)[0];
  },
);
