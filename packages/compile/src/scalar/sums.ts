import type { DType } from "@gradfold/core";
import { fewBytes } from "../memory/plan.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";
import type { Hoist } from "../wasm/local.ts";
import { op } from "../wasm/opcode.ts";
import { isSingleVector } from "./promotion.ts";
import { emitWrap } from "./wrap.ts";

/* Sums of elements in bulk, as vectors. */

const pieces = [
  { bytes: 16, load: "load", store: "store", lane: undefined },
  { bytes: 8, load: "splat8", store: "store8Lane", lane: 0 },
  { bytes: 4, load: "splat4", store: "store4Lane", lane: 0 },
] as const;

/** The bytes of an iteration of a loop over many. */
const blockBytes = 64;

/** Adds what is at one address to what is at another, from one offset to the next. */
type Add = (from: number, end: number, target: Expression, source: Expression) => void;

const openAdd =
  (asm: Assembler, dtype: DType, hoist: Hoist): Add =>
  (from, end, target, source) => {
    let at = from;
    for (const { bytes, load, store, lane } of pieces)
      for (; at + bytes <= end; at += bytes) {
        for (const push of [target, target]) push();
        asm.memory(load, at);
        source();
        asm.memory(load, at);
        asm.op(isSingleVector(dtype) ? op.f32x4Add : op.f64x2Add);
        if (dtype === "int32") emitWrap(asm, hoist);
        asm.memory(store, at, lane);
      }
  };

/** Adds the elements at one address to those at another; each sum is rounded to the dtype. */
export const emitSums = (asm: Assembler, dtype: DType, bytes: number, target: Expression, source: Expression): void =>
  asm.withHoisted((hoist) => {
    const { add, forRange, local, number, variable } = arithmetic(asm);
    const addFrom = openAdd(asm, dtype, hoist);
    const looped = bytes > fewBytes ? bytes - (bytes % blockBytes) : 0;
    if (looped > 0)
      forRange(number(looped), blockBytes, (at) => {
        const passed = (start: Expression): Expression => local(variable(add(start, local(at))));
        addFrom(0, blockBytes, passed(target), passed(source));
      });
    addFrom(looped, bytes, target, source);
  });
