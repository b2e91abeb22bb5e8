import type { NDArray, Scalar, Shape } from "@gradfold/core";
import type { Unless } from "@gradfold/core/library";
import type { Insert, ShapeText } from "@gradfold/core/transform";

/** A number may stand for a scalar (or for an array of unknown rank) where a transformed function is called. */
export type Argument<P> = P | (P extends NDArray<infer S> ? ([] extends S ? number : never) : never);

/** The same for a list of arguments. */
export type Arguments<A extends readonly unknown[]> = { [K in keyof A]: Argument<A[K]> };

/** Which arguments are differentiated, as the option `argnums` says; the first where it says nothing. */
export type Named = number | readonly number[] | undefined;

/** What is differentiated, and so what a gradient looks like. */
export type Differentiated<P, A extends readonly unknown[], N extends Named> = N extends undefined
  ? P
  : Chosen<[P, ...A], N>;

/** One of a list of arguments, or several of them. */
type Chosen<A extends readonly unknown[], N> = N extends readonly number[]
  ? { [K in keyof N]: A[N[K] & number] }
  : A[N & number];

/** What a loss may return: a scalar, or a pair of a scalar and anything else. */
type LossClash<Name extends string, R> = R extends readonly [infer L, unknown]
  ? ScalarClash<Name, L>
  : ScalarClash<Name, R>;

type ScalarClash<Name extends string, L> = L extends number
  ? never
  : L extends NDArray<infer S>
    ? number extends S["length"]
      ? never
      : S extends readonly []
        ? never
        : `${Name}: the loss must be a scalar, but its shape is ${ShapeText<S>}. Take its mean or sum`
    : `${Name}: the loss must return a scalar array`;

/** A function whose gradient can be taken by what is named. */
export type LossOf<Name extends string, P, A extends readonly unknown[], R> = (
  params: P,
  ...rest: A
) => Unless<LossClash<Name, R>, R>;

/** What decides must be a scalar. */
type TruthClash<Name extends string, T> =
  T extends NDArray<infer S>
    ? number extends S["length"]
      ? never
      : S extends readonly []
        ? never
        : `${Name}: a scalar truth is needed, but its shape is ${ShapeText<S>}`
    : never;

/** A scalar truth, or the complaint about its shape. */
export type Truth<Name extends string, T> = Unless<TruthClash<Name, T>, T>;

/** The loss as it comes back: a number becomes a scalar array. */
export type ValueOf<R> = R extends number ? Scalar : R;

/** The derivative of every leaf of a result with respect to every leaf of an input: the shapes of both, in this order. */
export type Jacobian<Out, In> =
  Out extends NDArray<infer O>
    ? JacobianRow<O, In>
    : Out extends number
      ? JacobianRow<[], In>
      : { [K in keyof Out]: Jacobian<Out[K], In> };

type JacobianRow<O extends Shape, In> =
  In extends NDArray<infer I>
    ? NDArray<Joined<O, I>>
    : In extends number
      ? NDArray<O>
      : { [K in keyof In]: JacobianRow<O, In[K]> };

/** One shape after another; unknown ranks stay unknown. */
type Joined<O extends Shape, I extends Shape> = number extends O["length"]
  ? Shape
  : number extends I["length"]
    ? Shape
    : [...O, ...I];

/** The second derivatives of a scalar by every pair of leaves. */
export type Hessian<P> = Jacobian<P, P>;

/** A mapped axis, null for none, or a tree of them. */
export type Axes = number | null | readonly Axes[] | { readonly [key: string]: Axes };

/**
 * The tree with an axis of size N more at each leaf, where the axes say. A leaf of unknown rank may also be whatever `Any`
 * is.
 */
export type Batched<T, N extends number, Ax, Any = never> = [Ax] extends [null]
  ? T
  : T extends NDArray<infer S>
    ? NDArray<Insert<S, Ax, N>> | (number extends S["length"] ? Any : never)
    : T extends number | boolean
      ? NDArray<Insert<[], Ax, N>>
      : { [K in keyof T]: Batched<T[K], N, AxisAt<Ax, K>, Any> };

/** The axes of one part of a tree: those of the whole, or its own. */
type AxisAt<Ax, K> = Ax extends number ? Ax : K extends keyof Ax ? Ax[K] : 0;

/** A list of arguments, each with an axis more unless it is not mapped. */
export type BatchedArguments<A extends readonly unknown[], N extends number, In> = {
  [K in keyof A]: Batched<A[K], N, AxisAt<In, K>, NDArray>;
};
