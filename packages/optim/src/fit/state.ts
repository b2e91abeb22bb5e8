import type { Scalar, Vector } from "@gradfold/core";

/* What a search for a minimum or a root carries from step to step, of arrays alone: so that it folds, compiles and stacks. */

/** How often a function was evaluated. */
export interface Evaluations {
  /** Its values, or residuals. */
  readonly values: Scalar;
  /** Its gradients, or Jacobians. */
  readonly derivatives: Scalar;
  /** Its Hessians. */
  readonly hessians: Scalar;
  /** Values that were NaN or infinite, from which the search stepped back. */
  readonly notFinite: Scalar;
}

/** The state of a search. */
export interface FitState<P, Memory = unknown> {
  /** Where it is: a tree like the start. */
  readonly point: P;
  /** The value of the objective there. */
  readonly value: Scalar;
  /** The greatest component of the gradient there in size, without components that press against a bound. */
  readonly gradientNorm: Scalar;
  /** 0 while the search goes on; else how it ended, as a place in `fitStatuses`. */
  readonly status: Scalar;
  /** How many steps were taken. */
  readonly steps: Scalar;
  /** How often the function was evaluated so far. */
  readonly evaluations: Evaluations;
  /** What the method itself carries. */
  readonly memory: Memory;
}

/** What is told of each step of a search. */
export interface FitMetrics {
  /** The value of the objective before the step. */
  readonly loss: Scalar;
  /** The norm of the gradient before the step. */
  readonly gradientNorm: Scalar;
  /** How far the point moved: the length of the step; 0 where none was found. */
  readonly stepLength: Scalar;
  /** How often the function was evaluated in the step. */
  readonly evaluations: Scalar;
  /** 0 where the search went on after the step; else how it ended, as a place in `fitStatuses`. */
  readonly status: Scalar;
}

/** A state whose point is a vector of all numbers: what methods compute with. */
export interface FlatState<Memory = unknown> extends Omit<FitState<unknown, Memory>, "point"> {
  readonly x: Vector;
}

/** A way to a minimum or a root, as transitions of states. */
export interface Method<Memory = unknown> {
  // Methods, so that ways of different memories fit into one list.
  init(this: void, x: Vector): FlatState<Memory>;
  step(this: void, state: FlatState<Memory>): FlatState<Memory>;
}
