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
export const fewElements = 16;

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

/** Writes an array, or the one element that stands for all, at an address. */
export const copyIn = (windows: Windows, x: NDArray, address: number, splat: boolean): void => {
  const n = splat ? 1 : sizeOf(x.shape);
  const { data, start } = runOf(x, n);
  const to = windowOf(windows, x.dtype);
  const first = address / widthOf(x.dtype);
  if (n > fewElements) to.set(data.length === n ? data : data.subarray(start, start + n), first);
  else for (let i = 0; i < n; i++) to[first + i] = data[start + i] ?? 0;
};

/** Copies elements from one address to another. */
export const copyOver = (windows: Windows, { dtype, shape }: Value, from: number, to: number): void => {
  const window = windowOf(windows, dtype);
  const [source, target] = [from / widthOf(dtype), to / widthOf(dtype)];
  const n = sizeOf(shape);
  if (n > fewElements) window.copyWithin(target, source, source + n);
  else for (let i = 0; i < n; i++) window[target + i] = window[source + i] ?? 0;
};
