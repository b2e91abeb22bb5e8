/* The name space `program`: what can be done with one. */

export { evaluateProgram as evaluate } from "./evaluate.ts";
export { printProgram as print } from "./program.ts";
export { simplifyProgram as simplify } from "./simplify.ts";
