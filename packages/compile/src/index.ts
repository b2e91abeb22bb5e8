export type { Backend } from "./wasm/kind.ts";
export { explain } from "./front/explain.ts";
export { jit } from "./front/jit.ts";
export { scan } from "./front/scan.ts";
