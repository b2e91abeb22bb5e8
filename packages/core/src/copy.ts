import ndarray from "ndarray";
import operations from "ndarray-ops";
import { isRowMajor, type View } from "./array.ts";
import { allocate, type DType, type Store } from "./dtype.ts";

/* The door to ndarray-ops: strided copies. It is never asked for a number whose bits it would choose. */

/** A view of the whole of a buffer, or of a part of it. */
export const viewOn = (data: Store, shape: readonly number[], strides: readonly number[], offset: number): View =>
  ndarray(data, shape as number[], strides as number[], offset);

/** Writes the elements of one view over those of another, which the caller has just made. */
export const assign = (target: View, source: View): void => {
  if (source.size > 0) operations.assign(target, source);
};

/** The elements in row-major order: the view's own buffer where it lies so already, else a copy. */
export const compact = (view: View, dtype: DType): Store => {
  if (isRowMajor(view) && view.offset === 0 && view.data.length === view.size) return view.data;
  return copy(view, dtype);
};

/** The elements in row-major order, in a buffer of their own. */
export const copy = (view: View, dtype: DType): Store => {
  if (isRowMajor(view)) return view.data.slice(view.offset, view.offset + view.size);
  const data = allocate(dtype, view.size);
  assign(ndarray(data, view.shape), view);
  return data;
};
