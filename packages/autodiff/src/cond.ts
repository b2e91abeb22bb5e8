import { array, cast, DTypeError, item, type NDArray, ShapeError, type tree } from "@gradfold/core";
import { describe, formatShape, isNDArray, reasonOf, typed } from "@gradfold/core/library";
import { isTransforming } from "@gradfold/core/transform";
import { checkCallback } from "./callback.ts";
import { together } from "./derived.ts";
import { checkLike } from "./alike.ts";
import { onLeaves, resultOf } from "./leaves.ts";
import { resultPlace } from "./place.ts";
import { call } from "./compound.ts";
import { condCompound } from "./compounds/cond.ts";
import type { Truth } from "./static.ts";
import { traceIfPossible } from "./trace.ts";

type Branch = (...operands: readonly unknown[]) => unknown;

/**
 * A scalar truth of what a program says is one. A number is true unless it is 0.
 *
 * @param rule - what is broken otherwise, as `cond: the first argument must be a scalar truth`
 */
export const truthOf = (rule: string, x: unknown): NDArray => {
  const truth = typeof x === "boolean" || typeof x === "number" ? array(x) : x;
  if (!isNDArray(truth)) throw new DTypeError(`${rule}, not ${describe(truth)}.${reasonOf(truth)}`);
  if (truth.shape.length > 0)
    throw new ShapeError(`${rule}, but its shape is ${formatShape(truth.shape)}. Reduce it, or use vmap.`);
  return cast(truth, "bool");
};

const leavesOf = (leaves: readonly NDArray[]): readonly NDArray[] => leaves;

const checkAlike = (ofYes: tree.Flat | undefined, ofNo: tree.Flat | undefined): void => {
  if (ofYes === undefined || ofNo === undefined) return;
  const rule = "cond: the second function must give what the first one gives";
  checkLike(rule, resultPlace, ofNo, ofYes, () => " Cast or reshape one of them.");
};

/**
 * The result of one of two functions of the operands, by a scalar truth; only the chosen one is computed.
 *
 * By itself it is JavaScript's own `if`. Inside a transform it is one operation of two programs, so that the truth may be
 * unknown; where `vmap` gives each its own truth, each function is computed for the rows that choose it, if there are any.
 * A loop or an index inside sees no row of the other side, nor does a derivative.
 *
 * @param operands - trees of arrays; the functions may close over other values too
 * @throws ShapeError when the truth is not a scalar, or the results differ in shape; TreeError or DTypeError when they
 *   differ otherwise, or are no trees of arrays
 * @example
 * import { array, cond, grad, less, mul, neg, type Scalar } from "gradfold";
 * const size = (x: Scalar) => cond(less(x, 0), (y) => neg(y), (y) => mul(2, y), x);
 * [size(array(-3)), grad(size)(-3), grad(size)(3)]; // => [ float64 [] 3, float64 [] -1, float64 [] 2 ]
 */
export const cond = typed<
  <T extends NDArray | boolean, A extends readonly unknown[], R>(
    truth: Truth<"cond", T>,
    yes: (...operands: A) => R,
    no: (...operands: A) => NoInfer<R>,
    ...operands: A
  ) => R
>((truth: unknown, yes: Branch, no: Branch, ...operands: readonly unknown[]) => {
  const decides = truthOf("cond: the first argument must be a scalar truth", truth);
  const usage = "cond(truth, (x) => yes, (x) => no, x)";
  checkCallback("cond", "the second argument", yes, usage);
  checkCallback("cond", "the third argument", no, usage);
  const onYes = onLeaves("cond", yes, operands);
  const branch = (): unknown => {
    const returned = (item(decides) !== 0 ? yes : no)(...operands);
    resultOf("cond", returned);
    return returned;
  };
  if (!isTransforming()) return branch();
  const onNo = onLeaves("cond", no, operands);
  const { leaves } = onYes.inputs;
  const first = traceIfPossible(leaves, onYes.call, leavesOf);
  const second = first && traceIfPossible(leaves, onNo.call, leavesOf);
  if (first === undefined || second === undefined) return branch();
  checkAlike(onYes.result(), onNo.result());
  const { programs, closed } = together(first, second);
  const results = call(condCompound({ kind: "cond", yes: programs[0], no: programs[1] }), [
    decides,
    ...closed,
    ...leaves,
  ]);
  return onYes.restore(results);
});
