import type { DType, NDArray } from "@gradfold/core";
import { compact, layoutOf, sizeOf, view } from "@gradfold/core/transform";
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
