import type { DType } from "@gradfold/core";
import type { Combine } from "@gradfold/core/compiler";
import type { Assembler } from "../wasm/assembler.ts";
import { type Constant, splat32, splat64 } from "../wasm/constant.ts";
import { op } from "../wasm/opcode.ts";
import type { Hoist } from "../wasm/local.ts";
import { isSingleVector } from "./promotion.ts";
import { emitWrap, emitWrappingProduct } from "./wrap.ts";

/** How a reduction joins vectors of the elements of one dtype. */
export interface Monoid {
  /** Bytes to an element. */
  readonly width: number;
  /** The operand that changes no bit of the other one. */
  readonly identity: Constant;
  /** Two vectors on the stack become one. */
  readonly join: (asm: Assembler, hoist: Hoist) => void;
  /** Wraps the sum of a block of int32, which a local holds. */
  readonly settle: (asm: Assembler, hoist: Hoist, local: number) => void;
}

const identities: Readonly<Record<Combine, number>> = {
  // -0 + x is x, while +0 + -0 is +0.
  add: -0,
  multiply: 1,
  maximum: -Infinity,
  minimum: Infinity,
};

const single: Readonly<Record<Combine, readonly number[]>> = {
  add: op.f32x4Add,
  multiply: op.f32x4Mul,
  maximum: op.f32x4Max,
  minimum: op.f32x4Min,
};

const double: Readonly<Record<Combine, readonly number[]>> = {
  add: op.f64x2Add,
  multiply: op.f64x2Mul,
  maximum: op.f64x2Max,
  minimum: op.f64x2Min,
};

/** The monoid of a reduction. Sums of int32 are exact over a block, and wrapped behind it; products wrap at once. */
export const monoidOf = (combine: Combine, dtype: DType): Monoid => {
  const isSingle = isSingleVector(dtype);
  const isInteger = dtype === "int32";
  const instruction = (isSingle ? single : double)[combine];
  return {
    width: isSingle ? 4 : 8,
    identity: (isSingle ? splat32 : splat64)(identities[combine]),
    join: isInteger && combine === "multiply" ? emitWrappingProduct : (asm) => asm.op(instruction),
    settle: (asm, hoist, local) => {
      if (!isInteger || combine !== "add") return;
      asm.get(local);
      emitWrap(asm, hoist);
      asm.set(local);
    },
  };
};
