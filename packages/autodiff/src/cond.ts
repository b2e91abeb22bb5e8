import { array, cast, DTypeError, item, type NDArray, ShapeError } from "@gradfold/core";
import { formatShape, isNDArray, isTransforming, typed } from "@gradfold/core/transform";
import { together } from "./derived.ts";
import { checkLike, onLeaves } from "./leaves.ts";
import { call } from "./compound.ts";
import { condCompound } from "./compounds/cond.ts";
import type { Truth } from "./static.ts";
import { traceIfPossible } from "./trace.ts";

type Branch = (...operands: readonly unknown[]) => unknown;

interface Cond {
  <T extends NDArray | boolean, A extends readonly unknown[], R>(
    truth: Truth<"cond", T>,
    yes: (...operands: A) => R,
    no: (...operands: A) => NoInfer<R>,
    ...operands: A
  ): R;
}

/** A scalar truth of what a program says is one. */
export const truthOf = (name: string, x: unknown): NDArray => {
  const truth = typeof x === "boolean" || typeof x === "number" ? array(x) : x;
  if (!isNDArray(truth))
    throw new DTypeError(`${name}: a scalar truth is needed, not ${x === null ? "null" : `a ${typeof x}`}.`);
  if (truth.shape.length > 0)
    throw new ShapeError(
      `${name}: a scalar truth is needed, but its shape is ${formatShape(truth.shape)}. Reduce it, or use vmap.`,
    );
  return cast(truth, "bool");
};

const leavesOf = (leaves: readonly NDArray[]): readonly NDArray[] => leaves;

/**
 * The result of one of two functions of the operands, by a scalar truth; only the chosen one is computed.
 *
 * By itself it is JavaScript's own `if`. Inside a transform it is one operation of two programs, so that the truth may be
 * unknown; where `vmap` gives each its own truth, each function is computed for the rows that choose it, if there are any.
 * A loop or an index inside sees no row of the other side, nor does a derivative.
 *
 * @param operands - trees of arrays; the functions may close over other values too
 * @throws ShapeError when the truth is not a scalar, or the results differ in shape; TreeError or DTypeError when they
 *   differ otherwise
 * @example
 * import { array, less, mul, neg, type Scalar } from "@gradfold/core";
 * import { cond, grad } from "@gradfold/autodiff";
 * const size = (x: Scalar) => cond(less(x, 0), (y) => neg(y), (y) => mul(2, y), x);
 * [size(array(-3)), grad(size)(-3), grad(size)(3)]; // => [ float64 [] 3, float64 [] -1, float64 [] 2 ]
 */
export const cond = typed<Cond>((truth: unknown, yes: Branch, no: Branch, ...operands: readonly unknown[]) => {
  const decides = truthOf("cond", truth);
  const branch = (): unknown => (item(decides) !== 0 ? yes : no)(...operands);
  if (!isTransforming()) return branch();
  const [onYes, onNo] = [onLeaves(yes, operands), onLeaves(no, operands)];
  const { leaves } = onYes.inputs;
  const first = traceIfPossible(leaves, onYes.call, leavesOf);
  const second = first && traceIfPossible(leaves, onNo.call, leavesOf);
  if (first === undefined || second === undefined) return branch();
  checkLike("cond: the second function must give what the first gives", onNo.result(), onYes.result());
  const { programs, closed } = together(first, second);
  const results = call(condCompound({ kind: "cond", yes: programs[0], no: programs[1] }), [
    decides,
    ...closed,
    ...leaves,
  ]);
  return onYes.restore(results);
});
