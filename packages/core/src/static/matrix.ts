import type { NDArray } from "../array/array.ts";
import type { Shape } from "../array/shape.ts";
import type { Broadcast, BroadcastClash, SameSize } from "./broadcast.ts";
import type { Lead } from "./contract.ts";
import type { ShapeText, SizeText, Unless } from "./text.ts";

/* Matrices along the last two axes; those before them are a stack. */

export type Rows<S extends Shape> = S extends readonly [...unknown[], infer M extends number, unknown] ? M : never;
export type Columns<S extends Shape> = S extends readonly [...unknown[], infer N extends number] ? N : never;

type SquareClash<Name extends string, S extends Shape> = number extends S["length"]
  ? never
  : S extends readonly [...unknown[], infer M extends number, infer N extends number]
    ? SameSize<M, N> extends false
      ? `${Name}: the matrix must be square, not ${ShapeText<S>}`
      : never
    : `${Name}: the matrix must be square, not ${ShapeText<S>}`;

/** The size of the right-hand side that answers to the matrix. */
export type Height<B extends Shape> = B extends readonly [infer N extends number] ? N : Rows<B>;

type SystemClash<Name extends string, A extends Shape, B extends Shape> = number extends A["length"]
  ? never
  : number extends B["length"]
    ? never
    : A extends readonly [...unknown[], infer M extends number, infer N extends number]
      ? SameSize<M, N> extends false
        ? `${Name}: the matrix must be square, not ${ShapeText<A>}`
        : SidesClash<Name, A, B, N>
      : `${Name}: the matrix must be square, not ${ShapeText<A>}`;

type SidesClash<Name extends string, A extends Shape, B extends Shape, N extends number> = B["length"] extends 0
  ? `${Name}: the right-hand side is a scalar. Use div`
  : SameSize<N, Height<B>> extends false
    ? `${Name}: sizes differ: ${ShapeText<A>} and ${ShapeText<B>} (${SizeText<N>} is not ${SizeText<Height<B>>})`
    : B["length"] extends 1
      ? never
      : BroadcastClash<`${Name}: batch axes`, Lead<A>, Lead<B>>;

type Solved<A extends Shape, B extends Shape> = number extends A["length"]
  ? Shape
  : number extends B["length"]
    ? Shape
    : B extends readonly [unknown]
      ? [...Lead<A>, Columns<A>]
      : [...Broadcast<Lead<A>, Lead<B>>, Rows<B>, Columns<B>];

export interface Solve<Name extends string, Options = object> {
  /** A square matrix, or a stack of them, and a right-hand side: a vector, or columns. */
  <A extends Shape, B extends Shape>(
    a: NDArray<A>,
    b: Unless<SystemClash<Name, A, B>, NDArray<B>>,
    options?: Readonly<Partial<Options>>,
  ): NDArray<Solved<A, B>>;
}

export interface OfSquare<Name extends string> {
  /** A square matrix for a square matrix, or for each of a stack. */
  <S extends Shape>(a: Unless<SquareClash<Name, S>, NDArray<S>>): NDArray<S>;
}
