import type { Shape } from "../array/shape.ts";

/*
 * The words of a compile error. A parameter whose type is a complaint accepts no array, and the editor shows the
 * complaint on one line: "Argument of type NDArray<[4]> is not assignable to parameter of type '…'".
 */

/** The value's own type, or the complaint where there is one. */
export type Unless<Complaint, Value> = [Complaint] extends [never] ? Value : Complaint;

export type SizeText<N extends number> = number extends N ? "?" : `${N}`;

export type ShapeText<S extends Shape> = number extends S["length"] ? "[…]" : `[${Commas<S>}]`;

type Commas<S extends Shape> = S extends readonly [infer H extends number]
  ? SizeText<H>
  : S extends readonly [infer H extends number, ...infer R extends Shape]
    ? `${SizeText<H>}, ${Commas<R>}`
    : "";

/** What is said of an index that is written with a fraction. The dtype of an array is seen at run time alone. */
export type FractionClash<Name extends string, K extends number> = `${K}` extends `${bigint}`
  ? never
  : number extends K
    ? never
    : `${Name}: an index is a whole number, not ${K}`;

/** Two types are the same: decides on generic sizes too (N is N) and never says yes by accident. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 0) extends <T>() => T extends B ? 1 : 0 ? true : false;

/** Invariant in A. A union of two, or an `infer` inside, stays decidable for a generic A. */
export interface Exactly<A> {
  /** Never there: it only makes the type invariant. */
  readonly exactly: (a: A) => A;
}

/** The tuple without `readonly`: shorter in every message. */
export type Mutable<S extends Shape> = { -readonly [K in keyof S]: S[K] };
