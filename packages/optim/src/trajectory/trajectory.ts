import type { Inputs } from "../inputs.ts";
import type { Step } from "../train.ts";
import type { Growth } from "./growth.ts";
import type { Keyframe } from "./keyframe.ts";
import type { Outcome } from "./outcome.ts";
import type { Rows } from "./rows.ts";

declare const takes: unique symbol;

/** Where a run has what this package alone reads: no name leads there, and nothing prints it. */
export const inner: unique symbol = Symbol("gradfold.run");

/** What this package alone reads of a run, beside how the run grows. */
export interface Inner extends Growth {
  /** The states from state k on, each computed again from the one before it, and the metrics of the step to it. */
  readonly recomputed: (from: number) => Iterable<readonly [state: unknown, metrics: unknown]>;
  /** Rows from … to - 1 of the metrics, copied. */
  readonly rows: (from: number, to: number) => Rows;
}

/**
 * For every metric of a step a column with one row per transition: row k is about the step from state k to k + 1. Columns
 * are lists that nobody can write to, made once; `JSON.stringify` keeps them, but for NaN and ±Infinity, which become null.
 */
export type Columns<M> = { readonly [K in keyof M]: readonly number[] };

/**
 * A whole training run as an immutable value: n transitions, n + 1 states, n rows of metrics.
 *
 * Some states are kept, all of them when they are small; the others are computed again when asked for, to the same
 * bits, since a step is pure. Runs made of other runs share what these keep.
 */
export interface Trajectory<State, M, Batch = never> {
  /** The number of states, n + 1. */
  readonly length: number;
  /** The metrics of each transition, as a list for each name. */
  readonly metrics: Columns<M>;
  /** The last state. */
  readonly final: State;
  /**
   * How the run ended: finished, or diverged, and then when and why. A run diverged at the first state whose loss is not
   * finite, or above 10⁶ (1 + |the first loss|); without a metric `loss`, at a final state that is not finite.
   */
  readonly outcome: Outcome;
  /** The states that are kept, the first one among them. */
  readonly keyframes: readonly Keyframe<State>[];
  /** The states from state k on, in order: the shortest way from the keyframe before it. */
  readonly states: (from: number) => Iterable<State>;
  readonly [inner]: Inner;
  /** The type of inputs that `extend` takes; a run made by `map` takes none. */
  readonly [takes]?: (batch: Batch) => void;
}

/** A run as this folder computes with it, whatever its types. */
export type AnyTrajectory = Trajectory<unknown, Readonly<Record<string, unknown>>, unknown>;

/** A step whose metrics are a record, whatever they are. */
export type AnyStep = Step<unknown, unknown, Readonly<Record<string, unknown>>>;

export type AnyInputs = Inputs<unknown>;
