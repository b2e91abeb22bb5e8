import type { DType, NDArray } from "@gradfold/core";
import { allocate, compact, contiguous, isFloat, layoutOf, sizeOf, type Store, view } from "@gradfold/core/transform";
import type { Value } from "./graph.ts";
import { bytesOf, isTogether, widthOf } from "./layout.ts";

/* Elements on their way into a program's memory and out of it. */

/** Windows on a memory that never grows. */
export interface Windows {
  readonly buffer: ArrayBuffer;
  readonly single: Float32Array;
  readonly double: Float64Array;
}

/** So few elements are copied one by one. */
const fewElements = 16;

const windowOf = ({ single, double }: Windows, dtype: DType): Float32Array | Float64Array =>
  widthOf(dtype) === 4 ? single : double;

/** Writes an array, or the one element that stands for all, at an address. */
export const copyIn = (windows: Windows, x: NDArray, address: number, splat: boolean): void => {
  const elements = view(x, "jit");
  const { data, offset, stride } = elements;
  const to = windowOf(windows, x.dtype);
  const start = address / widthOf(x.dtype);
  const n = splat ? 1 : sizeOf(x.shape);
  const isRun = n === 1 || layoutOf(x) === "rows" || (stride.length === 1 && stride[0] === 1);
  if (!isRun) to.set(compact(elements, x.dtype), start);
  else if (n <= fewElements) for (let i = 0; i < n; i++) to[start + i] = data[offset + i] ?? 0;
  else to.set(data.length === n ? data : data.subarray(offset, offset + n), start);
};

/** Copies elements from one address to another. */
export const copyOver = (windows: Windows, { dtype, shape }: Value, from: number, to: number): void => {
  const window = windowOf(windows, dtype);
  const [source, target] = [from / widthOf(dtype), to / widthOf(dtype)];
  const n = sizeOf(shape);
  if (n > fewElements) window.copyWithin(target, source, source + n);
  else for (let i = 0; i < n; i++) window[target + i] = window[source + i] ?? 0;
};

const copyOut = (windows: Windows, dtype: DType, address: number, n: number): Store => {
  const from = windowOf(windows, dtype);
  const start = address / widthOf(dtype);
  if (n > fewElements && isFloat(dtype)) {
    // Made of a window, an array is written once; `slice`, or an empty array first, would fill it with zeros before.
    const window = from.subarray(start, start + n);
    return window instanceof Float32Array ? new Float32Array(window) : new Float64Array(window);
  }
  const out = allocate(dtype, n);
  for (let i = 0; i < n; i++) out[i] = from[start + i] ?? 0;
  return out;
};

/** From so many bytes on, an allocator asks the system for memory. */
const manyBytes = 131072;

/**
 * Makes room for results of megabytes to be dropped and made again at every call. glibc gives what is freed back to the
 * system, and gets it anew page by page, at more than the results' computing costs, until it has once freed a block of
 * up to 32 MiB: then it keeps twice that. This block is never touched, so it is addresses and no memory.
 */
const keepFreedMemory = (all: readonly Made[]): void => {
  // oxlint-disable-next-line no-new -- it is there to be freed
  if (all.some(({ value }) => bytesOf(value) >= manyBytes)) new ArrayBuffer(32_000_000);
};

/** A result in memory. */
export interface Made {
  readonly value: Value;
  readonly address: number;
}

/**
 * Copies results out as fresh arrays. A buffer of a few hundred bytes costs a microsecond, a window on one a thirtieth
 * of that: results of a middling size, which lie side by side, get one buffer together.
 */
export const copierOf = (windows: Windows, all: readonly Made[]): (() => readonly NDArray[]) => {
  const together = all.filter(({ value }) => isTogether(value));
  const start = Math.min(...together.map(({ address }) => address));
  const end = Math.max(...together.map(({ value, address }) => address + bytesOf(value)));
  const isShared = together.length > 1;
  keepFreedMemory(all);
  const makers = all.map(({ value, address }): ((shared: ArrayBuffer | undefined) => NDArray) => {
    const { shape, dtype } = value;
    const n = sizeOf(shape);
    if (!isShared || !isTogether(value)) return () => contiguous(dtype, shape, copyOut(windows, dtype, address, n));
    const Elements = dtype === "float32" ? Float32Array : Float64Array;
    return (shared) => contiguous(dtype, shape, new Elements(shared ?? new ArrayBuffer(0), address - start, n));
  });
  return () => {
    const shared = isShared ? windows.buffer.slice(start, end) : undefined;
    const made: NDArray[] = [];
    for (let i = 0; i < makers.length; i++) {
      const x = makers[i]?.(shared);
      if (x !== undefined) made.push(x);
    }
    return made;
  };
};
