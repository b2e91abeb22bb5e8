import { op, openFunction, splat32 } from "./assembler.ts";
import { encodeModule } from "./encode.ts";

/** What runs a compiled function. */
export type Backend = "wasm" | "eager";

/** A module that an engine without SIMD refuses. */
const sample = (): Uint8Array<ArrayBuffer> => {
  const asm = openFunction(0);
  const local = asm.local("v128");
  asm.constant(splat32(1));
  asm.tee(local);
  asm.get(local);
  asm.op(op.f32x4Add);
  asm.set(local);
  return encodeModule([asm.finish()]);
};

/** WebAssembly, where there is one with SIMD. */
export const backend = (): Backend =>
  typeof WebAssembly === "object" && WebAssembly.validate(sample()) ? "wasm" : "eager";
