import ndarray from "ndarray";
import operations from "ndarray-ops";
import { allocateAlone, type DType, type Store } from "../scalar/dtype.ts";

/*
 * The door to scijs: `ndarray` views, and strided copies by `ndarray-ops`, which is never asked for a number whose bits
 * it would choose.
 */

/** A window on a buffer that several arrays may share: transposing, slicing and broadcasting copy nothing. */
export type View = ndarray.NdArray<Store>;

type Construct = new (data: Store, ...numbers: readonly number[]) => View;

/** The constructor of the views of a kind of buffer and a rank: it takes sizes, strides and the offset in a row. */
const constructorOf = (data: Store, rank: number): Construct =>
  ndarray(data, new Array<number>(rank).fill(0)).constructor as Construct;

/** By kind of buffer and rank, as they are needed. */
const constructors: readonly Construct[][] = [[], [], [], []];

/** The highest rank whose constructors are kept. */
const kept = 2;

const kindOf = (data: Store): number =>
  data instanceof Float64Array ? 0 : data instanceof Float32Array ? 1 : data instanceof Int32Array ? 2 : 3;

/** The window on a buffer from an offset on; strides count elements. */
export const viewOn = (data: Store, shape: readonly number[], strides: readonly number[], offset: number): View => {
  const rank = shape.length;
  const known = constructors[kindOf(data)];
  // ndarray() looks the constructor up anew each time, at 120 ns; kept, it costs 15.
  if (known === undefined || rank > kept) return ndarray(data, [...shape], [...strides], offset);
  const View = (known[rank] ??= constructorOf(data, rank));
  const [m = 0, n = 0] = shape;
  const [row = 0, column = 0] = strides;
  if (rank === 0) return new View(data, offset);
  return rank === 1 ? new View(data, m, row, offset) : new View(data, m, n, row, column, offset);
};

/** Whether the elements lie one after another in row-major order. */
export const isRowMajor = ({ shape, stride }: View): boolean => {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const n = shape[i] ?? 1;
    if (n !== 1 && stride[i] !== expected) return false;
    expected *= n;
  }
  return true;
};

/** Whether one element stands for all. */
export const isOne = ({ size, stride }: View): boolean => size === 1 || stride.every((step) => step === 0);

/** Writes the elements of one view over those of another, which the caller has just made. */
export const assign = (target: View, source: ndarray.NdArray): void => {
  if (source.size > 0) operations.assign(target, source);
};

/** The elements in row-major order: the view's own buffer where it lies so already, else a copy. */
export const compact = (view: View, dtype: DType): Store =>
  isRowMajor(view) && view.offset === 0 && view.data.length === view.size ? view.data : copy(view, dtype);

/** The elements in row-major order, in a buffer of their own. */
export const copy = (view: View, dtype: DType, name?: string): Store => {
  if (isRowMajor(view)) return view.data.slice(view.offset, view.offset + view.size);
  const data = allocateAlone(dtype, view.size, name);
  if (isOne(view)) return data.fill(view.data[view.offset] ?? 0);
  assign(ndarray(data, view.shape), view);
  return data;
};
