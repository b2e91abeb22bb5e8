import type { NDArray } from "../array/array.ts";
import type { Shape } from "../array/shape.ts";
import type { DType } from "../scalar/dtype.ts";
import type { ShapeText, SizeText, Unless } from "./text.ts";

/*
 * Calls that NumPy's users write and that are refused, in the words that are also said at run time: what is meant as a
 * list comes one by one. They are overloads, so that shapes of generic functions are never a complaint. The compiler tells
 * of the last overload alone: so each of them asks for the same as the right call where a list is given.
 */

type Numbers<L extends readonly unknown[], Out extends Shape = []> = L extends readonly [infer H, ...infer R]
  ? Numbers<R, H extends number ? [...Out, H] : Out>
  : Out;

type Words<
  Name extends string,
  What extends string,
  Before extends string,
  L extends readonly unknown[],
> = L extends readonly [number, ...unknown[]]
  ? `${Name}: the ${What} come as a list: ${Name}(${Before}${ShapeText<Numbers<L>>})`
  : never;

interface Options {
  /** The type of the elements. */
  readonly dtype?: DType;
}

/** What comes behind a list, and nothing more; behind a number anything may. */
type Behind<A, Given, Asked, More extends readonly unknown[] = []> = A extends number
  ? Given
  : More extends readonly []
    ? Asked
    : never;

/** Sizes one by one, as in zeros(2, 2). */
export interface SizesApart<Name extends string> {
  /** The sizes come as a list, not one by one. */
  <const A extends number | Shape, const B, const R extends readonly unknown[]>(
    size: Unless<Words<Name, "sizes", "", [A, B, ...R]>, A>,
    second?: Behind<A, B, Options, R>,
    ...sizes: R
  ): NDArray;
}

type FullWords<L extends readonly unknown[]> = L extends readonly [number, ...unknown[]]
  ? Numbers<L> extends [...infer I extends Shape, infer V extends number]
    ? I extends []
      ? `full: the sizes come as a list: full([${SizeText<V>}], 0)`
      : `full: the sizes come as a list: full(${ShapeText<I>}, ${SizeText<V>})`
    : never
  : never;

/** Sizes one by one before a value, as in full(2, 2, 7). */
export interface FullApart {
  /** The sizes come as a list, not one by one before the value. */
  <const A extends number | Shape, const B, const C, const R extends readonly unknown[]>(
    size: Unless<FullWords<[A, B, C, ...R]>, A>,
    second: Behind<A, B, number>,
    third?: Behind<A, C, Options, R>,
    ...rest: R
  ): NDArray;
}

type RowsApart<B> = B extends readonly unknown[] ? "array: the rows come as a list: array([[1, 2], [3, 4]])" : never;

/** Numbers one by one, as in array(1, 2), or rows; other data are right. */
export interface ElementsApart<Data> {
  /** The numbers, or the rows, come as a list, not one by one. */
  <const A extends Data, const B, const R extends readonly unknown[]>(
    first: B extends number ? Unless<Words<"array", "numbers", "", [A, B, ...R]>, A> : A,
    second: Unless<
      RowsApart<B>,
      B extends number
        ? B
        : Options & {
            /** The size of each axis. */
            readonly shape?: Shape;
          }
    >,
    ...rest: R
  ): NDArray;
}

/** Numbers one by one behind a first argument, as in transpose(x, 1, 0). */
export interface Apart<Name extends string, What extends string, X = NDArray> {
  /** What comes behind the array is a list, not one by one. */
  <const A extends number | Shape, const B, const R extends readonly unknown[]>(
    x: X,
    first: Unless<Words<Name, What, "x, ", [A, B, ...R]>, A>,
    second?: Behind<A, B, undefined, R>,
    ...rest: R
  ): NDArray;
}

/** What is said of arrays that come one by one. */
export type ArraysApart<Call extends string, X> = X extends NDArray
  ? Call extends `${infer Name}(${string}`
    ? `${Name}: the arrays come as a list: ${Call}`
    : never
  : never;

/** The first of a list of arrays, and how many there are; no conditional types, which would hide generic sizes. */
export type First<X> = X[0 & keyof X];
export type Count<X> = X["length" & keyof X] & number;
