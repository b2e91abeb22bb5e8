import type { NDArray } from "@gradfold/core";

declare const isParams: unique symbol;
declare const isChosen: unique symbol;

/** Stands, in the type of an optimizer's state, for a tree shaped as the parameters. */
export interface Params {
  readonly [isParams]: true;
}

/** Stands, in the type of a masked state, for the tree of those parameters that were chosen: null where one was not. */
export interface Chosen {
  readonly [isChosen]: true;
}

/** What is a value of its own in a state, not a record of such. */
type Value = NDArray | number | string | boolean | null | undefined;

/** The state S of an optimizer for parameters P: every {@link Params} in it becomes P. */
export type For<P, S> = S extends Params
  ? P
  : S extends Chosen
    ? OrNull<P>
    : S extends Value
      ? S
      : { readonly [K in keyof S]: For<P, S[K]> };

/** The state of a transform that sees some of the parameters only. */
export type Masked<S> = S extends Params
  ? Chosen
  : S extends Chosen | Value
    ? S
    : { readonly [K in keyof S]: Masked<S[K]> };

type OrNull<P> = P extends Value ? P | null : { readonly [K in keyof P]: OrNull<P[K]> };
