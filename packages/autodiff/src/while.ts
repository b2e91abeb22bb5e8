import { DomainError, type NDArray, tree } from "@gradfold/core";
import { describe, optionsOf, typed } from "@gradfold/core/library";
import { isTransforming } from "@gradfold/core/transform";
import { checkCallback } from "./callback.ts";
import { truthOf } from "./cond.ts";
import { together } from "./derived.ts";
import { call } from "./compound.ts";
import { whileCompound } from "./compounds/while.ts";
import { carryOf, initOf, takeTurnsWhile } from "./loop.ts";
import type { Truth } from "./static.ts";
import { traceIfPossible } from "./trace.ts";

export interface Options {
  /** The most turns that there may be; more are an error. No limit by default. Reverse mode needs it while traced. */
  readonly maxSteps?: number;
}

const defaults = { maxSteps: undefined } as const;

const maxStepsOf = (options: Options | undefined): number | undefined => {
  const { maxSteps } = optionsOf("whileLoop", options, defaults);
  if (maxSteps !== undefined && (!Number.isSafeInteger(maxSteps) || maxSteps < 0))
    throw new DomainError(`whileLoop: maxSteps must be a whole number from 0 on, not ${describe(maxSteps)}.`);
  return maxSteps;
};

const leavesOf = (leaves: readonly NDArray[]): readonly NDArray[] => leaves;

/** As one operation inside of a transform; turn by turn elsewhere, and where functions ask for values. */
const loop = (
  holds: (leaves: readonly NDArray[]) => NDArray,
  next: (leaves: readonly NDArray[]) => readonly NDArray[],
  init: readonly NDArray[],
  maxSteps: number | undefined,
): readonly NDArray[] => {
  const first = isTransforming() ? traceIfPossible(init, (xs) => [holds(xs)], leavesOf) : undefined;
  const second = first && traceIfPossible(init, next, leavesOf);
  if (first === undefined || second === undefined) return takeTurnsWhile(holds, next, init, maxSteps).carry;
  const { programs, closed } = together(first, second);
  const [condition, body] = programs;
  const compound = whileCompound({ kind: "while", condition, body, closed: closed.length, maxSteps });
  return call(compound, [...closed, ...init]);
};

/**
 * Carries a value through `body` as long as `condition` of it holds.
 *
 * By itself it is JavaScript's own `while`. Inside a transform it is one operation of two programs; where `vmap` gives each
 * its own end, all go on until the last one has ended, and those that have ended are left out of the body: a loop in it
 * that would not end for them, or an index that they are out of, does no harm.
 *
 * Its gradient in reverse mode is that of a `scan` of as many turns as the values say. Where they are not known (under `jit`
 * or `program.of`, in a `vmap` of a gradient, inside another loop or choice) it needs `maxSteps`: the way there and back then has
 * this many turns, and keeps the carry of each; those after the end change nothing and add nothing to a derivative.
 *
 * @param options - `maxSteps`: how many turns there may be; more are an error, in compiled code too (no limit)
 * @throws TreeError, ShapeError or DTypeError when the carry comes back otherwise, or the condition is no scalar;
 *   DomainError when the condition still holds after `maxSteps` turns, or that is no whole number; TraceError when a gradient
 *   is asked for in reverse mode where no value is known, without `maxSteps`
 * @example
 * import { array, grad, less, mul, type Scalar, whileLoop } from "gradfold";
 * const reach = (x: Scalar) => whileLoop((y) => less(y, 100), (y) => mul(x, y), x, { maxSteps: 50 });
 * [reach(array(3)), grad(reach)(3)]; // => [ float64 [] 243, float64 [] 405 ]
 */
export const whileLoop = typed<
  <C, T extends NDArray | boolean>(
    condition: (carry: C) => Truth<"whileLoop", T>,
    body: (carry: C) => NoInfer<C>,
    init: C,
    options?: Options,
  ) => C
>((condition: (carry: unknown) => unknown, body: (carry: unknown) => unknown, init: unknown, options?: Options) => {
  const usage = "whileLoop((carry) => truth, (carry) => carry, init)";
  checkCallback("whileLoop", "the condition", condition, usage);
  checkCallback("whileLoop", "the body", body, usage);
  const maxSteps = maxStepsOf(options);
  const start = initOf("whileLoop", init);
  const treeOf = (leaves: readonly NDArray[]): unknown => tree.unflatten(start.structure, leaves);
  const holds = (leaves: readonly NDArray[]): NDArray =>
    truthOf("whileLoop: the condition must give a scalar truth", condition(treeOf(leaves)));
  const next = (leaves: readonly NDArray[]): readonly NDArray[] => carryOf("whileLoop", body(treeOf(leaves)), start);
  return treeOf(loop(holds, next, start.leaves, maxSteps));
});
