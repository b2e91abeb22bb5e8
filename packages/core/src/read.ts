import ndarray from "ndarray";
import { contiguous, type NDArray, type Operand, type View } from "./array.ts";
import { compact, copy } from "./view.ts";
import { allocate, type DType, type Store } from "./dtype.ts";
import { ShapeError } from "./error.ts";
import { operand } from "./operand.ts";
import { view } from "./primitive.ts";
import { checkShape, formatShape, type Shape } from "./shape.ts";
import { typed } from "./static/door.ts";
import type { Mutable } from "./static/text.ts";

/**
 * The number in an array of one element, for JavaScript's own `if` and `for`.
 *
 * @throws ShapeError when there is not just one element; TraceError where the number is not known yet (inside `trace`)
 * @example
 * import { array, item } from "@gradfold/core";
 * item(array([[5]])); // => 5
 */
export const item = (x: Operand): number => {
  const array = operand("item", x);
  const { data, offset, size } = view(array, "item");
  if (size !== 1) throw new ShapeError(`item: one element is needed, but the shape is ${formatShape(array.shape)}`);
  return data[offset] ?? NaN;
};

/** Nested lists of elements, as `array` takes them. */
export type NestedElements = number | boolean | readonly NestedElements[];

const nest = (x: View, toElement: (value: number) => number | boolean, axis: number, offset: number): NestedElements =>
  axis === x.dimension
    ? toElement(x.data[offset] ?? NaN)
    : Array.from({ length: x.shape[axis] ?? 0 }, (_, i) =>
        nest(x, toElement, axis + 1, offset + i * (x.stride[axis] ?? 0)),
      );

/**
 * The elements as nested JavaScript lists; those of a bool array as booleans.
 *
 * @throws TraceError where the elements are not known yet (inside `trace`)
 * @example
 * import { array, toNested, transpose } from "@gradfold/core";
 * toNested(transpose(array([[1, 2], [3, 4]]))); // => [ [ 1, 3 ], [ 2, 4 ] ]
 */
export const toNested = (x: Operand): NestedElements => {
  const array = operand("toNested", x);
  const elements = view(array, "toNested");
  return nest(elements, array.dtype === "bool" ? (value) => value !== 0 : (value) => value, 0, elements.offset);
};

/**
 * A copy of the elements in row-major order, in the typed array of their dtype (a Uint8Array for bool).
 *
 * @throws TraceError where the elements are not known yet (inside `trace`)
 * @example
 * import { array, toTypedArray } from "@gradfold/core";
 * toTypedArray(array([[1, 2], [3, 4]])); // => Float64Array(4) [ 1, 2, 3, 4 ]
 */
export const toTypedArray = (x: Operand): Store => {
  const array = operand("toTypedArray", x);
  return copy(view(array, "toTypedArray"), array.dtype);
};

/**
 * A copy of the elements as a scijs `ndarray`.
 *
 * @throws TraceError where the elements are not known yet (inside `trace`)
 * @example
 * import { array, toNdarray } from "@gradfold/core";
 * toNdarray(array([[1, 2], [3, 4]])).get(1, 0); // => 3
 */
export const toNdarray = (x: Operand): ndarray.NdArray<Store> => {
  const array = operand("toNdarray", x);
  return ndarray(copy(view(array, "toNdarray"), array.dtype), [...array.shape]);
};

const dtypes: Readonly<Record<string, DType>> = { float64: "float64", float32: "float32", int32: "int32" };

/**
 * A copy of a scijs `ndarray`: float32 and int32 keep their dtype, bool has none there, all else becomes float64.
 *
 * @example
 * import ndarray from "ndarray";
 * import { fromNdarray, toNested } from "@gradfold/core";
 * toNested(fromNdarray(ndarray([1, 2, 3, 4], [2, 2]).transpose(1, 0))); // => [ [ 1, 3 ], [ 2, 4 ] ]
 */
export const fromNdarray = (x: ndarray.NdArray): NDArray => {
  const dtype = dtypes[x.dtype] ?? "float64";
  const shape = checkShape("fromNdarray", x.shape);
  return contiguous(
    dtype,
    shape,
    allocate(dtype, x.size).map((_, i) => elementAt(x, i)),
  );
};

/** Element i in row-major order. */
const elementAt = (x: ndarray.NdArray, i: number): number => {
  let rest = i;
  const index = x.shape.toReversed().map((n) => {
    const k = rest % n;
    rest = (rest - k) / n;
    return k;
  });
  return x.get(...index.toReversed());
};

/**
 * The array itself, with static sizes; checks that it has them.
 *
 * @throws ShapeError when the shape is another one
 * @example
 * import { array, expectShape } from "@gradfold/core";
 * expectShape(array([1, 2, 3]), [3]).shape; // => [ 3 ]
 */
export const expectShape = typed<<const S extends Shape>(x: NDArray, shape: S) => NDArray<Mutable<S>>>(
  (x: NDArray, shape: Shape) => {
    const array = operand("expectShape", x);
    if (formatShape(array.shape) !== formatShape(shape))
      throw new ShapeError(`expectShape: the shape is ${formatShape(array.shape)}, not ${formatShape(shape)}`);
    return array;
  },
);

/** How far two numbers may be apart: |a - b| <= atol + rtol |b|. */
export interface Tolerance {
  readonly rtol?: number;
  readonly atol?: number;
}

/** Whether two numbers are within a tolerance; equal infinities are, and NaN is beside nothing. */
const closeTo = (a: number, b: number, { rtol = 1e-5, atol = 1e-8 }: Tolerance = {}): boolean =>
  a === b || Math.abs(a - b) <= atol + rtol * Math.abs(b);

/**
 * Whether two arrays have the same shape and elements within a tolerance: |a - b| <= atol + rtol |b|.
 *
 * @param tolerance - `rtol` (1e-5 by default) and `atol` (1e-8)
 * @example
 * import { allClose, array } from "@gradfold/core";
 * allClose(array([1, 2]), array([1, 2 + 1e-9])); // => true
 */
export const allClose = (a: Operand, b: Operand, tolerance: Tolerance = {}): boolean => {
  const x = operand("allClose", a);
  const y = operand("allClose", b);
  if (formatShape(x.shape) !== formatShape(y.shape)) return false;
  const other = compact(view(y, "allClose"), y.dtype);
  return compact(view(x, "allClose"), x.dtype).every((value: number, i: number) =>
    closeTo(value, other[i] ?? NaN, tolerance),
  );
};
