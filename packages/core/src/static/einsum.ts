import type { NDArray } from "../array/array.ts";
import type { Shape } from "../array/shape.ts";
import type { SameSize } from "./broadcast.ts";
import type { SizeText } from "./text.ts";

/*
 * Subscripts that are written out, such as "ij,jk->ik", give the shape of the result; with an ellipsis, a space or no
 * arrow nothing is claimed.
 */

export type ShapesOf<X extends readonly NDArray[]> = {
  -readonly [K in keyof X]: X[K] extends NDArray<infer S> ? S : Shape;
};

/** The sizes by name, read one letter at a time: a record, a complaint, or null where nothing is claimed. */
type Sizes<
  Left extends string,
  S extends readonly Shape[],
  Spec extends string,
  Known = object,
> = Left extends `,${infer Rest}`
  ? S extends readonly [readonly [], ...infer More extends readonly Shape[]]
    ? Sizes<Rest, More, Spec, Known>
    : null
  : Left extends `${infer Label}${infer Rest}`
    ? S extends readonly [
        readonly [infer N extends number, ...infer Axes extends Shape],
        ...infer More extends readonly Shape[],
      ]
      ? Label extends keyof Known
        ? SameSize<Known[Label] & number, N> extends true
          ? Sizes<Rest, [Axes, ...More], Spec, Known>
          : `einsum: the sizes of ${Label} differ: ${SizeText<Known[Label] & number>} and ${SizeText<N>} in ${Spec}`
        : Sizes<Rest, [Axes, ...More], Spec, Known & { readonly [K in Label]: N }>
      : null
    : S extends readonly [readonly []]
      ? Known
      : null;

type Picked<Right extends string, Known, Out extends Shape = []> = Right extends `${infer Label}${infer Rest}`
  ? Label extends keyof Known
    ? Picked<Rest, Known, [...Out, Known[Label] & number]>
    : Shape
  : Out;

/** Whether subscripts are of the kind that is followed. */
type Plain<Spec extends string> = Spec extends `${string}.${string}` | `${string} ${string}` ? false : true;

type SizesOf<Spec extends string, S extends readonly Shape[]> =
  Plain<Spec> extends true ? (Spec extends `${infer Left}->${string}` ? Sizes<Left, S, Spec> : null) : null;

/** The shape of a sum over operands whose axes the subscripts name. */
export type EinsumShape<Spec extends string, S extends readonly Shape[]> =
  SizesOf<Spec, S> extends infer Known
    ? Known extends string | null
      ? Shape
      : Spec extends `${string}->${infer Right}`
        ? Picked<Right, Known>
        : Shape
    : never;

export type EinsumClash<Spec extends string, S extends readonly Shape[]> =
  SizesOf<Spec, S> extends infer Known extends string ? Known : never;
