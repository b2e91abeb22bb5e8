import type { DType } from "@gradfold/core";
import { widthOf } from "../graph/bytes.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { op } from "../wasm/opcode.ts";
import { toLocal } from "../wasm/local.ts";

/* Between four float32 and two pairs of float64. */

const upperToLower = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const lowerOfBoth = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** Four float32 as two pairs of float64. */
export const emitPromotion = (asm: Assembler, x: number): readonly number[] => {
  asm.get(x);
  asm.op(op.f64x2PromoteLow);
  const low = toLocal(asm);
  asm.get(x);
  asm.get(x);
  asm.shuffle(upperToLower);
  asm.op(op.f64x2PromoteLow);
  return [low, toLocal(asm)];
};

/** Two pairs of float64 as four float32, each rounded once. */
export const emitDemotion = (asm: Assembler, [low = 0, high = 0]: readonly number[]): readonly number[] => {
  asm.get(low);
  asm.op(op.f32x4Demote);
  asm.get(high);
  asm.op(op.f32x4Demote);
  asm.shuffle(lowerOfBoth);
  return [toLocal(asm)];
};

/** Whether four elements are one vector of float32, rather than two of float64. */
export const isSingleVector = (dtype: DType): boolean => widthOf(dtype) === 4;
