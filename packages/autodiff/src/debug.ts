import { DomainError, type NDArray, toTypedArray } from "@gradfold/core";
import { atNewLevel, bind, escaped, isFloat, traced, type Tracer, tracer, typed } from "@gradfold/core/transform";
import { checkAlone, checkCallback } from "./callback.ts";
import { typeText } from "./alike.ts";
import { onLeaves } from "./leaves.ts";
import { call, type Transform } from "./compound.ts";

/** A value that is looked at. */
interface Watched extends Tracer {
  readonly value: NDArray;
}

const hasNaN = (x: NDArray): boolean => isFloat(x.dtype) && toTypedArray(x).some(Number.isNaN);

const refuseNaN = (name: string, inputs: readonly NDArray[], outputs: readonly NDArray[]): void => {
  if (!outputs.some(hasNaN) || inputs.some(hasNaN)) return;
  throw new DomainError(
    `debugNaN: ${name} is the first operation to make a NaN, of ${inputs.map(typeText).join(" and ")}. ` +
      "Its operands have none: look at their values, or at the domain of the operation.",
  );
};

const watched = (
  f: (leaves: readonly NDArray[]) => readonly NDArray[],
  inputs: readonly NDArray[],
): readonly NDArray[] =>
  atNewLevel((level) => {
    let open = true;
    // Only this interpreter makes tracers that name it, so they are Watched.
    const own = (x: NDArray): Watched | undefined => {
      const t = tracer(x);
      return t?.interpreter === interpreter ? (t as Watched) : undefined;
    };
    const valueOf = (x: NDArray): NDArray => own(x)?.value ?? x;
    const follow = (value: NDArray): NDArray => {
      const tracer: Watched = { interpreter, value };
      return traced(value.dtype, value.shape, tracer);
    };
    const interpreter: Transform = {
      level,
      bind: (primitive, operands) => {
        if (!open) throw escaped(primitive.name);
        const xs = operands.map(valueOf);
        const output = bind(primitive, xs);
        refuseNaN(primitive.name, xs, [output]);
        return follow(output);
      },
      call: (compound, operands) => {
        if (!open) throw escaped(compound.name);
        const xs = operands.map(valueOf);
        const outputs = call(compound, xs);
        refuseNaN(compound.name, xs, outputs);
        return outputs.map(follow);
      },
      read: (x, reader) => {
        if (!open) throw escaped(reader);
        return valueOf(x);
      },
    };
    try {
      return f(inputs.map(follow)).map(valueOf);
    } finally {
      open = false;
    }
  });

interface DebugNaN {
  <A extends readonly unknown[] = NDArray[], R = NDArray>(f: (...args: A) => R): (...args: A) => R;
}

/**
 * The same function, which throws where a NaN first comes up: the error names the operation that makes it of operands
 * that have none, with their shapes. `debugNaN(grad(f))` looks at the way back as well.
 *
 * It looks at all operations on the arguments, at their values: for finding a fault, not for every day.
 *
 * @throws DomainError at the first operation that makes a NaN; TraceError where values are not known, as inside `jit`
 * @example
 * import { array, attempt, either, log, sub } from "@gradfold/core";
 * import { debugNaN } from "@gradfold/autodiff";
 * const f = debugNaN((x) => sub(log(x), 1));
 * attempt(() => f(array([1, -1])))._tag; // => 'Left'
 */
export const debugNaN = typed<DebugNaN>((f: (...args: readonly unknown[]) => unknown, further: unknown) => {
  checkCallback("debugNaN", "the first argument", f, "debugNaN(f)(x)");
  checkAlone("debugNaN", further, "debugNaN(f)(x)");
  return (...args: readonly unknown[]): unknown => {
    const on = onLeaves("debugNaN", f, args);
    return on.restore(watched(on.call, on.inputs.leaves));
  };
});
