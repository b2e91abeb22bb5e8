import type { DType } from "@gradfold/core";
import { isErrorOf } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
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

export const pageBytes = 65536;

/** At most this many bytes of arguments are cached for a program. */
export const mostCachedBytes = 2 ** 26;

/** Asking for more memory than there is throws a RangeError. */
const ifThereIs = <A>(ask: () => A): A | undefined => {
  try {
    return ask();
  } catch (e) {
    if (isErrorOf(e, "RangeError")) return undefined;
    throw e;
  }
};

/** A memory of so many pages at least, if one that was used before can grow to them. */
const grown = (memory: WebAssembly.Memory, pages: number): WebAssembly.Memory | undefined => {
  const missing = pages - memory.buffer.byteLength / pageBytes;
  return missing <= 0 || ifThereIs(() => memory.grow(missing)) !== undefined ? memory : undefined;
};

/**
 * So many pages, and how they are seen; undefined if there is not so much memory. One that nobody uses any more may be
 * used again.
 */
export const openHeap = (
  pages: number,
  left?: WebAssembly.Memory,
): { readonly memory: WebAssembly.Memory; readonly heap: Heap } | undefined => {
  const memory = (left && grown(left, pages)) ?? ifThereIs(() => new WebAssembly.Memory({ initial: pages }));
  if (memory === undefined) return undefined;
  const { allocate, release, end } = openAllocator();
  const own = pages * pageBytes;
  let used = 0;
  let most = mostCachedBytes;
  const heap = {
    single: new Float32Array(memory.buffer),
    double: new Float64Array(memory.buffer),
    allocate: (bytes: number): Span | undefined => {
      if (used + bytes > most) return undefined;
      const span = allocate(bytes);
      const missing = Math.ceil((own + end() + paddingAtEnd - memory.buffer.byteLength) / pageBytes);
      if (missing > 0) {
        // By doubling, so that a memory that is copied when it grows is copied a few times only.
        const more = Math.max(missing, (memory.buffer.byteLength - own) / pageBytes);
        if (ifThereIs(() => memory.grow(more)) === undefined) {
          release(span);
          // To ask again and again would take long.
          most = used;
          return undefined;
        }
        heap.single = new Float32Array(memory.buffer);
        heap.double = new Float64Array(memory.buffer);
      }
      used += span.bytes;
      return { address: own + span.address, bytes: span.bytes };
    },
    release: ({ address, bytes }: Span): void => {
      used -= bytes;
      release({ address: address - own, bytes });
    },
  };
  return { memory, heap };
};

export const windowOf = ({ single, double }: Heap, dtype: DType): Float32Array | Float64Array =>
  widthOf(dtype) === 4 ? single : double;
