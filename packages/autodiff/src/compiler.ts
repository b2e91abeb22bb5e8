/** What a compiler of programs needs: for `@gradfold/compile`, not for everyday programs. */
export { evaluateProgram } from "./evaluate.ts";
export { type Equation, type Program, resultsOf } from "./program.ts";
export type { Control, Compound } from "./compound.ts";
export { simplifyProgram } from "./simplify.ts";
export { traceLeaves } from "./trace.ts";
