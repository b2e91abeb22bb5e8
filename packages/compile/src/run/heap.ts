import type { DType } from "@gradfold/core";
import { isErrorOf } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import { type Memory, openMemory, pageBytes } from "../wasm/backend.ts";
import { openAllocator, paddingAtEnd, type Span } from "../memory/allocator.ts";

/* A program's memory: the buffers of the memory plan, and cached arguments behind them. */

/** Views of a memory. They are replaced when it grows. */
export interface Heap {
  readonly single: Float32Array;
  readonly double: Float64Array;
  /** A span behind the program's own memory; undefined if there is none left. */
  readonly allocate: (bytes: number) => Span | undefined;
  readonly release: (span: Span) => void;
}

/** At most this many bytes of arguments are cached for a program. */
export const mostCachedBytes = 2 ** 26;

/** A request for memory, which throws a RangeError if there is not enough; undefined then. */
const ifThereIs = <A>(ask: () => A): A | undefined => {
  try {
    return ask();
  } catch (e) {
    if (isErrorOf(e, "RangeError")) return undefined;
    throw e;
  }
};

/** A memory that was used before, grown to at least this many pages; undefined if it cannot grow to them. */
const grown = (memory: Memory, pages: number): Memory | undefined => {
  const missing = pages - memory.buffer.byteLength / pageBytes;
  return missing <= 0 || ifThereIs(() => memory.grow(missing)) !== undefined ? memory : undefined;
};

/** Opens a memory whose first pages are the program's own; cached arguments are behind them. */
const openViews = (memory: Memory, pages: number): Heap => {
  const { allocate, release, end } = openAllocator();
  const own = pages * pageBytes;
  let used = 0;
  let most = mostCachedBytes;

  /** Grows the memory to hold all spans; false if there is not enough memory. */
  const grow = (): boolean => {
    const missing = Math.ceil((own + end() + paddingAtEnd - memory.buffer.byteLength) / pageBytes);
    if (missing <= 0) return true;
    // By doubling, so that a memory that is copied when it grows is copied a few times only.
    const more = Math.max(missing, (memory.buffer.byteLength - own) / pageBytes);
    if (ifThereIs(() => memory.grow(more)) === undefined) return false;
    heap.single = new Float32Array(memory.buffer);
    heap.double = new Float64Array(memory.buffer);
    return true;
  };

  const heap = {
    single: new Float32Array(memory.buffer),
    double: new Float64Array(memory.buffer),
    allocate: (bytes: number): Span | undefined => {
      if (used + bytes > most) return undefined;
      const span = allocate(bytes);
      if (!grow()) {
        release(span);
        // A request that fails takes long, so it is the last one.
        most = used;
        return undefined;
      }
      used += span.bytes;
      return { address: own + span.address, bytes: span.bytes };
    },
    release: ({ address, bytes }: Span): void => {
      used -= bytes;
      release({ address: address - own, bytes });
    },
  };
  return heap;
};

/**
 * A memory of at least this many pages, and its views; undefined if there is not enough memory. `left` is a memory that
 * no program uses any more, and that may be used again.
 */
export const openHeap = (
  pages: number,
  left?: Memory,
): { readonly memory: Memory; readonly heap: Heap } | undefined => {
  const memory = (left && grown(left, pages)) ?? ifThereIs(() => openMemory(pages));
  return memory === undefined ? undefined : { memory, heap: openViews(memory, pages) };
};

export const windowOf = ({ single, double }: Heap, dtype: DType): Float32Array | Float64Array =>
  widthOf(dtype) === 4 ? single : double;
