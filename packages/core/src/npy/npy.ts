/*
 * The name space `npy`: arrays as the bytes of NumPy's `.npy` files.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { concrete, type NDArray, type Operand } from "../array/array.ts";
import { view } from "../array/primitive.ts";
import { formatShape, frozen, mostAxes, rowMajor, type Shape } from "../array/shape.ts";
import { compact, viewOn } from "../array/view.ts";
import { DecodeError, ShapeError } from "../error/error.ts";
import { decoded } from "../fp/attempt.ts";
import type { Either } from "../fp/fp.ts";
import { bytesOf } from "../input/bytes.ts";
import { operand } from "../input/operand.ts";
import { allocateAlone } from "../scalar/dtype.ts";
import { canonical, descrOf, elementOf, readElements } from "./element.ts";
import { headerBytes, readHeader } from "./header.ts";

/**
 * The bytes of a `.npy` file (version 1.0, row-major, lowest byte first) that `numpy.load` reads.
 *
 * float64, float32, int32 and bool arrays become `<f8`, `<f4`, `<i4` and `|b1`, bit for bit but for a NaN's payload.
 *
 * @throws ShapeError when there are more than NumPy's 64 axes; TraceError where the elements are not known yet
 * @example
 * import { array, npy } from "gradfold";
 * npy.encode(array([1, 2])).length; // => 144
 */
export const encode = (x: Operand): Uint8Array => {
  const array = operand("npy.encode", x);
  const { shape, dtype } = array;
  if (shape.length > mostAxes)
    throw new ShapeError(`npy.encode: NumPy has at most ${mostAxes} axes: ${formatShape(shape)}`);
  const data = compact(view(array, "npy.encode"), dtype);
  const header = headerBytes({ descr: descrOf[dtype], fortranOrder: false, shape });
  const bytes = new Uint8Array(allocateAlone("bool", header.length + data.byteLength, "npy.encode").buffer);
  bytes.set(header);
  bytes.set(canonical(data), header.length);
  return bytes;
};

/** How many elements a shape holds, if their bytes are just what follows: asked before any are allocated. */
const countOf = (shape: Shape, size: number, follow: number, start: number): number => {
  // In doubles the product may round, but only far above the length of any file.
  const count = shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);
  if (count * size === follow) return count;
  throw new DecodeError(
    count * size > follow ? "truncated" : "malformed",
    `npy.decode: the shape ${formatShape(shape)} needs ${count * size} bytes behind the header, but ${follow} follow`,
    start,
  );
};

const wayOut = 'Save floats: np.save(file, x.astype("float64"))';

/** Strides of an array whose first axis varies fastest. */
const columnMajor = (shape: Shape): readonly number[] => rowMajor(shape.toReversed()).toReversed();

/**
 * The array in the bytes of a `.npy` file (versions 1.0 to 3.0, either order of axes, either order of bytes).
 *
 * float64, float32 and bool are kept and float16 becomes float32; integers of any size become int32, if all of them are
 * in its range. Whatever else the bytes hold, the answer is a DecodeError, which tells how NumPy saves them so that they
 * can be read. Nothing in a file is ever executed.
 *
 * @param bytes - a Uint8Array, such as Node's Buffer; or a buffer, or a DataView
 *
 * @throws DTypeError when it is not given bytes
 * @example
 * import { array, either, npy, pipe } from "gradfold";
 * pipe(npy.encode(array([1, 2])), npy.decode, either.map((x) => x.shape)); // => { _tag: 'Right', right: [ 2 ] }
 * pipe(new Uint8Array(3), npy.decode, either.mapLeft((error) => error.kind)); // => { _tag: 'Left', left: 'malformed' }
 */
export const decode = (
  bytes: Uint8Array | ArrayBuffer | SharedArrayBuffer | DataView,
): Either<DecodeError, NDArray> => {
  const given = bytesOf("npy.decode", bytes);
  return decoded(() => {
    const { descr, fortranOrder, shape, start } = readHeader(given);
    const { little, ...element } = elementOf(descr);
    const count = countOf(shape, element.bytes, given.length - start, start);
    const data = readElements(element, count, { what: "npy.decode", wayOut, bytes: given, start, little });
    const sizes = frozen([...shape]);
    return concrete(element.dtype, sizes, viewOn(data, sizes, fortranOrder ? columnMajor(sizes) : rowMajor(sizes), 0));
  });
};
