import { type NDArray, TraceError } from "@gradfold/core";
import { type ArrayType, innermost, type Interpreter } from "@gradfold/core/transform";
import type { LeafFunction } from "./leaves.ts";
import type { Program } from "./program.ts";

/** Results and their tangents; null is zero. */
export interface Pushed {
  readonly outputs: readonly NDArray[];
  readonly tangents: readonly (NDArray | null)[];
}

/** Results, and the map from their cotangents to the operands'; null is zero. */
export interface Pulled {
  readonly outputs: readonly NDArray[];
  readonly pullBack: (cotangents: readonly (NDArray | null)[]) => readonly (NDArray | null)[];
}

/** Results for a stack of operands; those that are not mapped are the same for all. */
export interface Batched {
  readonly outputs: readonly NDArray[];
  readonly mapped: readonly boolean[];
}

/** What a compiler can see of a compound. Programs take the closed-over values first. */
export type Control =
  /** The body runs `length` times, from [closed, carry, row of each xs] to [carry, row of each ys]. */
  | {
      readonly kind: "scan";
      readonly body: Program;
      readonly length: number;
      /** How many of the operands are closed over, and how many are carried; the rest are cut into rows. */
      readonly closed: number;
      readonly carried: number;
    }
  /** While the condition of [closed, carry] holds, the body makes the next carry of them. */
  | { readonly kind: "while"; readonly condition: Program; readonly body: Program; readonly closed: number }
  /** The first operand decides which program is applied to the others. */
  | { readonly kind: "cond"; readonly yes: Program; readonly no: Program }
  /** A program that derivatives run again. */
  | { readonly kind: "program"; readonly program: Program }
  /** A function with rules of its own. */
  | { readonly kind: "function"; readonly f: LeafFunction };

/**
 * An operation that is itself made of programs or functions, and may have several results: control flow, and functions
 * with rules of their own. Like a primitive's record it says how every transform acts on it.
 */
export interface Compound {
  readonly name: string;
  readonly control: Control;
  readonly types: (inputs: readonly ArrayType[]) => readonly ArrayType[];
  /** The results, where no operand is followed. */
  readonly evaluate: (inputs: readonly NDArray[]) => readonly NDArray[];
  readonly jvp: (tangents: readonly (NDArray | null)[], inputs: readonly NDArray[]) => Pushed;
  /** `wanted` are the operands whose cotangents are asked for. */
  readonly vjp: (inputs: readonly NDArray[], wanted: readonly boolean[]) => Pulled;
  readonly batch: (inputs: readonly NDArray[], mapped: readonly boolean[]) => Batched;
}

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
