import { fewBytes } from "../memory/plan.ts";
import type { Assembler } from "./assembler.ts";
import type { Expression } from "./expression.ts";

/* Copies within memory: a few vectors, or one instruction for many bytes. */

/** Copies bytes; up to 15 more may be written behind the last one. */
export const emitCopy = (asm: Assembler, bytes: number, to: Expression, from: Expression): void => {
  if (bytes > fewBytes) return emitCopyLong(asm, bytes, to, from);
  for (let at = 0; at < bytes; at += 16) emitCopyVector(asm, to, from, at);
};

/** Copies bytes and writes none behind the last one. */
export const emitCopyExactly = (asm: Assembler, bytes: number, to: Expression, from: Expression): void => {
  if (bytes > fewBytes) return emitCopyLong(asm, bytes, to, from);
  let at = 0;
  for (; at + 16 <= bytes; at += 16) emitCopyVector(asm, to, from, at);
  for (const [width, load, store] of [[8, "loadF64", "storeF64"] as const, [4, "loadF32", "storeF32"] as const]) {
    if (at + width > bytes) continue;
    to();
    from();
    asm.scalar(load, at);
    asm.scalar(store, at);
    at += width;
  }
};

const emitCopyVector = (asm: Assembler, to: Expression, from: Expression, at: number): void => {
  to();
  from();
  asm.memory("load", at);
  asm.memory("store", at);
};

const emitCopyLong = (asm: Assembler, bytes: number, to: Expression, from: Expression): void => {
  to();
  from();
  asm.i32(bytes);
  asm.copy();
};
