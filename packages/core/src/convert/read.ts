import { type NDArray, type Operand, type View } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { view } from "../array/primitive.ts";
import { checkShape, formatShape, sameShape, type Shape, sizeOf } from "../array/shape.ts";
import { compact, copy } from "../array/view.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import type { Store } from "../scalar/dtype.ts";
import { typed } from "../static/door.ts";
import type { Mutable } from "../static/text.ts";

/**
 * The number in an array of one element, for JavaScript's own `if` and `for`.
 *
 * @throws ShapeError when there is not just one element; TraceError where the number is not known yet (inside `program.of`)
 * @example
 * import { array, item } from "gradfold";
 * item(array([[5]])); // => 5
 */
export const item = (x: Operand): number => {
  const array = operand("item", x);
  const { data, offset, size } = view(array, "item");
  if (size !== 1) throw new ShapeError(`item: one element is needed, but the shape is ${formatShape(array.shape)}`);
  return data[offset] ?? NaN;
};

/** As many places as JavaScript's lists may have together, by far. */
const mostNested = 2 ** 27;

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
 * @throws TraceError where the elements are not known yet (inside `program.of`)
 * @example
 * import { array, toNested, transpose } from "gradfold";
 * toNested(transpose(array([[1, 2], [3, 4]]))); // => [ [ 1, 3 ], [ 2, 4 ] ]
 */
export const toNested = (x: Operand): NestedElements => {
  const array = operand("toNested", x);
  if (sizeOf(array.shape.map((n) => Math.max(n, 1))) > mostNested)
    throw new ShapeError(`toNested: ${formatShape(array.shape)} is too large for lists. Use toTypedArray.`);
  const elements = view(array, "toNested");
  return nest(elements, array.dtype === "bool" ? (value) => value !== 0 : (value) => value, 0, elements.offset);
};

/**
 * A copy of the elements in row-major order, in the typed array of their dtype (a Uint8Array for bool).
 *
 * @throws TraceError where the elements are not known yet (inside `program.of`)
 * @example
 * import { array, toTypedArray } from "gradfold";
 * toTypedArray(array([[1, 2], [3, 4]])); // => Float64Array(4) [ 1, 2, 3, 4 ]
 */
export const toTypedArray = (x: Operand): Store => {
  const array = operand("toTypedArray", x);
  return copy(view(array, "toTypedArray"), array.dtype, "toTypedArray");
};

/**
 * The array itself, with static sizes; checks that it has them.
 *
 * @throws ShapeError when the shape is another one
 * @example
 * import { array, expectShape } from "gradfold";
 * expectShape(array([1, 2, 3]), [3]).shape; // => [ 3 ]
 */
export const expectShape = typed<<const S extends Shape>(x: NDArray, shape: S) => NDArray<Mutable<S>>>(
  (x: NDArray, shape: Shape) => {
    const array = operand("expectShape", x);
    const expected = checkShape("expectShape", shape);
    if (!sameShape(array.shape, expected))
      throw new ShapeError(`expectShape: the shape is ${formatShape(array.shape)}, not ${formatShape(expected)}`);
    return array;
  },
);

/** How far two numbers may be apart: |a - b| <= atol + rtol |b|. */
export interface Tolerance {
  /** The relative tolerance; 1e-5 by default. */
  readonly rtol?: number;
  /** The absolute tolerance; 1e-8 by default. */
  readonly atol?: number;
  /** A NaN is close to a NaN. */
  readonly equalNan?: boolean;
}

const checkTolerance = (name: string, what: string, x: unknown): number => {
  if (typeof x === "number" && x >= 0) return x;
  throw new DomainError(`${name}: ${what} must be a number from 0 on, not ${describe(x)}.`);
};

/** Whether arrays are close, for the function that is named. */
export const isClose = (name: string, a: Operand, b: Operand, given: Tolerance | undefined): boolean => {
  const x = operand(name, a);
  const y = operand(name, b);
  const { equalNan, ...tolerance } = optionsOf(name, given, { rtol: 1e-5, atol: 1e-8, equalNan: false });
  const rtol = checkTolerance(name, "rtol", tolerance.rtol);
  const atol = checkTolerance(name, "atol", tolerance.atol);
  if (!sameShape(x.shape, y.shape)) return false;
  const other = compact(view(y, name), y.dtype);
  // Of an infinite distance no tolerance is a part.
  return compact(view(x, name), x.dtype).every((value: number, i: number) => {
    const wanted = other[i] ?? NaN;
    if (value === wanted) return true;
    const close = Number.isFinite(wanted) && Math.abs(value - wanted) <= atol + rtol * Math.abs(wanted);
    return close || (equalNan && Number.isNaN(value) && Number.isNaN(wanted));
  });
};

/**
 * Whether two arrays have the same shape and elements within a tolerance: |a - b| <= atol + rtol |b|. Equal infinities
 * are close; a NaN is close to nothing, or with `equalNan` to a NaN.
 *
 * @param tolerance - `rtol` (1e-5 by default), `atol` (1e-8) and `equalNan` (false)
 * @throws DomainError when a tolerance is negative or NaN; TraceError where the elements are not known yet
 * @example
 * import { allClose, array } from "gradfold";
 * allClose(array([1, 2]), array([1, 2 + 1e-9])); // => true
 * allClose(array([1, NaN]), array([1, NaN]), { rtol: 0, atol: 0, equalNan: true }); // => true
 */
export const allClose = (a: Operand, b: Operand, tolerance?: Tolerance): boolean =>
  isClose("allClose", a, b, tolerance);
