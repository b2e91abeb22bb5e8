import type { LaneOperation, ScalarFunction } from "@gradfold/core/compiler";
import type { Assembler } from "../wasm/assembler.ts";
import { splat64 } from "../wasm/constant.ts";
import { op } from "../wasm/opcode.ts";
import type { Hoist } from "../wasm/local.ts";
import { comparisons } from "./inference.ts";

/* int32 in lanes of float64, which hold sums of int32 exactly before they wrap. */

/** An integer plus this number has the integer in its low bits. */
export const integerShift = 1.5 * 2 ** 52;

const lowHalves = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

/** The low 32 bits of integers below 2^51, in the lower half of a vector; 0 for numbers that are not finite. */
const emitLowInt32 = (asm: Assembler, hoist: Hoist): void => {
  const shifted = asm.local("v128");
  asm.get(hoist(splat64(integerShift)));
  asm.op(op.f64x2Add);
  asm.tee(shifted);
  asm.get(shifted);
  asm.shuffle(lowHalves);
};

/** Wraps integers to int32. */
export const emitWrap = (asm: Assembler, hoist: Hoist): void => {
  emitLowInt32(asm, hoist);
  asm.op(op.f64x2ConvertLow);
};

/** The product of two vectors of int32, which wraps. */
export const emitWrappingProduct = (asm: Assembler, hoist: Hoist): void => {
  const right = asm.local("v128");
  emitLowInt32(asm, hoist);
  asm.set(right);
  emitLowInt32(asm, hoist);
  asm.get(right);
  asm.op(op.i32x4Mul);
  asm.op(op.f64x2ConvertLow);
};

/** Operations whose result is an int32, and not -0, if their operands are. */
const closed: ReadonlySet<LaneOperation> = new Set<LaneOperation>([
  ...comparisons,
  "select",
  "truth",
  "min",
  "max",
  "pmin",
  "pmax",
]);

/** Whether a function of int32 gives an int32 without wrapping. */
export const staysInt32 = ({ instructions }: ScalarFunction): boolean =>
  instructions.every((step) => {
    if (step.kind === "argument") return true;
    if (step.kind === "constant") return Object.is(step.value | 0, step.value);
    return step.kind === "apply" && closed.has(step.operation);
  });
