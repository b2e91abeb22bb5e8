import type { Assembler } from "./assembler.ts";
import type { Constant } from "./constant.ts";

/* Vectors in locals. */

/** The local that holds a constant, which is set in front of the loop. */
export type Hoist = (constant: Constant) => number;

/** Pops the vector on the stack into a new local. */
export const toLocal = (asm: Assembler): number => {
  const result = asm.local("v128");
  asm.set(result);
  return result;
};
