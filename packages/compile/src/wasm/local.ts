import type { Code, Constant } from "./assembler.ts";

/* Vectors in locals. */

/** Gives the local that holds a constant. */
export type Held = (constant: Constant) => number;

/** Puts the vector on the stack into a new local. */
export const emitKept = (code: Code): number => {
  const result = code.local("v128");
  code.set(result);
  return result;
};
