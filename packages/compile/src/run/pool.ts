import { type Memory, pageBytes } from "../wasm/backend.ts";
import { type Heap, openHeap } from "./heap.ts";

/* The memories of the programs of one function, which has a program for each shape of its arguments. */

/** A program that has a memory, until it is told to leave it. */
export interface Tenant {
  readonly leave: () => void;
}

export interface Pool {
  /**
   * A memory of at least this many pages; undefined if there is not enough memory. Other tenants may have to leave their
   * memories, the longest unused first.
   */
  readonly enter: (tenant: Tenant, pages: number) => { readonly memory: Memory; readonly heap: Heap } | undefined;
  /** Notes that a memory is used. */
  readonly touch: (tenant: Tenant) => void;
  /** Forgets a tenant that will not run again. */
  readonly drop: (tenant: Tenant) => void;
  /** The bytes of all memories. */
  readonly bytes: () => number;
}

/** The most bytes that are held beside the largest memory. */
export const mostSpareBytes = 2 ** 26;

export const openPool = (): Pool => {
  /** The memory that was used least recently comes first. */
  const memories = new Map<Tenant, Memory>();
  const sizes = (): readonly number[] => [...memories.values()].map(({ buffer }) => buffer.byteLength);

  /** Makes tenants leave until a memory of this size may be opened; gives a memory of about this size that was left. */
  const evictFor = (bytes: number): Memory | undefined => {
    let left: Memory | undefined;
    for (const [tenant, memory] of memories) {
      const all = [bytes, ...sizes()];
      if (all.reduce((sum, size) => sum + size) <= Math.max(...all) + mostSpareBytes) break;
      memories.delete(tenant);
      tenant.leave();
      const { byteLength } = memory.buffer;
      if (byteLength >= bytes / 2 && byteLength <= 2 * bytes) left = memory;
    }
    return left;
  };

  return {
    enter: (tenant, pages) => {
      const opened = openHeap(pages, evictFor(pages * pageBytes));
      if (opened !== undefined) memories.set(tenant, opened.memory);
      return opened;
    },
    touch: (tenant) => {
      const memory = memories.size > 1 ? memories.get(tenant) : undefined;
      if (memory === undefined) return;
      memories.delete(tenant);
      memories.set(tenant, memory);
    },
    drop: (tenant) => {
      memories.delete(tenant);
    },
    bytes: () => sizes().reduce((sum, size) => sum + size, 0),
  };
};
