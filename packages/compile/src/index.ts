export type { Backend } from "./backend.ts";
export { explain } from "./explain.ts";
export { jit } from "./jit.ts";
export { scan } from "./scan.ts";
