import type { Outcome } from "./outcome.ts";

/** For every metric of a step a column with one row per transition: row k is about the step from state k to k + 1. */
export type Columns<M> = { readonly [K in keyof M]: Float64Array };

/**
 * A whole training run as an immutable value: n transitions, n + 1 states, n rows of metrics.
 *
 * Some states are kept, all of them when they are small; the others are computed again when asked for, to the same
 * bits, since a step is pure.
 */
export interface Trajectory<State, M> {
  /** The number of states, n + 1. */
  readonly length: number;
  readonly metrics: Columns<M>;
  readonly final: State;
  readonly outcome: Outcome;
  /** Every how many steps a state is kept. */
  readonly interval: number;
  /** The kept state 0, 1, 2, …: that of step 0, interval, 2 interval, … */
  readonly kept: (frame: number) => State;
  /** The transition from state i to state i + 1. */
  readonly advance: (state: State, i: number) => State;
}
