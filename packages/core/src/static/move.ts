import type { NDArray } from "../array/array.ts";
import type { Shape } from "../array/shape.ts";
import type { SameShapeClash } from "./broadcast.ts";
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

/** -1 stands for the size that remains. */
export type Reshaped<S extends Shape> = { -readonly [K in keyof S]: S[K] extends -1 ? number : S[K] };

/** Per axis: null takes all, a number picks one and drops the axis, a list is a range as in Python. */
export type Range = null | number | readonly [start: number | null, stop?: number | null, step?: number];

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
            : [number, ...Sliced<T, Rest>]
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
