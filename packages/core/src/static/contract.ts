import type { Shape } from "../array/shape.ts";
import type { Broadcast, BroadcastClash, SameSize } from "./broadcast.ts";
import type { Equal, ShapeText, SizeText } from "./text.ts";

type Last<S extends Shape> = S extends readonly [...unknown[], infer L extends number] ? L : never;
type Init<S extends Shape> = S extends readonly [...infer I extends Shape, unknown] ? I : never;

/** The axis of the right operand that is summed over. */
type Inner<B extends Shape> = B extends readonly [infer K extends number]
  ? K
  : B extends readonly [...unknown[], infer K extends number, unknown]
    ? K
    : never;

/** The axes before the last two: a stack of matrices. */
export type Lead<S extends Shape> = S extends readonly [...infer P extends Shape, unknown, unknown] ? P : [];

/** The shape of a matrix product, as in NumPy: a vector counts as a row on the left and as a column on the right. */
export type MatMul<A extends Shape, B extends Shape> = number extends A["length"]
  ? Shape
  : number extends B["length"]
    ? Shape
    : SameSize<Last<A>, Inner<B>> extends false
      ? Shape
      : B extends readonly [unknown]
        ? Init<A>
        : A extends readonly [unknown]
          ? [...Lead<B>, Last<B>]
          : [...Broadcast<Lead<A>, Lead<B>>, Last<Init<A>>, Last<B>];

export type MatMulClash<A extends Shape, B extends Shape> = number extends A["length"]
  ? never
  : number extends B["length"]
    ? never
    : A["length"] extends 0
      ? "matmul: the first argument is a scalar. Use mul"
      : B["length"] extends 0
        ? "matmul: the second argument is a scalar. Use mul"
        : SameSize<Last<A>, Inner<B>> extends false
          ? `matmul: inner sizes differ: ${ShapeText<A>} @ ${ShapeText<B>} (${SizeText<Last<A>>} is not ${SizeText<Inner<B>>})${Swap<A, B>}`
          : BroadcastClash<"matmul: batch axes", Lead<A>, Lead<B>>;

type Swap<A extends Shape, B extends Shape> =
  Equal<Last<B>, Inner<A>> extends true ? ". Did you mean to swap them?" : "";

export type VectorClash<
  Name extends string,
  A extends Shape,
  B extends Shape,
  Hint extends string,
> = number extends A["length"]
  ? never
  : number extends B["length"]
    ? never
    : A extends readonly [unknown]
      ? B extends readonly [unknown]
        ? never
        : VectorComplaint<Name, A, B, Hint>
      : VectorComplaint<Name, A, B, Hint>;

type VectorComplaint<
  Name extends string,
  A extends Shape,
  B extends Shape,
  Hint extends string,
> = `${Name}: two vectors are needed, not ${ShapeText<A>} and ${ShapeText<B>}. ${Hint}`;

export type DotClash<A extends Shape, B extends Shape> = [VectorClash<"dot", A, B, "Use matmul">] extends [never]
  ? A extends readonly [infer M extends number]
    ? B extends readonly [infer N extends number]
      ? SameSize<M, N> extends false
        ? `dot: sizes differ: ${ShapeText<A>} and ${ShapeText<B>}`
        : never
      : never
    : never
  : VectorClash<"dot", A, B, "Use matmul">;

/** The size of a vector. */
export type SizeOf<S extends Shape> = S extends readonly [infer N extends number] ? N : number;
