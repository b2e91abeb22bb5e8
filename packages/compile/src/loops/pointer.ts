import type { Graph } from "../graph/graph.ts";
import { addressIn, type MemoryPlan } from "../memory/plan.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { op } from "../wasm/opcode.ts";
import type { Hoist } from "../wasm/local.ts";

/*
 * Loop nests, and addresses inside of them. Accesses of equal strides share a pointer, and differ by a constant offset.
 */

/** An address: a pointer plus a constant offset. A constant address has no pointer. */
export interface Address {
  readonly pointer: number | undefined;
  readonly offset: number;
}

/** The base address of a value: a constant, or an address in a local plus an offset. */
export interface Base {
  readonly local: number | undefined;
  readonly offset: number;
}

export const constantBase = (offset: number): Base => ({ local: undefined, offset });

/** The base address plus an offset. */
export const offsetBy = ({ local, offset }: Base, bytes: number): Base => ({ local, offset: offset + bytes });

interface Pointer {
  readonly local: number;
  readonly start: Base;
  /** Byte strides along the axes of the nest. */
  readonly steps: readonly number[];
}

export interface Pointers {
  /** An address with a base and byte strides. All are requested before the nest begins. */
  readonly address: (base: Base, steps: readonly number[]) => Address;
  /** Sets every pointer by the counters of the outer axes. */
  readonly seek: (counters: readonly number[]) => void;
  /** Advances every pointer along an axis by `count`, times the counter if there is one. */
  readonly advance: (axis: number, count: number, counter?: number) => void;
}

/** Adds a step, times the counter if there is one, to the number on the stack. */
const emitAdd = (asm: Assembler, step: number, counter?: number): void => {
  if (counter !== undefined) asm.get(counter);
  asm.i32(step);
  if (counter !== undefined) asm.op(op.i32Mul);
  asm.op(op.i32Add);
};

/** Puts a base address on the stack. */
export const emitBase = (asm: Assembler, { local, offset }: Base): void => {
  if (local === undefined) {
    asm.i32(offset);
    return;
  }
  asm.get(local);
  if (offset !== 0) emitAdd(asm, offset);
};

export const openPointers = (asm: Assembler): Pointers => {
  const pointers = new Map<string, Pointer>();
  return {
    address: ({ local, offset }, steps) => {
      if (steps.every((step) => step === 0)) return { pointer: local, offset };
      // WebAssembly's address plus offset does not wrap: the pointer of negative strides holds the base's offset.
      const start = { local, offset: steps.some((step) => step < 0) ? offset : 0 };
      const key = `${local ?? ""} ${start.offset} ${steps.join()}`;
      const pointer = pointers.get(key) ?? { local: asm.local("i32"), start, steps };
      pointers.set(key, pointer);
      return { pointer: pointer.local, offset: offset - start.offset };
    },
    seek: (counters) => {
      for (const { local, start, steps } of pointers.values()) {
        emitBase(asm, start);
        counters.forEach((counter, axis) => {
          const step = steps[axis] ?? 0;
          if (step !== 0) emitAdd(asm, step, counter);
        });
        asm.set(local);
      }
    },
    advance: (axis, count, counter) => {
      for (const { local, steps } of pointers.values()) {
        const step = (steps[axis] ?? 0) * count;
        if (step === 0) continue;
        asm.get(local);
        emitAdd(asm, step, counter);
        asm.set(local);
      }
    },
  };
};

/** Puts an address plus some bytes on the stack, but for a constant offset, which it returns for the access. */
export const pushAddress = (asm: Assembler, { pointer, offset }: Address, bytes: number): number => {
  if (pointer === undefined) {
    asm.i32(0);
    return offset + bytes;
  }
  asm.get(pointer);
  if (offset + bytes >= 0) return offset + bytes;
  emitAdd(asm, offset + bytes);
  return 0;
};

/** Emits loops over axes, outermost first; the body is given a counter for each. */
export const emitLoopNest = (
  asm: Assembler,
  sizes: readonly number[],
  body: (counters: readonly number[]) => void,
): void => {
  const nest = (counters: readonly number[]): void => {
    const size = sizes[counters.length];
    if (size === undefined) {
      body(counters);
      return;
    }
    const counter = asm.local("i32");
    asm.i32(0);
    asm.set(counter);
    asm.repeat(() => {
      nest([...counters, counter]);
      asm.get(counter);
      asm.i32(1);
      asm.op(op.i32Add);
      asm.tee(counter);
      asm.i32(size);
      asm.op(op.i32LtU);
    });
  };
  nest([]);
};

/** The base address of a value. The addresses of relocated inputs are in the function's first locals. */
export type BaseOf = (value: number) => Base;

export const baseIn = (plan: MemoryPlan, graph: Graph): BaseOf => {
  const addressOf = addressIn(plan, graph);
  return (id) => {
    const local = plan.parameters.get(id);
    return local === undefined ? constantBase(addressOf(id)) : { local, offset: 0 };
  };
};

/** The context that the loop nests of a kernel share: the function, the constants in front of it, and the buffers' addresses. */
export interface LoopContext {
  readonly asm: Assembler;
  readonly hoist: Hoist;
  readonly baseOf: BaseOf;
}
