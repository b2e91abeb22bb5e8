import { allocate } from "../scalar/dtype.ts";
import { type ArrayType, contiguous, type NDArray } from "./array.ts";
import { sizeOf } from "./shape.ts";

/** Zeros of a shape and dtype. */
export const zerosOf = ({ shape, dtype }: ArrayType): NDArray =>
  contiguous(dtype, shape, allocate(dtype, sizeOf(shape)));
