import { add, arange, array, DomainError, type NDArray } from "@gradfold/core";
import { typed } from "@gradfold/core/transform";
import { scan } from "./scan.ts";

type ForiLoop = <C>(lower: number, upper: number, body: (i: NDArray<[]>, carry: C) => NoInfer<C>, init: C) => C;

/**
 * Carries a value through `body(i, carry)` for i from `lower` up to but not including `upper`: a `scan` over int32 indices
 * that gives no rows.
 *
 * @throws DomainError when a bound is not whole; what `scan` throws when the carry comes back otherwise
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
    const count = arange(Math.max(upper - lower, 0), { dtype: "int32" });
    const indices = lower === 0 ? count : add(count, array(lower, { dtype: "int32" }));
    return scan((carry: unknown, i: NDArray) => [body(i, carry), null] as const, init, indices)[0];
  },
);
