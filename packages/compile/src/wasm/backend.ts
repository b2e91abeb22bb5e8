import { openFunction, op, splat32 } from "./assembler.ts";
import { encodeModule } from "./encode.ts";

/** What runs a compiled function. */
export type Backend = "wasm" | "eager";

/** A module that an engine without SIMD refuses. */
const sample = (): Uint8Array<ArrayBuffer> => {
  const code = openFunction(0);
  const local = code.local("v128");
  code.constant(splat32(1));
  code.tee(local);
  code.get(local);
  code.op(op.f32Add);
  code.set(local);
  return encodeModule([code.finish()]);
};

/** WebAssembly, where there is one with SIMD. */
export const backend = (): Backend =>
  typeof WebAssembly === "object" && WebAssembly.validate(sample()) ? "wasm" : "eager";
