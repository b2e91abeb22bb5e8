import type { DType, NDArray } from "@gradfold/core";
import { compact, runIfKept, sizeOf, view } from "@gradfold/core/library";
import { layoutOf, type Run } from "@gradfold/core/compiler";
import { widthOf } from "../graph/bytes.ts";
import { constantsIn, type Graph, type Value } from "../graph/graph.ts";
import type { Executable } from "./executable.ts";
import { type Heap, windowOf } from "./heap.ts";

/* Copying arrays into a program's memory. */

/** At most this many elements are copied one by one. */
const fewElements = 16;

/** The elements of an array as a contiguous run of a buffer. */
export const runOf = (x: NDArray, n: number): Run => {
  const run = runIfKept(x);
  if (run !== undefined) return run;
  const elements = view(x, "jit");
  const { data, offset: start, stride } = elements;
  const isRun = n === 1 || layoutOf(x) === "rows" || (stride.length === 1 && stride[0] === 1);
  return isRun ? { data, start } : { data: compact(elements, x.dtype), start: 0 };
};

/** The region of a program's memory that holds an array, or its one element if all are equal. */
export interface Region {
  readonly dtype: DType;
  readonly first: number;
  readonly size: number;
}

export const regionOf = ({ dtype, shape, splat }: Omit<Value, "definition">, address: number): Region => ({
  dtype,
  first: address / widthOf(dtype),
  size: splat ? 1 : sizeOf(shape),
});

/** Writes elements to a region. */
export const copyIn = (heap: Heap, { dtype, first, size }: Region, { data, start }: Run): void => {
  const memory = windowOf(heap, dtype);
  if (size > fewElements) memory.set(data.length === size ? data : data.subarray(start, start + size), first);
  else for (let i = 0; i < size; i++) memory[first + i] = data[start + i] ?? 0;
};

/** Copies elements from one region to another. */
export const copyOver = (heap: Heap, { dtype, first: source, size }: Region, { first: target }: Region): void => {
  const memory = windowOf(heap, dtype);
  if (size > fewElements) memory.copyWithin(target, source, source + size);
  else for (let i = 0; i < size; i++) memory[target + i] = memory[source + i] ?? 0;
};

/** Copies the constants of a graph to the addresses of the constant pool. */
export const copyConstants = (heap: Heap, graph: Graph, constantPool: Executable["constantPool"]): void => {
  const constants = constantsIn(graph);
  for (const { constant, address } of constantPool) {
    const value = constants[constant];
    if (value === undefined) throw new Error(`run: no constant ${constant}`);
    const region = regionOf(value, address);
    copyIn(heap, region, runOf(value.definition.array, region.size));
  }
};
