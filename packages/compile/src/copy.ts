import type { DType, NDArray } from "@gradfold/core";
import { compact, layoutOf, type Run, runIfKept, sizeOf, view } from "@gradfold/core/transform";
import type { Value } from "./graph.ts";
import { widthOf } from "./layout.ts";

/* Elements on their way into a program's memory. */

/** Windows on a memory that never grows. */
export interface Windows {
  readonly buffer: ArrayBuffer;
  readonly single: Float32Array;
  readonly double: Float64Array;
}

/** So few elements are copied one by one. */
const fewElements = 16;

export const windowOf = ({ single, double }: Windows, dtype: DType): Float32Array | Float64Array =>
  widthOf(dtype) === 4 ? single : double;

/** The elements that are to be copied, one after another from a place on. */
const runOf = (x: NDArray, n: number): Run => {
  const run = runIfKept(x);
  if (run !== undefined) return run;
  const elements = view(x, "jit");
  const { data, offset: start, stride } = elements;
  const isRun = n === 1 || layoutOf(x) === "rows" || (stride.length === 1 && stride[0] === 1);
  return isRun ? { data, start } : { data: compact(elements, x.dtype), start: 0 };
};

/** Where an array lies in a program's memory, or the one element that stands for all. */
export interface Region {
  readonly memory: Float32Array | Float64Array;
  readonly first: number;
  readonly size: number;
}

export const regionOf = (
  windows: Windows,
  { dtype, shape, splat }: Omit<Value, "definition">,
  address: number,
): Region => ({
  memory: windowOf(windows, dtype),
  first: address / widthOf(dtype),
  size: splat ? 1 : sizeOf(shape),
});

/** Writes an array to its region. */
export const copyIn = ({ memory, first, size }: Region, x: NDArray): void => {
  const { data, start } = runOf(x, size);
  if (size > fewElements) memory.set(data.length === size ? data : data.subarray(start, start + size), first);
  else for (let i = 0; i < size; i++) memory[first + i] = data[start + i] ?? 0;
};

/** Copies elements from one region to another. */
export const copyOver = ({ memory, first: source }: Region, { first: target, size }: Region): void => {
  if (size > fewElements) memory.copyWithin(target, source, source + size);
  else for (let i = 0; i < size; i++) memory[target + i] = memory[source + i] ?? 0;
};
