import type { DType } from "@gradfold/core";
import { widthOf } from "../graph/bytes.ts";
import { type Code, op } from "../wasm/assembler.ts";
import { emitKept } from "../wasm/local.ts";

/* Between four float32 and two pairs of float64. */

const upperToLower = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const lowerOfBoth = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** Four float32 as two pairs of float64. */
export const emitPromotion = (code: Code, x: number): readonly number[] => {
  code.get(x);
  code.op(op.promoteLow);
  const low = emitKept(code);
  code.get(x);
  code.get(x);
  code.shuffle(upperToLower);
  code.op(op.promoteLow);
  return [low, emitKept(code)];
};

/** Two pairs of float64 as four float32, each rounded once. */
export const emitDemotion = (code: Code, [low = 0, high = 0]: readonly number[]): readonly number[] => {
  code.get(low);
  code.op(op.demote);
  code.get(high);
  code.op(op.demote);
  code.shuffle(lowerOfBoth);
  return [emitKept(code)];
};

/** Whether four elements are one vector of float32, rather than two of float64. */
export const isSingleVector = (dtype: DType): boolean => widthOf(dtype) === 4;
