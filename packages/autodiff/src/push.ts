import type { NDArray } from "@gradfold/core";
import { atNewLevel, bind, escaped, innermost, isFloat, traced, type Tracer, tracer } from "@gradfold/core/transform";
import { call, closesOver, type Pushed, type Transform } from "./compound.ts";

/** A value with its tangent. */
interface Dual extends Tracer {
  readonly value: NDArray;
  readonly tangent: NDArray;
}

/**
 * Runs a function from leaves to leaves on values and their tangents together, forward mode; null is zero.
 *
 * Values stay as known as they were, also where the tangents belong to a transform further in.
 */
export const push = (
  f: (leaves: readonly NDArray[]) => readonly NDArray[],
  primals: readonly NDArray[],
  tangents: readonly (NDArray | null)[],
): Pushed =>
  atNewLevel((level) => {
    let open = true;
    // Only this interpreter makes tracers that name it, so they are Dual.
    const own = (x: NDArray): Dual | undefined => {
      const t = tracer(x);
      return t?.interpreter === interpreter ? (t as Dual) : undefined;
    };
    const valueOf = (x: NDArray): NDArray => own(x)?.value ?? x;
    const tangentOf = (x: NDArray): NDArray | null => own(x)?.tangent ?? null;
    const follow = (value: NDArray, tangent: NDArray | null): NDArray => {
      if (tangent === null || !isFloat(value.dtype)) return value;
      const dual: Dual = { interpreter, value, tangent };
      return traced(value.dtype, value.shape, dual);
    };

    const interpreter: Transform = {
      level,
      bind: (primitive, operands) => {
        if (!open) throw escaped(primitive.name);
        const inputs = operands.map(valueOf);
        const output = bind(primitive, inputs);
        return follow(output, isFloat(output.dtype) ? primitive.jvp(operands.map(tangentOf), inputs, output) : null);
      },
      call: (compound, operands) => {
        if (!open) throw escaped(compound.name);
        const inputs = operands.map(valueOf);
        const moved = operands.map(tangentOf);
        const pushed = compound.jvp(moved, inputs);
        const levelOf = (xs: readonly NDArray[]): number => innermost(compound.name, xs)?.level ?? 0;
        // One loop for both would make the values as unknown as the tangents.
        const apart = levelOf(moved.flatMap((t) => t ?? [])) > levelOf(inputs);
        const outputs = apart ? call(compound, inputs) : pushed.outputs;
        if (outputs.some((x) => own(x) !== undefined)) throw closesOver(compound.name);
        return outputs.map((x, i) => follow(x, pushed.tangents[i] ?? null));
      },
      read: (x, reader) => {
        if (!open) throw escaped(reader);
        return valueOf(x);
      },
    };

    try {
      const outputs = f(primals.map((x, i) => follow(x, tangents[i] ?? null)));
      return { outputs: outputs.map(valueOf), tangents: outputs.map(tangentOf) };
    } finally {
      open = false;
    }
  });
