/** The back end that runs a compiled function: WebAssembly, or none, where it runs operation by operation. */
export type Backend = "wasm" | "eager";
