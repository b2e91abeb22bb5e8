import type { NDArray } from "../array/array.ts";
import type { Shape } from "../array/shape.ts";
import type { SameShapeClash } from "./broadcast.ts";
import type { SizeAt } from "./axes.ts";
import type { Difference, Lesser, Product, ProductOf, Steps, Sum } from "./natural.ts";
import type { Mutable } from "./text.ts";

export type Reverse<S extends Shape, Out extends Shape = []> = S extends readonly [
  infer H extends number,
  ...infer R extends Shape,
]
  ? Reverse<R, [H, ...Out]>
  : number extends S["length"]
    ? Shape
    : Out;

export type Permuted<S extends Shape, P extends Shape> = {
  -readonly [K in keyof P]: P[K] extends keyof S & number ? S[P[K]] : S[P[K] & number];
};

/** -1 stands for the size that remains, which of a vector is known. */
export type Reshaped<From extends Shape, S extends Shape> = S extends readonly [-1]
  ? [ProductOf<From>]
  : { -readonly [K in keyof S]: S[K] extends -1 ? number : S[K] };

/** The sizes of all arrays of a list along an axis, together. */
export type Total<X, Ax extends string, Out extends number = 0> = number extends Out
  ? number
  : X extends readonly [NDArray<infer S>, ...infer R]
    ? Total<R, Ax, Sum<Out, SizeAt<S, Ax>>>
    : X extends readonly []
      ? Out
      : number;

/** A size with what is before and after it. */
type Widened<N extends number, W> = W extends readonly [infer A extends number, infer B extends number]
  ? Sum<Sum<A, N>, B>
  : number;

/** The shape with a border of widths W: one for all sides, or a pair for each axis. */
export type Padded<S extends Shape, W> = {
  -readonly [K in keyof S]: W extends number ? Widened<S[K], [W, W]> : Widened<S[K], W[K & keyof W]>;
};

/** Every size times its count; of two ranks the higher one. */
export type Tiled<S extends Shape, R extends Shape, Out extends Shape = []> = number extends S["length"] | R["length"]
  ? Shape
  : S extends readonly [...infer SI extends Shape, infer s extends number]
    ? R extends readonly [...infer RI extends Shape, infer r extends number]
      ? Tiled<SI, RI, [Product<s, r>, ...Out]>
      : [...S, ...Out]
    : [...R, ...Out];

/** Per axis: null takes all, a number picks one and drops the axis, a list is a range as in Python. */
export type Range = null | number | readonly [start: number | null, stop?: number | null, step?: number];

type OrNothing<D> = D extends number ? D : 0;

/** How many of N places lie from a bound on: as in Python negative ones count from the end, and all are cut to what is there. */
type From<N extends number, Bound, Open extends number> = number extends Bound
  ? number
  : Bound extends number
    ? `${Bound}` extends `-${infer Back extends number}`
      ? Lesser<N, Back>
      : OrNothing<Difference<N, Bound>>
    : Open;

/** How many of N places lie up to a bound and at it. */
type UpTo<N extends number, Bound, Open extends number> = number extends Bound
  ? number
  : Bound extends number
    ? `${Bound}` extends `-${infer Back extends number}`
      ? OrNothing<Difference<N, OrNothing<Difference<Back, 1>>>>
      : OrNothing<Difference<N, OrNothing<Difference<OrNothing<Difference<N, Bound>>, 1>>>>
    : Open;

/** How many of N places a range takes, where its bounds and its step are literals. */
type Span<N extends number, Start, Stop, Step> = number extends N | Step
  ? number
  : Step extends number
    ? `${Step}` extends `-${infer Back extends number}`
      ? Steps<OrNothing<Difference<UpTo<N, Start, N>, UpTo<N, Stop, 0>>>, Back>
      : Steps<OrNothing<Difference<From<N, Start, N>, From<N, Stop, 0>>>, Step>
    : Span<N, Start, Stop, 1>;

type Ranged<N extends number, R> = R extends readonly [infer A, infer B, infer C]
  ? Span<N, A, B, C>
  : R extends readonly [infer A, infer B]
    ? Span<N, A, B, 1>
    : R extends readonly [infer A]
      ? Span<N, A, null, 1>
      : number;

export type Sliced<S extends Shape, R extends readonly unknown[]> = number extends S["length"]
  ? Shape
  : number extends R["length"]
    ? Shape
    : R extends readonly [infer r, ...infer Rest]
      ? S extends readonly [infer H extends number, ...infer T extends Shape]
        ? r extends null
          ? [H, ...Sliced<T, Rest>]
          : r extends number
            ? Sliced<T, Rest>
            : [Ranged<H, r>, ...Sliced<T, Rest>]
        : []
      : Mutable<S>;

export type StackClash<X> = X extends readonly [NDArray<infer F>, ...infer R] ? AllSame<F, R> : never;

type AllSame<F extends Shape, R extends readonly unknown[]> = R extends readonly [NDArray<infer G>, ...infer Q]
  ? [SameShapeClash<"stack", F, G>] extends [never]
    ? AllSame<F, Q>
    : SameShapeClash<"stack", F, G>
  : never;

/** What `array` accepts: numbers or booleans, nested evenly. */
export type Nested = number | boolean | readonly Nested[];

/** Of data whose type says nothing (`any`, or lists of unknown depth) the rank is unknown. */
export type ShapeOfNested<T> = Nested extends T ? Shape : NestedSizes<T>;

type NestedSizes<T> = T extends readonly unknown[]
  ? number extends T["length"]
    ? [number, ...NestedSizes<T[number]>]
    : T extends readonly []
      ? [0]
      : [T["length"], ...NestedSizes<T[0]>]
  : [];
