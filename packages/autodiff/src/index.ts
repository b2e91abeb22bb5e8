export { grad, valueAndGrad } from "./grad.ts";
export type { Argument } from "./static.ts";
export { stopGradient } from "./stop.ts";
export { vjp } from "./vjp.ts";
