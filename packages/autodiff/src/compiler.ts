/** What a compiler of programs needs: for `@gradfold/compile`, not for everyday programs. */
export { checkAlone, checkCallback, checkReturned } from "./callback.ts";
export { distinct, type Distinct, openProgram, type Prepare } from "./compounds/program.ts";
export { evaluateProgram } from "./evaluate.ts";
export { inlineProgram } from "./inline.ts";
export { argumentPlace, type Place, placeIn, resultPlace } from "./place.ts";
export type { LeafFunction } from "./leaves.ts";
export { nameOf, printProgram } from "./print.ts";
export { assemble, type Control, type Equation, type Program, resultsOf } from "./program.ts";
export { simplifyProgram } from "./simplify.ts";
export { traceLeaves, UnboundedError } from "./trace.ts";
