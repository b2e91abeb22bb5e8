import type { Graph } from "../graph/graph.ts";
import { addressIn, type Layout } from "../memory/plan.ts";
import { type Code, op } from "../wasm/assembler.ts";

/* Addresses inside a loop nest. Reads that step alike share a pointer, and differ by a constant offset. */

/** An address: a pointer, if it moves at all, and what is added to it. */
export interface Address {
  readonly pointer: number | undefined;
  readonly offset: number;
}

/** Where a value starts: at a number, or so many bytes behind an address that a local holds. */
export interface Origin {
  readonly local: number | undefined;
  readonly offset: number;
}

export const fixed = (offset: number): Origin => ({ local: undefined, offset });

/** So many bytes further on. */
export const further = ({ local, offset }: Origin, bytes: number): Origin => ({ local, offset: offset + bytes });

interface Pointer {
  readonly local: number;
  readonly start: Origin;
  /** Bytes to the next place along each axis of the nest. */
  readonly steps: readonly number[];
}

export interface Pointers {
  /** An address that starts at an origin. Asked for before the nest begins. */
  readonly address: (origin: Origin, steps: readonly number[]) => Address;
  /** Sets every pointer to where the outer axes' counters say. */
  readonly place: (counters: readonly number[]) => void;
  /** Moves every pointer along an axis; by a multiple of `count`, if there is a counter. */
  readonly move: (axis: number, count: number, counter?: number) => void;
}

export const openPointers = (code: Code): Pointers => {
  const pointers = new Map<string, Pointer>();
  const emitAdd = (step: number, counter: number | undefined): void => {
    if (counter !== undefined) code.get(counter);
    code.i32(step);
    if (counter !== undefined) code.op(op.i32Mul);
    code.op(op.i32Add);
  };
  return {
    address: ({ local, offset }, steps) => {
      if (steps.every((step) => step === 0)) return { pointer: local, offset };
      // The machine does not wrap where it adds an offset: what runs backwards has its base in the pointer.
      const start = { local, offset: steps.some((step) => step < 0) ? offset : 0 };
      const key = `${local ?? ""} ${start.offset} ${steps.join()}`;
      const pointer = pointers.get(key) ?? { local: code.local("i32"), start, steps };
      pointers.set(key, pointer);
      return { pointer: pointer.local, offset: offset - start.offset };
    },
    place: (counters) => {
      for (const { local, start, steps } of pointers.values()) {
        if (start.local === undefined) code.i32(start.offset);
        else {
          code.get(start.local);
          if (start.offset !== 0) emitAdd(start.offset, undefined);
        }
        counters.forEach((counter, axis) => {
          const step = steps[axis] ?? 0;
          if (step !== 0) emitAdd(step, counter);
        });
        code.set(local);
      }
    },
    move: (axis, count, counter) => {
      for (const { local, steps } of pointers.values()) {
        const step = (steps[axis] ?? 0) * count;
        if (step === 0) continue;
        code.get(local);
        emitAdd(step, counter);
        code.set(local);
      }
    },
  };
};

/** Puts an address on the stack, `further` bytes on, and returns the constant offset of the access. */
export const pushAddress = (code: Code, { pointer, offset }: Address, further: number): number => {
  if (pointer === undefined) {
    code.i32(0);
    return offset + further;
  }
  code.get(pointer);
  if (offset + further >= 0) return offset + further;
  code.i32(offset + further);
  code.op(op.i32Add);
  return 0;
};

/** Counts along axes, outermost first, and runs the body with a counter for each. */
export const countAlong = (code: Code, sizes: readonly number[], body: (counters: readonly number[]) => void): void => {
  const nest = (counters: readonly number[]): void => {
    const size = sizes[counters.length];
    if (size === undefined) {
      body(counters);
      return;
    }
    const counter = code.local("i32");
    code.i32(0);
    code.set(counter);
    code.repeat(() => {
      nest([...counters, counter]);
      code.get(counter);
      code.i32(1);
      code.op(op.i32Add);
      code.tee(counter);
      code.i32(size);
      code.op(op.i32Less);
    });
  };
  nest([]);
};

/** Where a value of a program starts. Code is told the addresses of moving inputs in its first locals. */
export type OriginOf = (value: number) => Origin;

export const originIn = (layout: Layout, graph: Graph): OriginOf => {
  const addressOf = addressIn(layout, graph);
  return (id) => {
    const local = layout.parameters.get(id);
    return local === undefined ? fixed(addressOf(id)) : { local, offset: 0 };
  };
};
