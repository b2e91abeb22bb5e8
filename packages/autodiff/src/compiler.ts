/** What a compiler of programs needs: for `@gradfold/compile`, not for everyday programs. */
export { checkAlone, checkCallback, checkReturned } from "./callback.ts";
export { evaluateProgram } from "./evaluate.ts";
export { inlineProgram } from "./inline.ts";
export { argumentPlace, type Place, placeIn, resultPlace } from "./place.ts";
export { nameOf, printProgram } from "./print.ts";
export type { Control, Equation, Program } from "./program.ts";
export { simplifyProgram } from "./simplify.ts";
export { traceLeaves, UnboundedError } from "./trace.ts";
