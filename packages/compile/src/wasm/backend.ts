import { openFunction } from "./assembler.ts";
import { splat32 } from "./constant.ts";
import { encodeModule } from "./encode.ts";
import type { Backend } from "./kind.ts";
import { op } from "./opcode.ts";

/*
 * The back end as the rooms `run` and `front` see it: whether there is one, the code that it loads, and the memory in
 * which it starts it. No file there names WebAssembly.
 */

/** Code that an engine has compiled. */
export type Code = WebAssembly.Module;

/** A memory that can grow. */
export type Memory = WebAssembly.Memory;

export const pageBytes = 65536;

/** The bytes that an address of 32 bits reaches. */
export const mostBytes = 2 ** 32;

/** Loads the bytes of a module. */
export const load = (bytes: Uint8Array<ArrayBuffer>): Code => new WebAssembly.Module(bytes);

/** A new memory. @throws RangeError if there is not enough memory */
export const openMemory = (pages: number): Memory => new WebAssembly.Memory({ initial: pages });

/** Starts code in a memory: gives its only function, of the addresses of the relocated inputs, without results. */
export const start = (code: Code, memory: Memory): unknown =>
  new WebAssembly.Instance(code, { m: { m: memory } }).exports["run"];

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
