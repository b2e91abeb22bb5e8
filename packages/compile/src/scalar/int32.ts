import type { Instruction, LaneOperation, ScalarFunction } from "@gradfold/core/transform";
import { type Code, op } from "../wasm/assembler.ts";

/*
 * Operations on 32-bit words. Elsewhere whole numbers are float64; from one such operation to the next they stay words,
 * in the lower half of a vector, so that a cipher converts its key and its counter once.
 */

export type WordOperation = Extract<LaneOperation, "wrappingAdd" | "xor" | "rotate" | "shiftRight">;

/** Gives the local that holds an operand as words. */
type Operand = (index: number) => number;

type Printer = (code: Code, operand: Operand, places: number) => void;

const pairwise =
  (instruction: readonly number[]): Printer =>
  (code, operand) => {
    const [x, y] = [operand(0), operand(1)];
    code.get(x);
    code.get(y);
    code.op(instruction);
  };

const shift = (code: Code, x: number, places: number, instruction: readonly number[]): void => {
  code.get(x);
  code.i32(places);
  code.op(instruction);
};

const printers: Readonly<Record<WordOperation, Printer>> = {
  wrappingAdd: pairwise(op.i32x4Add),
  xor: pairwise(op.xor),
  rotate: (code, operand, places) => {
    const x = operand(0);
    shift(code, x, places, op.i32ShiftLeft);
    shift(code, x, 32 - places, op.i32ShiftRight);
    code.op(op.or);
  },
  shiftRight: (code, operand, places) => shift(code, operand(0), places, op.i32ShiftRight),
};

const isWordOperation = (operation: LaneOperation): operation is WordOperation => operation in printers;

/** What emits a step, if it is one on words. */
export const wordPrinter = (step: Instruction): Printer | undefined =>
  step.kind === "apply" && isWordOperation(step.operation) ? printers[step.operation] : undefined;

/** Whether a function gives words: whole numbers of 32 bits, and never -0. */
export const givesWords = ({ instructions }: ScalarFunction): boolean => {
  const given = (id: number): boolean => {
    const step = instructions[id];
    if (step?.kind !== "apply") return false;
    const [, yes = -1, no = -1] = step.arguments;
    return step.operation === "select" ? given(yes) && given(no) : isWordOperation(step.operation);
  };
  return given(instructions.length - 1);
};
