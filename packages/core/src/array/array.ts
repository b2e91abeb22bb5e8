import type { DType, Store } from "../scalar/dtype.ts";
import type { Tracer } from "./primitive.ts";
import { rowMajor, type Shape, sizeOf } from "./shape.ts";
import { isOne, isRowMajor, type View, viewOn } from "./view.ts";

declare const shape: unique symbol;

/**
 * An immutable array of numbers whose shape is part of its type: `NDArray<[100, 2]>`.
 *
 * Concrete arrays and the traced values inside `grad` and its kin are both NDArrays. A size that is only known at run
 * time has the type `number`, and an array of unknown rank is a plain `NDArray`: checks then happen at run time.
 */
export interface NDArray<S extends Shape = Shape> {
  readonly [shape]: S;
  /** The size of each axis; of a scalar the empty list. */
  readonly shape: Readonly<S>;
  /** The type of the elements. */
  readonly dtype: DType;
}

export type Scalar = NDArray<[]>;
export type Vector<N extends number = number> = NDArray<[N]>;
export type Matrix<M extends number = number, N extends number = number> = NDArray<[M, N]>;

/** What operations take: an array, or a number that takes a float array's dtype. */
export type Operand<S extends Shape = Shape> = NDArray<S> | number;

export type { View } from "./view.ts";

/** Shape and dtype: what is known of an array without its elements. */
export interface ArrayType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** How the elements lie: one for all places, in row-major order, or otherwise. */
export type Layout = "one" | "rows" | "strided";

const viewOf: unique symbol = Symbol("view");
const dataOf: unique symbol = Symbol("data");
const startOf: unique symbol = Symbol("start");
const layoutAt: unique symbol = Symbol("layout");
const tracerOf: unique symbol = Symbol("tracer");

/** What an array holds and its type does not show. Only this file reads or writes it. */
class Inside {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Elements in row-major order are kept as a run of a buffer, of which a view is made when someone asks for it. */
  [viewOf]: View | undefined;
  readonly [dataOf]: Store | undefined;
  readonly [startOf]: number;
  readonly [layoutAt]: Layout;
  readonly [tracerOf]: Tracer | undefined;

  constructor(
    dtype: DType,
    shape: Shape,
    view: View | undefined,
    data: Store | undefined,
    start: number,
    layout: Layout,
    tracer: Tracer | undefined,
  ) {
    this.shape = shape;
    this.dtype = dtype;
    this[viewOf] = view;
    this[dataOf] = data;
    this[startOf] = start;
    this[layoutAt] = layout;
    this[tracerOf] = tracer;
  }
}

/** What every array inherits: how it shows itself. `print.ts` fills it in. */
export const { prototype }: { readonly prototype: object } = Inside;

/** By this name every copy of this module knows the arrays of every other one. */
const brand = Symbol.for("gradfold.array");
Object.defineProperty(prototype, brand, { value: true });

const inside = (x: NDArray): Inside => x as Partial<Inside> as Inside;

const outside = (held: Inside): NDArray => held as Partial<Inside> as NDArray;

const layoutFor = (view: View): Layout => (isOne(view) ? "one" : isRowMajor(view) ? "rows" : "strided");

/** The array of a view that nobody else writes to. */
export const concrete = (dtype: DType, shape: Shape, view: View): NDArray =>
  outside(new Inside(dtype, shape, view, undefined, 0, layoutFor(view), undefined));

/** The array of a run of a buffer that nobody writes to any more, in row-major order. */
export const contiguous = (dtype: DType, shape: Shape, data: Store, start = 0): NDArray =>
  outside(new Inside(dtype, shape, undefined, data, start, sizeOf(shape) === 1 ? "one" : "rows", undefined));

/** One element, seen at every place of a shape. */
export const repeated = (dtype: DType, shape: Shape, data: Store): NDArray =>
  concrete(
    dtype,
    shape,
    viewOn(
      data,
      shape,
      shape.map(() => 0),
      0,
    ),
  );

/** A value that a transform follows. */
export const traced = (dtype: DType, shape: Shape, tracer: Tracer): NDArray =>
  outside(new Inside(dtype, shape, undefined, undefined, 0, "strided", tracer));

/** How the transform that follows `x` sees it; undefined for a concrete array. */
export const tracer = (x: NDArray): Tracer | undefined => inside(x)[tracerOf];

/** How the elements of an array lie. */
export const layoutOf = (x: NDArray): Layout => inside(x)[layoutAt];

/** A stretch of a buffer. */
export interface Run {
  readonly data: Store;
  readonly start: number;
}

/** The elements of an array where they are kept as a run, to be read only. */
export const runIfKept = (x: NDArray): Run | undefined => {
  const { [dataOf]: data, [startOf]: start } = inside(x);
  return data && { data, start };
};

/** The elements of a concrete array; the caller must not write to them. */
export const viewIfConcrete = (x: NDArray): View | undefined => {
  const held = inside(x);
  const { [dataOf]: data } = held;
  if (held[viewOf] === undefined && data !== undefined)
    held[viewOf] = viewOn(data, held.shape, rowMajor(held.shape), held[startOf]);
  return held[viewOf];
};

/** Whether something is an array of this module. */
export const isNDArray = (x: unknown): x is NDArray => x instanceof Inside;

/** Whether something is an array of another copy of this module, whose insides are out of reach. */
export const isForeign = (x: unknown): boolean => typeof x === "object" && x !== null && brand in x && !isNDArray(x);

/** What such an array is called in errors. */
export const foreign =
  "an array of another copy of @gradfold/core: load one copy only (npm ls @gradfold/core shows where they are)";
