import { type NDArray, TraceError } from "@gradfold/core";
import { innermost, type Interpreter } from "@gradfold/core/transform";
import type { Compound } from "./program.ts";

export type { Batched, Compound, Pulled, Pushed } from "./program.ts";

/** An interpreter that sees compounds too: each of this package's transforms. */
export interface Transform extends Interpreter {
  readonly call: (compound: Compound, inputs: readonly NDArray[]) => readonly NDArray[];
}

const isTransform = (interpreter: Interpreter): interpreter is Transform => "call" in interpreter;

/** Applies a compound: to the innermost transform that follows an operand, else to the elements. */
export const call = (compound: Compound, inputs: readonly NDArray[]): readonly NDArray[] => {
  const interpreter = innermost(compound.name, inputs);
  if (interpreter === undefined) return compound.evaluate(inputs);
  if (!isTransform(interpreter)) throw new TraceError(`${compound.name}: the transform around it knows no compounds`);
  return interpreter.call(compound, inputs);
};

/** A compound's function uses a value of the very transform that the compound stands for it in. */
export const closesOver = (name: string): TraceError =>
  new TraceError(
    `${name}: the function closes over a value that is being transformed, for which its rule says nothing. ` +
      "Pass it as an argument.",
  );
