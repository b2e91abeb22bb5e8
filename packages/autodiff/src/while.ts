import { item, type NDArray, tree } from "@gradfold/core";
import { isTransforming, typed } from "@gradfold/core/transform";
import { checkCallback } from "./callback.ts";
import { truthOf } from "./cond.ts";
import { together } from "./derived.ts";
import { call } from "./compound.ts";
import { whileCompound } from "./compounds/while.ts";
import { carryOf, initOf } from "./loop.ts";
import type { Truth } from "./static.ts";
import { traceIfPossible } from "./trace.ts";

interface WhileLoop {
  <C, T extends NDArray | boolean>(
    condition: (carry: C) => Truth<"whileLoop", T>,
    body: (carry: C) => NoInfer<C>,
    init: C,
  ): C;
}

const leavesOf = (leaves: readonly NDArray[]): readonly NDArray[] => leaves;

/**
 * Carries a value through `body` as long as `condition` of it holds.
 *
 * By itself it is JavaScript's own `while`. Inside a transform it is one operation of two programs; where `vmap` gives each
 * its own end, all go on until the last one has ended, and those that have ended are left out of the body: a loop in it
 * that would not end for them, or an index that they are out of, does no harm. It has derivatives in forward mode only, since nothing says ahead
 * how many turns a way back would have to remember: for reverse mode use `scan` or `foriLoop`.
 *
 * @throws TreeError, ShapeError or DTypeError when the carry comes back otherwise, or the condition is no scalar; TraceError
 *   when a gradient is asked for in reverse mode
 * @example
 * import { array, less, mul } from "@gradfold/core";
 * import { whileLoop } from "@gradfold/autodiff";
 * whileLoop((x) => less(x, 100), (x) => mul(2, x), array(3)); // => float64 [] 192
 */
export const whileLoop = typed<WhileLoop>(
  (condition: (carry: unknown) => unknown, body: (carry: unknown) => unknown, init: unknown) => {
    const usage = "whileLoop((carry) => truth, (carry) => carry, init)";
    checkCallback("whileLoop", "the condition", condition, usage);
    checkCallback("whileLoop", "the body", body, usage);
    const start = initOf("whileLoop", init);
    const treeOf = (leaves: readonly NDArray[]): unknown => tree.unflatten(start.structure, leaves);
    const holds = (leaves: readonly NDArray[]): NDArray =>
      truthOf("whileLoop: the condition must give a scalar truth", condition(treeOf(leaves)));
    const next = (leaves: readonly NDArray[]): readonly NDArray[] => carryOf("whileLoop", body(treeOf(leaves)), start);
    const { leaves } = start;
    const first = isTransforming() ? traceIfPossible(leaves, (xs) => [holds(xs)], leavesOf) : undefined;
    const second = first && traceIfPossible(leaves, next, leavesOf);
    if (first === undefined || second === undefined) {
      let carry = leaves;
      while (item(holds(carry)) !== 0) carry = next(carry);
      return treeOf(carry);
    }
    const { programs, closed } = together(first, second);
    const compound = whileCompound({ kind: "while", condition: programs[0], body: programs[1], closed: closed.length });
    return treeOf(call(compound, [...closed, ...leaves]));
  },
);
