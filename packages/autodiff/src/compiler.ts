/** What a compiler of programs needs: for `@gradfold/compile`, not for everyday programs. */
export { checkAlone, checkCallback, checkReturned } from "./callback.ts";
export { evaluateProgram } from "./evaluate.ts";
export { inlineProgram } from "./inline.ts";
export { argumentPlace, type Place, placeIn, resultPlace } from "./place.ts";
export { type Equation, nameOf, printProgram, type Program } from "./program.ts";
export type { Control } from "./compound.ts";
export { simplifyProgram } from "./simplify.ts";
export { traceLeaves } from "./trace.ts";
