import type { NDArray } from "../array/array.ts";
import type { Shape } from "../array/shape.ts";
import type { Broadcast, BroadcastClash, SameSize } from "./broadcast.ts";
import type { Lead } from "./contract.ts";
import type { Columns, Height, Rows } from "./matrix.ts";
import type { Lesser } from "./natural.ts";
import type { Equal, ShapeText, SizeText, Unless } from "./text.ts";

/* What matrices of any height and width are factored into, and their least squares. */

/** The lesser of two sizes. */
type Least<M extends number, N extends number> = Equal<M, N> extends true ? M : Lesser<M, N>;

type MatrixClash<Name extends string, S extends Shape> = number extends S["length"]
  ? never
  : S extends readonly [...unknown[], infer _M extends number, infer _N extends number]
    ? never
    : `${Name}: a matrix is needed, not ${ShapeText<S>}`;

/** An array of a shape that is known if the matrix's is. */
type Part<S extends Shape, P extends Shape> = NDArray<number extends S["length"] ? Shape : P>;

type Rank<S extends Shape> = Least<Rows<S>, Columns<S>>;

export interface Factored<Name extends string> {
  /** An orthogonal and a triangular factor of a matrix, or of each of a stack. */
  <S extends Shape>(
    a: Unless<MatrixClash<Name, S>, NDArray<S>>,
  ): {
    /** Columns of length 1 at right angles. */
    readonly q: Part<S, [...Lead<S>, Rows<S>, Rank<S>]>;
    /** The upper triangle. */
    readonly r: Part<S, [...Lead<S>, Rank<S>, Columns<S>]>;
  };
}

export interface SingularValues<Name extends string> {
  /** The singular values of a matrix, or of each of a stack, with the vectors on the left and on the right. */
  <S extends Shape>(
    a: Unless<MatrixClash<Name, S>, NDArray<S>>,
  ): {
    /** The left singular vectors, as columns. */
    readonly u: Part<S, [...Lead<S>, Rows<S>, Rank<S>]>;
    /** The singular values, the greatest first. */
    readonly s: Part<S, [...Lead<S>, Rank<S>]>;
    /** The right singular vectors, as columns. */
    readonly v: Part<S, [...Lead<S>, Columns<S>, Rank<S>]>;
  };
}

export interface OfMatrix<Name extends string> {
  /** A number for a matrix, or for each of a stack. */
  <S extends Shape>(a: Unless<MatrixClash<Name, S>, NDArray<S>>): Part<S, Lead<S>>;
}

export interface PseudoInverse<Name extends string> {
  /** A matrix of the transposed one's shape, or one for each of a stack; `rcond` says what counts as zero. */
  <S extends Shape>(
    a: Unless<MatrixClash<Name, S>, NDArray<S>>,
    options?: {
      /** The share of the first pivot at which another counts as zero. */
      readonly rcond?: number;
    },
  ): Part<S, [...Lead<S>, Columns<S>, Rows<S>]>;
}

type SidesClash<Name extends string, A extends Shape, B extends Shape> = number extends A["length"]
  ? never
  : number extends B["length"]
    ? never
    : A extends readonly [...unknown[], infer M extends number, infer _N extends number]
      ? B["length"] extends 0
        ? `${Name}: the right-hand side is a scalar`
        : SameSize<M, Height<B>> extends false
          ? `${Name}: sizes differ: ${ShapeText<A>} and ${ShapeText<B>} (${SizeText<M>} is not ${SizeText<Height<B>>})`
          : B["length"] extends 1
            ? never
            : BroadcastClash<`${Name}: batch axes`, Lead<A>, Lead<B>>
      : `${Name}: a matrix is needed, not ${ShapeText<A>}`;

/** What there is one of for each right-hand side: a vector, or as many as there are columns. */
type Each<A extends Shape, B extends Shape, One extends Shape> = NDArray<
  number extends A["length"]
    ? Shape
    : number extends B["length"]
      ? Shape
      : B extends readonly [unknown]
        ? [...Lead<A>, ...One]
        : [...Broadcast<Lead<A>, Lead<B>>, ...One, Columns<B>]
>;

/** The axes of a stack of matrices and right-hand sides. */
type Stack<A extends Shape, B extends Shape> = number extends A["length"]
  ? Shape
  : number extends B["length"]
    ? Shape
    : B extends readonly [unknown]
      ? Lead<A>
      : Broadcast<Lead<A>, Lead<B>>;

export interface LeastSquares<Name extends string> {
  /** A matrix, or a stack of them, and a right-hand side: a vector, or columns; `rcond` says what counts as zero. */
  <A extends Shape, B extends Shape>(
    a: NDArray<A>,
    b: Unless<SidesClash<Name, A, B>, NDArray<B>>,
    options?: {
      /** The share of the first pivot at which another counts as zero. */
      readonly rcond?: number;
    },
  ): {
    /** The x of least squares, and of those the shortest. */
    readonly solution: Each<A, B, [Columns<A>]>;
    /** The sum of squares of a x - b. */
    readonly residualSumOfSquares: Each<A, B, []>;
    /** How many columns of the matrix are independent. */
    readonly rank: NDArray<Stack<A, B>>;
  };
}
