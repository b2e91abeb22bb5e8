import type { NDArray, Scalar } from "@gradfold/core";
import type { ShapeText, Unless } from "@gradfold/core/transform";

/** A number may stand for a scalar (or for an array of unknown rank) where a transformed function is called. */
export type Argument<P> = P | (P extends NDArray<infer S> ? ([] extends S ? number : never) : never);

/** What a loss may return: a scalar, or a pair of a scalar and anything else. */
type LossClash<R> = R extends readonly [infer L, unknown] ? ScalarClash<L> : ScalarClash<R>;

type ScalarClash<L> = L extends number
  ? never
  : L extends NDArray<infer S>
    ? number extends S["length"]
      ? never
      : S extends readonly []
        ? never
        : `grad: the loss must be a scalar, but its shape is ${ShapeText<S>}. Take its mean or sum`
    : "grad: the loss must return a scalar array";

/** A function whose gradient can be taken with respect to its first argument, a tree of arrays. */
export type LossOf<P, A extends readonly unknown[], R> = (params: P, ...rest: A) => Unless<LossClash<R>, R>;

/** The loss as it comes back: a number becomes a scalar array. */
export type ValueOf<R> = R extends number ? Scalar : R;
