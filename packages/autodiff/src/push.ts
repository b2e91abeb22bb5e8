import type { NDArray } from "@gradfold/core";
import { isFloat } from "@gradfold/core/library";
import { bind, innermost } from "@gradfold/core/transform";
import { call, type Pushed } from "./compound.ts";
import { evaluateProgram } from "./evaluate.ts";
import { type Followed, interpret } from "./interpreter.ts";
import type { LeafFunction } from "./leaves.ts";

/** A value with its tangent. */
interface Dual {
  readonly value: NDArray;
  readonly tangent: NDArray;
}

/**
 * Runs a function from leaves to leaves on values and their tangents together, forward mode; null is zero.
 *
 * Values stay as known as they were, also where the tangents belong to a transform further in.
 */
export const push = (f: LeafFunction, primals: readonly NDArray[], tangents: readonly (NDArray | null)[]): Pushed =>
  interpret(({ held, follow, free }: Followed<Dual>) => {
    const valueOf = (x: NDArray): NDArray => held(x)?.value ?? x;
    const tangentOf = (x: NDArray): NDArray | null => held(x)?.tangent ?? null;
    const dual = (value: NDArray, tangent: NDArray | null): NDArray =>
      tangent === null || !isFloat(value.dtype) ? value : follow(value, { value, tangent });
    return {
      bind: (primitive, operands) => {
        const inputs = operands.map(valueOf);
        const output = bind(primitive, inputs);
        return dual(output, isFloat(output.dtype) ? primitive.jvp(operands.map(tangentOf), inputs, output) : null);
      },
      call: (compound, operands) => {
        const inputs = operands.map(valueOf);
        const moved = operands.map(tangentOf);
        const levelOf = (xs: readonly NDArray[]): number => innermost(compound.name, xs)?.level ?? 0;
        // One loop for both would make the values as unknown as the tangents.
        const apart = levelOf(moved.flatMap((t) => t ?? [])) > levelOf(inputs);
        // A transform around would meet the operations twice, so it meets each of them.
        if (apart && compound.standsFor !== undefined && levelOf(inputs) > 0)
          return evaluateProgram(compound.standsFor, operands);
        const pushed = compound.jvp(moved, inputs);
        const outputs = free(compound.name, apart ? call(compound, inputs) : pushed.outputs);
        return outputs.map((x, i) => dual(x, pushed.tangents[i] ?? null));
      },
      read: valueOf,
      run: () => {
        const outputs = f(primals.map((x, i) => dual(x, tangents[i] ?? null)));
        return { outputs: outputs.map(valueOf), tangents: outputs.map(tangentOf) };
      },
    };
  });
