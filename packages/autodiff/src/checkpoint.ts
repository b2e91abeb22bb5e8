import type { NDArray } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { isTransforming } from "@gradfold/core/transform";
import { checkAlone, checkCallback } from "./callback.ts";
import { onLeaves, resultOf } from "./leaves.ts";
import { call } from "./compound.ts";
import { checkpointCompound } from "./compounds/checkpoint.ts";
import { traceIfPossible } from "./trace.ts";

/**
 * The same function, whose inner values reverse mode does not keep: it runs the function again on the way back. That
 * trades time for memory, where many layers or steps would have to be remembered.
 *
 * Arguments and results are trees of arrays. A function that asks for values, as by `item`, is simply called, and keeps
 * what it computes.
 *
 * @example
 * import { array, checkpoint, grad, square, sum, toNested } from "gradfold";
 * const layer = checkpoint((x) => square(square(x)));
 * toNested(grad((x) => sum(layer(x)))(array([1, 2]))); // => [ 4, 32 ]
 */
export const checkpoint = typed<
  <A extends readonly unknown[] = NDArray[], R = NDArray>(f: (...args: A) => R) => (...args: A) => R
>((f: (...args: readonly unknown[]) => unknown, further: unknown) => {
  checkCallback("checkpoint", "the first argument", f, "checkpoint(f)(x)");
  checkAlone("checkpoint", further, "checkpoint(f)(x)");
  return (...args: readonly unknown[]): unknown => {
    const on = onLeaves("checkpoint", f, args);
    const run = (): unknown => {
      const returned = f(...args);
      resultOf("checkpoint", returned);
      return returned;
    };
    if (!isTransforming()) return run();
    const traced = traceIfPossible(on.inputs.leaves, on.call, (leaves) => leaves);
    if (traced === undefined) return run();
    return on.restore(call(checkpointCompound(traced.program), [...traced.closed, ...on.inputs.leaves]));
  };
});
