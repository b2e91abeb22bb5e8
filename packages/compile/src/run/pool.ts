import { type Heap, openHeap, pageBytes } from "./heap.ts";

/* The memories of the programs of one function, such as those for arguments of several shapes. */

/** Who has a memory, until it is told to leave. */
export interface Tenant {
  readonly leave: () => void;
}

export interface Pool {
  /**
   * A memory of so many pages; undefined if there is none. Others may have to leave theirs, the longest unused first.
   */
  readonly enter: (
    tenant: Tenant,
    pages: number,
  ) => { readonly memory: WebAssembly.Memory; readonly heap: Heap } | undefined;
  /** Notes that a memory is used. */
  readonly touch: (tenant: Tenant) => void;
  /** Forgets who will not run again. */
  readonly drop: (tenant: Tenant) => void;
  /** How many bytes all memories hold. */
  readonly bytes: () => number;
}

/** At most so many bytes are held beside the largest memory. */
export const mostSpareBytes = 2 ** 26;

export const openPool = (): Pool => {
  /** The memory that was used least recently comes first. */
  const memories = new Map<Tenant, WebAssembly.Memory>();
  const sizes = (): readonly number[] => [...memories.values()].map(({ buffer }) => buffer.byteLength);

  /** Makes room for so many bytes; gives a memory that was left and is about as large. */
  const makeRoom = (bytes: number): WebAssembly.Memory | undefined => {
    let left: WebAssembly.Memory | undefined;
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
      const opened = openHeap(pages, makeRoom(pages * pageBytes));
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
