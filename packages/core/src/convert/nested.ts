import { isNDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { mostAxes, type Shape } from "../array/shape.ts";
import { DTypeError, ShapeError } from "../error/error.ts";
import { isList, kindOf } from "../error/plain.ts";
import type { DType } from "../scalar/dtype.ts";

/** The typed arrays that have a dtype. */
export type Elements = Float64Array | Float32Array | Int32Array;

const dtypes: ReadonlyMap<string, DType> = new Map([
  ["Float64Array", "float64"],
  ["Float32Array", "float32"],
  ["Int32Array", "int32"],
]);

/** The dtype of a typed array, if it has one. */
const elementsDType = (data: unknown): DType | undefined =>
  ArrayBuffer.isView(data) ? dtypes.get(kindOf(data)) : undefined;

const isElements = (data: unknown): data is Elements => elementsDType(data) !== undefined;

/** The sizes of nested lists, by their first elements. A list that contains itself has no end of them. */
const nestedShape = (data: unknown): readonly number[] => {
  const shape: number[] = [];
  for (let at = data; isList(at); at = at[0]) {
    if (shape.length === mostAxes)
      throw new ShapeError(`array: lists are nested in more than ${mostAxes} levels. Does one contain itself?`);
    shape.push(at.length);
  }
  return shape;
};

const wayOut = (x: unknown): string => {
  if (isNDArray(x)) return " Arrays are put together by stack or concatenate.";
  const isWide = ["BigInt64Array", "BigUint64Array"].includes(kindOf(x));
  if (isWide) return " Use Float64Array.from(data, Number).";
  if (ArrayBuffer.isView(x)) return " Use Int32Array.from(data) or Float64Array.from(data).";
  if (typeof x === "string" || typeof x === "bigint") return " Use Number(…).";
  return "";
};

/** The elements of nested lists in order; every list at a depth must have the same length. */
const flatten = (root: unknown, shape: Shape): readonly (number | boolean)[] => {
  const out: (number | boolean)[] = [];
  const walk = (data: unknown, depth: number, path: string): void => {
    const size = shape[depth];
    const where = path === "" ? "it" : path;
    if (isList(data)) {
      if (size === undefined)
        throw new ShapeError(`array: ${where} is ${describe(data)} where the first element is none. Nest evenly.`);
      if (data.length !== size)
        throw new ShapeError(
          `array: ${where} has length ${data.length}, where the first list has ${size}. Nest evenly.`,
        );
      // By index, so that holes are seen.
      for (let i = 0; i < size; i++) walk(data[i], depth + 1, `${path}[${i}]`);
    } else if (typeof data !== "number" && typeof data !== "boolean")
      throw new DTypeError(
        `array: an element must be a number or a boolean: ${where} is ${describe(data)}.${wayOut(data)}`,
      );
    else if (size !== undefined)
      throw new ShapeError(`array: ${where} is ${data} where the first element is a list of ${size}. Nest evenly.`);
    else out.push(data);
  };
  walk(root, 0, "");
  return out;
};

const naturalDType = (data: readonly (number | boolean)[]): DType =>
  data.length > 0 && data.every((value) => typeof value === "boolean") ? "bool" : "float64";

/** The elements of data in order, with the shape and the dtype that they come in. */
export const read = (data: unknown) => {
  const dtype = elementsDType(data);
  if (dtype !== undefined && isElements(data)) return { shape: [data.length], elements: data, dtype };
  const shape = nestedShape(data);
  const elements = flatten(data, shape);
  return { shape, elements, dtype: naturalDType(elements) };
};
