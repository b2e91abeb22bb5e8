import { type Scalar } from "@gradfold/core";

/** A place on a line: how far, the value, its slope along the line, and what else is known there. */
export interface Place<T = unknown> {
  /** How far from the start, in units of the direction. */
  readonly at: Scalar;
  /** The value of the function. */
  readonly value: Scalar;
  /** Its derivative along the line. */
  readonly slope: Scalar;
  /** A tree of arrays, such as the gradient, which the search gives back with the place that it takes. */
  readonly there: T;
}

/** The numbers of a place. */
export type Numbers = Omit<Place, "there">;
