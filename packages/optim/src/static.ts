import type { NDArray } from "@gradfold/core";

declare const isParams: unique symbol;

/** Stands, in the type of an optimizer's state, for a tree shaped as the parameters. */
export interface Params {
  readonly [isParams]: true;
}

/** The state S of an optimizer for parameters P: every {@link Params} in it becomes P. */
export type For<P, S> = S extends Params
  ? P
  : S extends NDArray | number | string | boolean | null | undefined
    ? S
    : { readonly [K in keyof S]: For<P, S[K]> };
