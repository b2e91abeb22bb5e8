import { contiguous, type NDArray, repeated } from "./array.ts";
import { allocate, checkDType, type DType, type Store } from "./dtype.ts";
import { DTypeError, ShapeError } from "./error.ts";
import { checkShape, formatShape, frozen, type Shape, sizeOf } from "./shape.ts";
import { typed } from "./static/door.ts";
import type { Nested, ShapeOfNested } from "./static/move.ts";
import type { Mutable } from "./static/text.ts";

type Elements = Float64Array | Float32Array | Int32Array;

interface MakeArray {
  (data: Elements): NDArray<[number]>;
  <const T extends Nested>(data: T, options?: { readonly dtype?: DType }): NDArray<ShapeOfNested<T>>;
  <const S extends Shape>(
    data: Nested | Elements,
    options: { readonly shape: S; readonly dtype?: DType },
  ): NDArray<Mutable<S>>;
}

interface Options {
  readonly shape?: Shape;
  readonly dtype?: DType;
}

const isElements = (data: unknown): data is Elements =>
  data instanceof Float64Array || data instanceof Float32Array || data instanceof Int32Array;

/** The sizes of nested lists, by their first elements. */
const nestedShape = (data: Nested): number[] =>
  Array.isArray(data) ? [data.length, ...(data.length === 0 ? [] : nestedShape(data[0] as Nested))] : [];

/** The elements of nested lists in order; every list at a depth must have the same length. */
const flattenInto = (data: Nested, shape: Shape, depth: number, out: (number | boolean)[]): void => {
  if (!Array.isArray(data)) {
    if (typeof data !== "number" && typeof data !== "boolean")
      throw new DTypeError(
        `array: an element must be a number or a boolean, not ${data === null ? "null" : typeof data}`,
      );
    if (depth !== shape.length) throw new ShapeError(`array: lists of different depth: a number among lists`);
    out.push(data);
    return;
  }
  if (depth >= shape.length || data.length !== shape[depth])
    throw new ShapeError(
      `array: lists of different lengths at depth ${depth}: ${data.length} is not ${shape[depth] ?? "a number"}`,
    );
  for (const part of data) flattenInto(part as Nested, shape, depth + 1, out);
};

const dtypeOf = (data: Elements): DType =>
  data instanceof Float64Array ? "float64" : data instanceof Float32Array ? "float32" : "int32";

const areTruths = (flat: readonly (number | boolean)[]): boolean =>
  flat.length > 0 && flat.every((value) => typeof value === "boolean");

const store = (elements: ArrayLike<number | boolean>, dtype: DType): Store => {
  const out = allocate(dtype, elements.length);
  for (let i = 0; i < elements.length; i++) {
    const value = Number(elements[i]);
    if (dtype === "int32" && (value | 0) !== value)
      throw new DTypeError(`array: ${value} is no int32. Use float64, or round it first.`);
    out[i] = dtype === "bool" ? Number(value !== 0) : value;
  }
  return out;
};

/**
 * An array of numbers: of nested lists, of a typed array (copied), or of one number.
 *
 * The dtype is that of a typed array, bool where all are booleans, and float64 otherwise.
 *
 * @param options - `shape`: the sizes, for flat data; `dtype`
 * @throws ShapeError when lists have different lengths or the shape does not fit; DTypeError for other elements
 * @example
 * import { array } from "@gradfold/core";
 * array([[1, 2, 3], [4, 5, 6]]).shape; // => [ 2, 3 ]
 * array(new Float32Array([1, 2, 3, 4]), { shape: [2, 2] }).dtype; // => 'float32'
 */
export const array = typed<MakeArray>((data: Nested | Elements, options: Options = {}) => {
  const flat: (number | boolean)[] = [];
  const found = isElements(data) ? [data.length] : nestedShape(data);
  if (!isElements(data)) flattenInto(data, found, 0, flat);
  const natural = isElements(data) ? dtypeOf(data) : areTruths(flat) ? "bool" : "float64";
  const elements = store(isElements(data) ? data : flat, checkDType("array", options.dtype ?? natural));
  const shape = checkShape("array", options.shape ?? found);
  if (sizeOf(shape) !== elements.length)
    throw new ShapeError(`array: ${elements.length} elements do not fill the shape ${formatShape(shape)}`);
  return contiguous(options.dtype ?? natural, shape, elements);
});

interface Filled {
  <const S extends Shape>(shape: S, options?: { readonly dtype?: DType }): NDArray<Mutable<S>>;
}

/** An array of one repeated element: a single number in memory, seen many times. */
const filled = (name: string, shape: Shape, value: number, dtype: DType = "float64"): NDArray => {
  const sizes = checkShape(name, shape);
  return repeated(dtype, sizes, store([value], checkDType(name, dtype)));
};

/**
 * Zeros of a shape.
 *
 * @throws DomainError when a size is negative or not whole
 * @example
 * import { toNested, zeros } from "@gradfold/core";
 * toNested(zeros([2])); // => [ 0, 0 ]
 */
export const zeros = typed<Filled>((shape: Shape, options: Options = {}) => filled("zeros", shape, 0, options.dtype));

/**
 * Ones of a shape.
 *
 * @throws DomainError when a size is negative or not whole
 * @example
 * import { ones, toNested } from "@gradfold/core";
 * toNested(ones([2])); // => [ 1, 1 ]
 */
export const ones = typed<Filled>((shape: Shape, options: Options = {}) => filled("ones", shape, 1, options.dtype));

/**
 * One number, repeated in a shape.
 *
 * @throws DomainError when a size is negative or not whole
 * @example
 * import { full, toNested } from "@gradfold/core";
 * toNested(full([2], 7)); // => [ 7, 7 ]
 */
export const full = typed<
  <const S extends Shape>(shape: S, value: number, options?: { readonly dtype?: DType }) => NDArray<Mutable<S>>
>((shape: Shape, value: number, options: Options = {}) => filled("full", shape, value, options.dtype));

/**
 * Zeros of another array's shape and dtype.
 *
 * @example
 * import { array, toNested, zerosLike } from "@gradfold/core";
 * toNested(zerosLike(array([5, 6]))); // => [ 0, 0 ]
 */
export const zerosLike = typed<<S extends Shape>(x: NDArray<S>) => NDArray<S>>(({ shape, dtype }: NDArray) =>
  filled("zerosLike", shape, 0, dtype),
);

/**
 * Ones of another array's shape and dtype.
 *
 * @example
 * import { array, onesLike, toNested } from "@gradfold/core";
 * toNested(onesLike(array([5, 6]))); // => [ 1, 1 ]
 */
export const onesLike = typed<<S extends Shape>(x: NDArray<S>) => NDArray<S>>(({ shape, dtype }: NDArray) =>
  filled("onesLike", shape, 1, dtype),
);

/**
 * The identity matrix.
 *
 * @throws DomainError when n is negative or not whole
 * @example
 * import { eye, toNested } from "@gradfold/core";
 * toNested(eye(2)); // => [ [ 1, 0 ], [ 0, 1 ] ]
 */
export const eye = typed<<const N extends number>(n: N, options?: { readonly dtype?: DType }) => NDArray<[N, N]>>(
  (n: number, options: Options = {}) => {
    const shape = checkShape("eye", [n, n]);
    const data = allocate(checkDType("eye", options.dtype ?? "float64"), n * n);
    for (let i = 0; i < n; i++) data[i * (n + 1)] = 1;
    return contiguous(options.dtype ?? "float64", shape, data);
  },
);

/**
 * The numbers 0, 1, …, n - 1.
 *
 * @throws DomainError when n is negative or not whole
 * @example
 * import { arange, toNested } from "@gradfold/core";
 * toNested(arange(3)); // => [ 0, 1, 2 ]
 */
export const arange = typed<<const N extends number>(n: N, options?: { readonly dtype?: DType }) => NDArray<[N]>>(
  (n: number, options: Options = {}) => {
    const [size = 0] = checkShape("arange", [n]);
    const dtype = checkDType("arange", options.dtype ?? "float64");
    return contiguous(
      dtype,
      frozen([size]),
      store(
        Array.from({ length: size }, (_, i) => i),
        dtype,
      ),
    );
  },
);

/**
 * Numbers at equal distances from `start` to `stop`, both included.
 *
 * @throws DomainError when the count is negative or not whole
 * @example
 * import { linspace, toNested } from "@gradfold/core";
 * toNested(linspace(0, 1, 3)); // => [ 0, 0.5, 1 ]
 */
export const linspace = typed<
  <const N extends number>(start: number, stop: number, count: N, options?: { readonly dtype?: DType }) => NDArray<[N]>
>((start: number, stop: number, count: number, options: Options = {}) => {
  const [size = 0] = checkShape("linspace", [count]);
  const dtype = checkDType("linspace", options.dtype ?? "float64");
  const step = (stop - start) / Math.max(size - 1, 1);
  const points = Array.from({ length: size }, (_, i) => (i > 0 && i === size - 1 ? stop : start + i * step));
  return contiguous(dtype, frozen([size]), store(points, dtype));
});
