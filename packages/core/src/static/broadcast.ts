import type { NDArray, Operand } from "../array/array.ts";
import type { Shape } from "../array/shape.ts";
import type { Equal, Exactly, ShapeText, Unless } from "./text.ts";

/** The shape of an operand; a number has none. */
export type ShapeOf<X> = X extends NDArray<infer S> ? S : [];

/** Two sizes that are neither equal nor 1: an unknown one gives way to a known one; never is a clash. */
type Gradual<A extends number, B extends number> = number extends A
  ? B
  : number extends B
    ? A
    : 1 extends A | B
      ? number
      : A & B;

/**
 * The shape of two broadcast together. Equal shapes and scalars are decided at once, for a generic S too; an unknown
 * rank stays unknown; a clash gives an unknown rank, so that one mistake makes one error.
 */
export type Broadcast<A extends Shape, B extends Shape> = Exactly<A> | Exactly<B> extends
  Exactly<infer R extends Shape> | Exactly<[]>
  ? Exactly<R> extends Exactly<A> | Exactly<B>
    ? R
    : []
  : number extends A["length"]
    ? Shape
    : number extends B["length"]
      ? Shape
      : Align<A, B>;

type Align<A extends Shape, B extends Shape, Out extends Shape = []> = A extends readonly [
  ...infer AI extends Shape,
  infer a extends number,
]
  ? B extends readonly [...infer BI extends Shape, infer b extends number]
    ? Exactly<a> | Exactly<b> extends Exactly<infer R extends number> | Exactly<1>
      ? Align<AI, BI, [Exactly<R> extends Exactly<a> | Exactly<b> ? R : 1, ...Out]>
      : [Gradual<a, b>] extends [never]
        ? Shape
        : Align<AI, BI, [Gradual<a, b>, ...Out]>
    : [...A, ...Out]
  : [...B, ...Out];

/** The two sizes that clash, from the right; never where none do. */
type Differs<A extends Shape, B extends Shape> = A extends readonly [...infer AI extends Shape, infer a extends number]
  ? B extends readonly [...infer BI extends Shape, infer b extends number]
    ? Exactly<a> | Exactly<b> extends Exactly<infer _> | Exactly<1>
      ? Differs<AI, BI>
      : [Gradual<a, b>] extends [never]
        ? [a, b]
        : Differs<AI, BI>
    : never
  : never;

export type BroadcastClash<Name extends string, A extends Shape, B extends Shape> = Exactly<A> | Exactly<B> extends
  Exactly<infer _> | Exactly<[]>
  ? never
  : number extends A["length"]
    ? never
    : number extends B["length"]
      ? never
      : Complaint<Name, A, B, Differs<A, B>>;

type Complaint<Name extends string, A extends Shape, B extends Shape, D> = [D] extends [never]
  ? never
  : D extends readonly [infer a extends number, infer b extends number]
    ? `${Name}: cannot broadcast ${ShapeText<A>} with ${ShapeText<B>}: ${a} is not ${b}`
    : never;

export interface Unary {
  /** At every place of an array, or of a number; the shape stays. */
  <X extends Operand>(x: X): NDArray<ShapeOf<X>>;
}

export interface Binary<Name extends string> {
  /** At every place of two arrays, or an array and a number, broadcast. */
  <A extends Operand, B extends Operand>(
    a: A,
    b: Unless<BroadcastClash<Name, ShapeOf<A>, ShapeOf<B>>, B>,
  ): NDArray<Broadcast<ShapeOf<A>, ShapeOf<B>>>;
}

export interface Parametric<Name extends string> {
  /** At every place of an array and its parameter, broadcast; the parameter may be left out. */
  <A extends Operand, B extends Operand = number>(
    a: A,
    b?: Unless<BroadcastClash<Name, ShapeOf<A>, ShapeOf<B>>, B>,
  ): NDArray<Broadcast<ShapeOf<A>, ShapeOf<B>>>;
}

/** Two sizes may be equal: they are, or one is not known. */
export type SameSize<A extends number, B extends number> =
  Equal<A, B> extends true
    ? true
    : number extends A
      ? true
      : number extends B
        ? true
        : [A & B] extends [never]
          ? false
          : true;

/** Two shapes may be equal: of one rank, with no two known sizes that differ. */
type MayEqual<A extends Shape, B extends Shape> = A extends readonly [infer a extends number, ...infer AR extends Shape]
  ? B extends readonly [infer b extends number, ...infer BR extends Shape]
    ? SameSize<a, b> extends true
      ? MayEqual<AR, BR>
      : false
    : false
  : B extends readonly []
    ? true
    : false;

/** Equal shapes are asked for, without broadcasting. */
export type SameShapeClash<Name extends string, A extends Shape, B extends Shape> =
  Exactly<A> extends Exactly<B>
    ? never
    : number extends A["length"]
      ? never
      : number extends B["length"]
        ? never
        : MayEqual<A, B> extends true
          ? never
          : `${Name}: shapes differ: ${ShapeText<A>} and ${ShapeText<B>}`;
