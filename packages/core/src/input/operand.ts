import { contiguous, isNDArray, type NDArray, type Operand } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { scalarShape } from "../array/shape.ts";
import { DTypeError } from "../error/error.ts";
import { type DType, isFloat } from "../scalar/dtype.ts";

const scalar = (dtype: DType, value: number): NDArray =>
  contiguous(dtype, scalarShape, dtype === "float32" ? Float32Array.of(value) : Float64Array.of(value));

/** How to make an array of it, or several arrays one. */
const hintOn = (x: unknown): string => {
  if (x === undefined) return " Is an argument missing?";
  if (Array.isArray(x) && x.some(isNDArray)) return " Put its arrays together: stack(…).";
  return Array.isArray(x) || ArrayBuffer.isView(x) || typeof x === "boolean" ? " Wrap it: array(…)." : "";
};

/** Another thing where an array was expected: say what it is and how to make an array of it. */
const refuse = (name: string, x: unknown): never => {
  throw new DTypeError(`${name}: an operand must be an array or a number, not ${describe(x)}.${hintOn(x)}`);
};

/** An array as it is; a number as a float64 scalar. */
export const operand = (name: string, x: Operand | undefined): NDArray =>
  isNDArray(x) ? x : typeof x === "number" ? scalar("float64", x) : refuse(name, x);

/** Two operands; a number beside a float array takes that array's dtype. */
export const operands = (name: string, a: Operand, b: Operand | undefined): readonly [NDArray, NDArray] => {
  if (typeof a === "number" && isNDArray(b)) return [scalar(isFloat(b.dtype) ? b.dtype : "float64", a), b];
  if (typeof b === "number" && isNDArray(a)) return [a, scalar(isFloat(a.dtype) ? a.dtype : "float64", b)];
  return [operand(name, a), operand(name, b)];
};
