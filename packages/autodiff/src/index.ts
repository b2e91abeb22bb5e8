export { grad, valueAndGrad } from "./grad.ts";
export type { Equation, Program, ScanLoop } from "./program.ts";
export * as program from "./programs.ts";
export { type Row, scan, type Stacked } from "./scan.ts";
export type { Argument } from "./static.ts";
export { stopGradient } from "./stop.ts";
export { trace } from "./trace.ts";
export { vjp } from "./vjp.ts";
