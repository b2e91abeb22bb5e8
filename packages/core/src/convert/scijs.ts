import ndarray from "ndarray";
import { contiguous, type NDArray, type Operand } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { view } from "../array/primitive.ts";
import { checkShape, formatShape, rowMajor, type Shape } from "../array/shape.ts";
import { assign, copy } from "../array/view.ts";
import { DTypeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { allocate, type DType, type Store } from "../scalar/dtype.ts";

/**
 * A copy of the elements as a scijs `ndarray`.
 *
 * @throws TraceError where the elements are not known yet (inside `program.of`)
 * @example
 * import { array, toNdarray } from "gradfold";
 * toNdarray(array([[1, 2], [3, 4]])).get(1, 0); // => 3
 */
export const toNdarray = (x: Operand): ndarray.NdArray<Store> => {
  const array = operand("toNdarray", x);
  return ndarray(copy(view(array, "toNdarray"), array.dtype, "toNdarray"), [...array.shape]);
};

/** Of the kinds of scijs `ndarray`, those whose dtype is kept, and those that float64 holds exactly. */
const dtypes: ReadonlyMap<string, DType> = new Map([
  ["float64", "float64"],
  ["float32", "float32"],
  ["int32", "int32"],
  ["int16", "float64"],
  ["int8", "float64"],
  ["uint32", "float64"],
  ["uint16", "float64"],
  ["uint8", "float64"],
  ["uint8_clamped", "float64"],
]);

const isNdarray = (x: unknown): x is ndarray.NdArray =>
  typeof x === "object" && x !== null && "dtype" in x && "shape" in x && "stride" in x && "get" in x;

/**
 * A copy of a scijs `ndarray`: float32 and int32 keep their dtype, bool has none there, all else becomes float64.
 *
 * @throws DTypeError when it is no `ndarray` or when an element is not a number
 * @example
 * import ndarray from "ndarray";
 * import { fromNdarray, toNested } from "gradfold";
 * toNested(fromNdarray(ndarray([1, 2, 3, 4], [2, 2]).transpose(1, 0))); // => [ [ 1, 3 ], [ 2, 4 ] ]
 */
export const fromNdarray = (x: ndarray.NdArray): NDArray => {
  const given: unknown = x;
  if (!isNdarray(given)) throw new DTypeError(`fromNdarray: a scijs ndarray is needed, not ${describe(given)}.`);
  const shape = checkShape("fromNdarray", given.shape);
  const dtype = dtypes.get(given.dtype);
  const data = allocate(dtype ?? "float64", given.size, "fromNdarray");
  const target = ndarray(data, [...shape]);
  if (dtype !== undefined) assign(target, given);
  else for (let i = 0; i < data.length; i++) data[i] = numberAt(given, indexOf(i, shape));
  return contiguous(dtype ?? "float64", shape, data);
};

/** The place of element i in row-major order. */
const indexOf = (i: number, shape: Shape): readonly number[] =>
  rowMajor(shape).map((stride, axis) => Math.floor(i / stride) % (shape[axis] ?? 1));

/** An element of an `ndarray` of anything. */
const numberAt = (x: ndarray.NdArray, index: readonly number[]): number => {
  const element: unknown = x.get(...index);
  if (typeof element === "number") return element;
  throw new DTypeError(`fromNdarray: an element must be a number: at ${formatShape(index)} is ${describe(element)}.`);
};
