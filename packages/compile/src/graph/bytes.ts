import type { DType } from "@gradfold/core";
import { sizeOf } from "@gradfold/core/library";
import type { Scratch } from "@gradfold/core/compiler";
import type { Value } from "./graph.ts";

/**
 * Bytes of an element in memory. A bool is stored as float32, an int32 as float64: vector code computes on floats only.
 */
export const widthOf = (dtype: DType): number => (dtype === "float32" || dtype === "bool" ? 4 : 8);

export const bytesOf = ({ shape, dtype, splat }: Omit<Value, "definition">): number =>
  (splat ? 1 : sizeOf(shape)) * widthOf(dtype);

/** Bytes for a routine's scratch. */
export const scratchBytes = ({ dtype, size }: Scratch): number => size * (dtype === "int32" ? 4 : widthOf(dtype));
