import type { Instruction, LaneOperation, ScalarFunction } from "@gradfold/core/compiler";
import type { Assembler } from "../wasm/assembler.ts";
import { op } from "../wasm/opcode.ts";

/*
 * Operations on int32 lanes. Elsewhere an int32 is stored as float64. Between operations of this file values stay
 * int32, in the lower half of a vector, so that a cipher converts its key and its counter once.
 */

export type Int32Operation = Extract<LaneOperation, "wrappingAdd" | "xor" | "rotate" | "shiftRight">;

/** The local that holds an operand as int32. */
type Operand = (index: number) => number;

type Pattern = (asm: Assembler, operand: Operand, bits: number) => void;

const pairwise =
  (instruction: readonly number[]): Pattern =>
  (asm, operand) => {
    const [x, y] = [operand(0), operand(1)];
    asm.get(x);
    asm.get(y);
    asm.op(instruction);
  };

const shift = (asm: Assembler, x: number, bits: number, instruction: readonly number[]): void => {
  asm.get(x);
  asm.i32(bits);
  asm.op(instruction);
};

const patterns: Readonly<Record<Int32Operation, Pattern>> = {
  wrappingAdd: pairwise(op.i32x4Add),
  xor: pairwise(op.xor),
  rotate: (asm, operand, bits) => {
    const x = operand(0);
    shift(asm, x, bits, op.i32x4Shl);
    shift(asm, x, 32 - bits, op.i32x4ShrU);
    asm.op(op.or);
  },
  shiftRight: (asm, operand, bits) => shift(asm, operand(0), bits, op.i32x4ShrU),
};

export const isInt32Operation = (operation: LaneOperation): operation is Int32Operation => operation in patterns;

/** The pattern of an instruction on int32; undefined for others. */
export const int32Pattern = (step: Instruction): Pattern | undefined =>
  step.kind === "apply" && isInt32Operation(step.operation) ? patterns[step.operation] : undefined;

/** Whether a function's result is an int32, and never -0. */
export const givesInt32 = ({ instructions }: ScalarFunction): boolean => {
  const given = (id: number): boolean => {
    const step = instructions[id];
    if (step?.kind !== "apply") return false;
    const [, yes = -1, no = -1] = step.arguments;
    return step.operation === "select" ? given(yes) && given(no) : isInt32Operation(step.operation);
  };
  return given(instructions.length - 1);
};
