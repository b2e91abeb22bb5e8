import type { DType, NDArray, Shape } from "@gradfold/core";
import { isNDArray, sameShape } from "@gradfold/core/library";
import { tracer } from "@gradfold/core/transform";
import { layoutOf } from "@gradfold/core/compiler";
import type { Guard } from "../run/entry.ts";

/* The leaves of arguments: arrays. */

/** The properties of an array on which the code depends. */
export interface LeafType {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether all elements are one element in memory. */
  readonly isOne: boolean;
}

export const typeOf = (x: NDArray): LeafType => ({ shape: x.shape, dtype: x.dtype, isOne: layoutOf(x) === "one" });

/** Whether a transform follows an array. */
export const isTraced = (x: NDArray): boolean => tracer(x) !== undefined;

/** The guard for arguments of some types. */
export const guardFor =
  (types: readonly LeafType[]): Guard =>
  (argument, x) => {
    const type = types[argument];
    if (type === undefined || !isNDArray(x) || type.dtype !== x.dtype || !sameShape(type.shape, x.shape)) return "miss";
    if (isTraced(x)) return "traced";
    return type.isOne === (layoutOf(x) === "one") ? "hit" : "miss";
  };
