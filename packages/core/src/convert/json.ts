import { contiguous, type NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { view } from "../array/primitive.ts";
import { formatShape, frozen, mostAxes, type Shape, sizeOf } from "../array/shape.ts";
import { copy } from "../array/view.ts";
import { DecodeError, ShapeError } from "../error/error.ts";
import { isRecord } from "../error/plain.ts";
import { decoded } from "../fp/attempt.ts";
import type { Either } from "../fp/fp.ts";
import { allocate, type DType, isDType, type Store } from "../scalar/dtype.ts";

/** An array as JSON holds it, elements in row-major order. What JSON has no number for is a string. */
interface JSONArray {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: readonly (number | boolean | string)[];
}

const elementToJSON = (value: number): number | string =>
  Object.is(value, -0) ? "-0" : Number.isFinite(value) ? value : String(value);

/** What `JSON.stringify` makes of an array. Throws a ShapeError where `fromJSON` would refuse it. */
export const toJSON = (x: NDArray): JSONArray => {
  if (x.shape.length > mostAxes)
    throw new ShapeError(`toJSON: an array has at most ${mostAxes} axes there: ${formatShape(x.shape)}`);
  const elements: Store = copy(view(x, "toJSON"), x.dtype);
  const toElement = (value: number) => (x.dtype === "bool" ? value !== 0 : elementToJSON(value));
  return { dtype: x.dtype, shape: x.shape, data: Array.from(elements, toElement) };
};

const words: readonly unknown[] = ["NaN", "Infinity", "-Infinity", "-0"];

/** One element, if JSON holds one of the dtype at that place. */
const elementFromJSON = (value: unknown, dtype: DType): number | undefined => {
  if (dtype === "bool") return typeof value === "boolean" ? Number(value) : undefined;
  if (dtype === "int32") return typeof value === "number" && (value | 0) === value ? value : undefined;
  return typeof value === "number" || words.includes(value) ? Number(value) : undefined;
};

const isSize = (n: unknown): n is number => typeof n === "number" && Number.isSafeInteger(n) && n >= 0;

const isShape = (shape: unknown): shape is Shape =>
  Array.isArray(shape) && shape.length <= mostAxes && shape.every(isSize);

/** The array that JSON holds; `where` begins the message of the DecodeError that it throws. */
export const arrayFromJSON = (json: unknown, where: string): NDArray => {
  const malformed = (what: string): DecodeError => new DecodeError("malformed", `${where}: ${what}`);
  if (!isRecord(json)) throw malformed("no array is there, which has dtype, shape and data");
  const { dtype, shape, data } = json;
  if (!isDType(dtype)) throw malformed(`the dtype is ${describe(dtype)}`);
  if (!isShape(shape)) throw malformed(`the shape is no list of at most ${mostAxes} sizes`);
  if (!Array.isArray(data) || data.length !== sizeOf(shape))
    throw malformed(`the data do not fill the shape ${formatShape(shape)}`);
  const elements = allocate(dtype, data.length);
  const values: readonly unknown[] = data;
  for (const [i, value] of values.entries()) {
    const element = elementFromJSON(value, dtype);
    if (element === undefined) throw malformed(`element ${i} is no ${dtype}: ${describe(value)}`);
    elements[i] = element;
  }
  return contiguous(dtype, frozen([...shape]), elements);
};

/**
 * The array of a value that `JSON.parse` gives for what `JSON.stringify` wrote of an array: every element bit for bit,
 * those that JSON has no number for (NaN, ±Infinity, -0) included. `tree.fromJSON` reads whole trees.
 *
 * @example
 * import { array, either, fromJSON, pipe } from "gradfold";
 * const text = JSON.stringify(array([0.1, -0, NaN]));
 * text; // => '{"dtype":"float64","shape":[3],"data":[0.1,"-0","NaN"]}'
 * pipe(JSON.parse(text), fromJSON); // => { _tag: 'Right', right: float64 [3] [ 0.1, -0. ,  NaN] }
 * pipe(fromJSON([1]), either.isLeft); // => true
 */
export const fromJSON = (json: unknown): Either<DecodeError, NDArray> => decoded(() => arrayFromJSON(json, "fromJSON"));
