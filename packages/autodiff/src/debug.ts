import { DomainError, type NDArray, toTypedArray } from "@gradfold/core";
import { isFloat, typed } from "@gradfold/core/library";
import { bind } from "@gradfold/core/transform";
import { checkAlone, checkCallback } from "./callback.ts";
import { typeText } from "./alike.ts";
import { call } from "./compound.ts";
import { evaluateProgram } from "./evaluate.ts";
import { type Followed, interpret } from "./interpreter.ts";
import { type LeafFunction, onLeaves } from "./leaves.ts";

const hasNaN = (x: NDArray): boolean => isFloat(x.dtype) && toTypedArray(x).some(Number.isNaN);

const refuseNaN = (name: string, inputs: readonly NDArray[], outputs: readonly NDArray[]): void => {
  if (!outputs.some(hasNaN) || inputs.some(hasNaN)) return;
  throw new DomainError(
    `debugNaN: ${name} is the first operation to make a NaN, of ${inputs.map(typeText).join(" and ")}. ` +
      "Its operands have none: look at their values, or at the domain of the operation.",
  );
};

const watched = (f: LeafFunction, inputs: readonly NDArray[]): readonly NDArray[] =>
  interpret(({ held, follow }: Followed<NDArray>) => {
    const valueOf = (x: NDArray): NDArray => held(x) ?? x;
    const watch = (x: NDArray): NDArray => follow(x, x);
    return {
      bind: (primitive, operands) => {
        const xs = operands.map(valueOf);
        const output = bind(primitive, xs);
        refuseNaN(primitive.name, xs, [output]);
        return watch(output);
      },
      call: (compound, operands) => {
        if (compound.standsFor !== undefined) return evaluateProgram(compound.standsFor, operands);
        const xs = operands.map(valueOf);
        const outputs = call(compound, xs);
        refuseNaN(compound.name, xs, outputs);
        return outputs.map(watch);
      },
      read: valueOf,
      run: () => f(inputs.map(watch)).map(valueOf),
    };
  });

/**
 * The same function, which throws where a NaN first comes up: the error names the operation that makes it of operands
 * that have none, with their shapes. `debugNaN(grad(f))` looks at the way back as well.
 *
 * It looks at all operations on the arguments, at their values: for finding a fault, not for every day.
 *
 * @throws DomainError at the first operation that makes a NaN; TraceError where values are not known, as inside `jit`
 * @example
 * import { array, attempt, debugNaN, either, log, sub } from "gradfold";
 * const f = debugNaN((x) => sub(log(x), 1));
 * attempt(() => f(array([1, -1])))._tag; // => 'Left'
 */
export const debugNaN = typed<
  <A extends readonly unknown[] = NDArray[], R = NDArray>(f: (...args: A) => R) => (...args: A) => R
>((f: (...args: readonly unknown[]) => unknown, further: unknown) => {
  checkCallback("debugNaN", "the first argument", f, "debugNaN(f)(x)");
  checkAlone("debugNaN", further, "debugNaN(f)(x)");
  return (...args: readonly unknown[]): unknown => {
    const on = onLeaves("debugNaN", f, args);
    return on.restore(watched(on.call, on.inputs.leaves));
  };
});
