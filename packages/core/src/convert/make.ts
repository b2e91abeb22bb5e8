import { contiguous, type NDArray, repeated } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { checkShape, formatShape, roomFor, type Shape, sizeOf } from "../array/shape.ts";
import { DomainError, DTypeError, ShapeError } from "../error/error.ts";
import { isList } from "../error/plain.ts";
import { apart, apartFromValue } from "../input/apart.ts";
import { operand } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import { allocate, checkDType, type DType, type Store } from "../scalar/dtype.ts";
import type { FullApart, ElementsApart, SizesApart } from "../static/apart.ts";
import { typed } from "../static/door.ts";
import type { Nested, ShapeOfNested } from "../static/move.ts";
import type { Mutable } from "../static/text.ts";
import { type Elements, read } from "./nested.ts";

export interface MakeArray extends ElementsApart<Nested | Elements> {
  /** A vector of the elements of a typed array, in its dtype. */
  (data: Elements): NDArray<[number]>;
  /** Numbers or booleans, nested as the shape says. */
  <const T extends Nested>(data: T, options?: MakeOptions): NDArray<ShapeOfNested<T>>;
  /** Numbers in row-major order, under a shape. */
  <const S extends Shape>(
    data: Nested | Elements,
    options: MakeOptions & {
      /** The size of each axis. */
      readonly shape: S;
    },
  ): NDArray<Mutable<S>>;
}

/** What makers take besides sizes. */
export interface MakeOptions {
  /** The type of the elements: by default that of the data, and float64 where there are none. */
  readonly dtype?: DType;
}

interface ArrayOptions extends MakeOptions {
  readonly shape?: Shape;
}

const precise = { dtype: "float64" } as const;

/** The dtype asked for, float64 by default. */
export const dtypeIn = (name: string, options: MakeOptions | undefined): DType =>
  checkDType(name, optionsOf(name, options, precise).dtype);

const checkNumber = (name: string, what: string, x: unknown, hint = ""): void => {
  if (typeof x !== "number") throw new DTypeError(`${name}: ${what} must be a number, not ${describe(x)}.${hint}`);
};

/** Elements in the buffer of a dtype, which must be able to hold them. */
const store = (name: string, elements: ArrayLike<number | boolean>, dtype: DType): Store => {
  const out = allocate(dtype, elements.length, name);
  for (let i = 0; i < elements.length; i++) out[i] = element(name, Number(elements[i]), dtype);
  return out;
};

const element = (name: string, value: number, dtype: DType): number => {
  if (dtype === "int32" && (value | 0) !== value)
    throw new DTypeError(`${name}: ${value} is no int32. Use float64, or round it first.`);
  return dtype === "bool" ? Number(value !== 0) : value;
};

/** The vector of a function of the index. */
const vector = (name: string, size: number, dtype: DType, at: (i: number) => number): NDArray => {
  const shape = roomFor(name, [size], dtype);
  // What is made rises or falls: where both ends fit into the dtype, all of it does.
  if (size > 0) for (const i of [0, size - 1]) element(name, at(i), dtype);
  const out = allocate(dtype, size, name);
  for (let i = 0; i < size; i++) out[i] = element(name, at(i), dtype);
  return contiguous(dtype, shape, out);
};

/**
 * An array of numbers: of nested lists, of a typed array (copied), or of one number.
 *
 * The dtype is that of a typed array, bool where all are booleans, and float64 otherwise.
 *
 * @param options - `shape`: the sizes, for flat data; `dtype`
 * @throws ShapeError when lists are not nested evenly or the shape does not fit; DTypeError for other elements; both say
 * where
 * @example
 * import { array } from "gradfold";
 * array([[1, 2, 3], [4, 5, 6]]).shape; // => [ 2, 3 ]
 * array(new Float32Array([1, 2, 3, 4]), { shape: [2, 2] }).dtype; // => 'float32'
 */
export const array = typed<MakeArray>((data: Nested | Elements, options?: ArrayOptions, ...more: Shape) => {
  if (typeof data === "number" && typeof options === "number")
    throw apart("array", "numbers", [data, options, ...more], "");
  if (isList(data) && isList(options)) throw new DTypeError("array: the rows come as a list: array([[1, 2], [3, 4]])");
  const { elements, ...found } = read(data);
  const settled = optionsOf("array", options, { dtype: found.dtype, shape: found.shape });
  const dtype = checkDType("array", settled.dtype);
  const shape = checkShape("array", settled.shape);
  if (sizeOf(shape) !== elements.length)
    throw new ShapeError(`array: ${elements.length} elements do not fill the shape ${formatShape(shape)}`);
  return contiguous(dtype, shape, store("array", elements, dtype));
});

export interface Filled<Name extends string> extends SizesApart<Name> {
  /** An array of a shape, each element of which is the same number. */
  <const S extends Shape>(shape: S, options?: MakeOptions): NDArray<Mutable<S>>;
}

export interface Full extends FullApart {
  /** An array of a shape, each element of which is the value. */
  <const S extends Shape>(shape: S, value: number, options?: MakeOptions): NDArray<Mutable<S>>;
}

/** An array of one repeated element: a single number in memory, seen many times. */
const filled = (name: string, shape: Shape, value: number, options?: MakeOptions): NDArray => {
  const dtype = dtypeIn(name, options);
  const sizes = roomFor(name, shape, dtype);
  return repeated(dtype, sizes, store(name, [value], dtype));
};

/**
 * Zeros of a shape.
 *
 * @throws DomainError when a size is negative or not whole; DTypeError when the sizes do not come as a list
 * @example
 * import { toNested, zeros } from "gradfold";
 * toNested(zeros([2])); // => [ 0, 0 ]
 */
export const zeros = typed<Filled<"zeros">>((shape: Shape | number, options?: MakeOptions, ...more: Shape) => {
  if (typeof shape === "number") throw apart("zeros", "sizes", [shape, options, ...more], "");
  return filled("zeros", shape, 0, options);
});

/**
 * Ones of a shape.
 *
 * @throws DomainError when a size is negative or not whole; DTypeError when the sizes do not come as a list
 * @example
 * import { ones, toNested } from "gradfold";
 * toNested(ones([2])); // => [ 1, 1 ]
 */
export const ones = typed<Filled<"ones">>((shape: Shape | number, options?: MakeOptions, ...more: Shape) => {
  if (typeof shape === "number") throw apart("ones", "sizes", [shape, options, ...more], "");
  return filled("ones", shape, 1, options);
});

/**
 * One number, repeated in a shape.
 *
 * @throws DomainError when a size is negative or not whole; DTypeError when the sizes do not come as a list
 * @example
 * import { full, toNested } from "gradfold";
 * toNested(full([2], 7)); // => [ 7, 7 ]
 */
export const full = typed<Full>((shape: Shape | number, value: number, options?: MakeOptions, ...more: Shape) => {
  if (typeof shape === "number") throw apartFromValue("full", [shape, value, options, ...more]);
  checkNumber("full", "the value", value);
  return filled("full", shape, value, options);
});

/**
 * Zeros of another array's shape and dtype.
 *
 * @example
 * import { array, toNested, zerosLike } from "gradfold";
 * toNested(zerosLike(array([5, 6]))); // => [ 0, 0 ]
 */
export const zerosLike = typed<<S extends Shape>(x: NDArray<S>) => NDArray<S>>((x: NDArray) => {
  const { shape, dtype } = operand("zerosLike", x);
  return filled("zerosLike", shape, 0, { dtype });
});

/**
 * Ones of another array's shape and dtype.
 *
 * @example
 * import { array, onesLike, toNested } from "gradfold";
 * toNested(onesLike(array([5, 6]))); // => [ 1, 1 ]
 */
export const onesLike = typed<<S extends Shape>(x: NDArray<S>) => NDArray<S>>((x: NDArray) => {
  const { shape, dtype } = operand("onesLike", x);
  return filled("onesLike", shape, 1, { dtype });
});

export interface Eye {
  /** n rows and n columns. */
  <const N extends number>(n: N, options?: MakeOptions): NDArray<[N, N]>;
  /** n rows and m columns. */
  <const N extends number, const M extends number>(n: N, m: M, options?: MakeOptions): NDArray<[N, M]>;
}

/**
 * The identity matrix; or n rows of m elements with ones on the diagonal.
 *
 * @throws DomainError when a size is negative or not whole
 * @example
 * import { eye, toNested } from "gradfold";
 * toNested(eye(2)); // => [ [ 1, 0 ], [ 0, 1 ] ]
 * toNested(eye(2, 3)); // => [ [ 1, 0, 0 ], [ 0, 1, 0 ] ]
 */
export const eye = typed<Eye>((n: number, second?: number | MakeOptions, third?: MakeOptions) => {
  const [m, options] = typeof second === "number" ? [second, third] : [n, second];
  const shape = checkShape("eye", [n, m]);
  const dtype = dtypeIn("eye", options);
  const data = allocate(dtype, n * m, "eye");
  for (let i = 0; i < Math.min(n, m); i++) data[i * (m + 1)] = 1;
  return contiguous(dtype, shape, data);
});

export interface Arange {
  /** The whole numbers from 0 to before n. */
  <const N extends number>(n: N, options?: MakeOptions): NDArray<[N]>;
  /** Numbers from start to before stop, in steps of 1 or of another size. */
  (start: number, stop: number, step?: number, options?: MakeOptions): NDArray<[number]>;
}

/**
 * The numbers 0, 1, …, n - 1; or those from `start` on, at distances of `step`, up to but without `stop`.
 *
 * Number i is start + i step, each operation rounded to float64. There are ⌈(stop - start) / step⌉ of them.
 *
 * @throws DomainError when n is negative or not whole, or when no finite count of steps leads from start to stop
 * @example
 * import { arange, toNested } from "gradfold";
 * toNested(arange(3)); // => [ 0, 1, 2 ]
 * toNested(arange(5, 0, -2)); // => [ 5, 3, 1 ]
 */
export const arange = typed<Arange>(
  (first: number, stop?: number | MakeOptions, step = 1, last?: MakeOptions): NDArray => {
    checkNumber("arange", stop === undefined ? "n" : "every bound", first);
    if (typeof stop !== "number") return vector("arange", first, dtypeIn("arange", stop), (i) => i);
    checkNumber("arange", "the step", step, " Options come fourth.");
    const count = Math.max(0, Math.ceil((stop - first) / step));
    if (step === 0 || !Number.isSafeInteger(count))
      throw new DomainError(`arange: no number of steps of ${step} leads from ${first} to ${stop}.`);
    return vector("arange", count, dtypeIn("arange", last), (i) => first + i * step);
  },
);

/**
 * Numbers at equal distances from `start` to `stop`, both included.
 *
 * @throws DomainError when the count is negative or not whole, or a bound is not finite
 * @example
 * import { linspace, toNested } from "gradfold";
 * toNested(linspace(0, 1, 3)); // => [ 0, 0.5, 1 ]
 */
export const linspace = typed<
  <const N extends number>(start: number, stop: number, count: N, options?: MakeOptions) => NDArray<[N]>
>((start: number, stop: number, count: number, options?: MakeOptions) => {
  checkNumber("linspace", "the count", count, " It comes third.");
  checkShape("linspace", [count]);
  for (const bound of [start, stop]) checkNumber("linspace", "a bound", bound);
  if (!Number.isFinite(stop - start))
    throw new DomainError(`linspace: the distance must be finite: from ${start} to ${stop}.`);
  const step = (stop - start) / Math.max(count - 1, 1);
  const at = (i: number): number => (i > 0 && i === count - 1 ? stop : start + i * step);
  return vector("linspace", count, dtypeIn("linspace", options), at);
});
