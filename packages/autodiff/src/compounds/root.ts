import { neg, type NDArray, solve, tree } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { call } from "../compound.ts";
import { filled, partsOf } from "../derived.ts";
import { jacfwd } from "../jacobian.ts";
import type { LeafFunction } from "../leaves.ts";
import type { Compound } from "../program.ts";
import { push } from "../push.ts";
import { customJvpCompound } from "./custom.ts";

/** An equation and the way to its solution, as functions of leaves. */
export interface RootRule {
  /** How many of the operands the equation closes over, say where the search starts, and are given besides. */
  readonly lengths: Readonly<Record<"closed" | "start" | "given", number>>;
  /** From the operands to the solution, which is like the start, and whatever else was found. */
  readonly solve: LeafFunction;
  /** From the operands, with the solution in the place of the start, to leaves like it, which are 0 there. */
  readonly equation: LeafFunction;
}

type Vectors = (x: NDArray) => NDArray;

/** Leaves as one vector, and the way back. */
const ravel = typed<(leaves: readonly NDArray[]) => readonly [NDArray, (flat: NDArray) => readonly NDArray[]]>(
  tree.ravel,
);

const jacobianOf = typed<(f: Vectors) => Vectors>(jacfwd);

/**
 * The solution x of e(x, a) = 0 as one operation, however it is found. Its tangent is that of the implicit function
 * theorem, ẋ = -(∂e/∂x)⁻¹ (∂e/∂a) ȧ, so that no derivative passes through the search; of all else that was found it is 0.
 */
export const rootCompound = (rule: RootRule): Compound => {
  const { lengths, solve: search, equation } = rule;
  const compound: Compound = customJvpCompound(
    {
      f: search,
      push: (primals, tangents) => {
        const outputs = call(compound, primals);
        const { solution, found } = partsOf(outputs, {
          solution: lengths.start,
          found: outputs.length - lengths.start,
        });
        const [{ closed, given }, moved] = [partsOf(primals, lengths), partsOf(tangents, lengths)];
        const [x, back] = ravel(solution);
        const at = (around: readonly NDArray[], flat: NDArray): NDArray => {
          const parts = partsOf(around, { closed: lengths.closed, given: lengths.given });
          return ravel(equation([...parts.closed, ...back(flat), ...parts.given]))[0];
        };
        const around = [...closed, ...given];
        const pushed = push((xs) => [at(xs, x)], around, [...moved.closed, ...moved.given]);
        const [change = x] = filled(pushed.tangents, pushed.outputs);
        const jacobian = jacobianOf((flat) => at(around, flat))(x);
        return { outputs, tangents: [...back(neg(solve(jacobian, change))), ...found.map(() => null)] };
      },
    },
    "customRoot",
  );
  return compound;
};
