import { contiguous, isNDArray, type NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { scalarShape } from "../array/shape.ts";
import { DTypeError } from "../error/error.ts";
import { operand } from "./operand.ts";

const isInt32 = (x: number): boolean => (x | 0) === x;

/** Whole numbers that say where: an array of int32, or one number. */
export const indicesOf = (name: string, indices: NDArray | number): NDArray => {
  if (isNDArray(indices)) {
    if (indices.dtype === "int32") return indices;
    throw new DTypeError(
      `${name}: indices must be int32, not ${indices.dtype}. Use array(…, { dtype: "int32" }) or cast.`,
    );
  }
  if (typeof indices === "number" && isInt32(indices)) return contiguous("int32", scalarShape, Int32Array.of(indices));
  if (typeof indices === "number" || Array.isArray(indices))
    throw new DTypeError(
      `${name}: indices are an array of int32 or a whole number, not ${describe(indices)}. ` +
        'Use array(…, { dtype: "int32" }).',
    );
  return operand(name, indices);
};
