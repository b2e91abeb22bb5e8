import type { DType } from "@gradfold/core";
import type { Combine } from "@gradfold/core/transform";
import { type Code, type Constant, op, splat32, splat64 } from "../wasm/assembler.ts";
import type { Held } from "../wasm/local.ts";
import { isSingleVector } from "./promotion.ts";
import { emitWrap, emitWrappingProduct } from "./wrap.ts";

/** How a reduction joins vectors of the elements of one dtype. */
export interface Monoid {
  /** Bytes to an element. */
  readonly width: number;
  /** What changes no bit of the other operand. */
  readonly identity: Constant;
  /** Two vectors on the stack become one. */
  readonly join: (code: Code, held: Held) => void;
  /** Brings what a local holds back among the dtype's numbers, after so many elements as a block has. */
  readonly settle: (code: Code, held: Held, local: number) => void;
}

const identities: Readonly<Record<Combine, number>> = {
  // -0 + x is x, while +0 + -0 is +0.
  add: -0,
  multiply: 1,
  maximum: -Infinity,
  minimum: Infinity,
};

const single: Readonly<Record<Combine, readonly number[]>> = {
  add: op.f32Add,
  multiply: op.f32Mul,
  maximum: op.f32Max,
  minimum: op.f32Min,
};

const double: Readonly<Record<Combine, readonly number[]>> = {
  add: op.f64Add,
  multiply: op.f64Mul,
  maximum: op.f64Max,
  minimum: op.f64Min,
};

/** Sums of whole numbers are exact over a block, and wrapped behind it; products wrap at once. */
export const monoidOf = (combine: Combine, dtype: DType): Monoid => {
  const isSingle = isSingleVector(dtype);
  const isWhole = dtype === "int32";
  const instruction = (isSingle ? single : double)[combine];
  return {
    width: isSingle ? 4 : 8,
    identity: (isSingle ? splat32 : splat64)(identities[combine]),
    join: isWhole && combine === "multiply" ? emitWrappingProduct : (code) => code.op(instruction),
    settle: (code, held, local) => {
      if (!isWhole || combine !== "add") return;
      code.get(local);
      emitWrap(code, held);
      code.set(local);
    },
  };
};
