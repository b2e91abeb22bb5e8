import { numerics } from "@gradfold/core";
import { optionsOf } from "@gradfold/core/library";
import { checkRun } from "../trajectory/check.ts";
import type { Keyframe } from "../trajectory/keyframe.ts";
import { inner, type Trajectory } from "../trajectory/trajectory.ts";
import { checkDescription } from "./check.ts";

/** Steps from … to - 1. */
export interface Lost {
  /** The first step that was lost. */
  readonly from: number;
  /** The step after the last one that was lost. */
  readonly to: number;
}

/** A run as data: what was computed, and how it was made, but no code. */
export interface Recording {
  /** How many steps were taken: there is one more state. */
  readonly steps: number;
  /** The last state. */
  readonly final: unknown;
  /** The states that are kept, that of step 0 first. */
  readonly keyframes: readonly Keyframe<unknown>[];
  /** A row for each step; NaN in those that are lost. */
  readonly metrics: Readonly<Record<string, Float64Array>>;
  /** How it was made, in the words of whoever made it. */
  readonly description: Readonly<Record<string, string>>;
  /** The version of the numbers' definition that it was computed by. */
  readonly numerics: number;
  /** Steps whose metrics a damaged file lost, if it did: `trajectory.reopen` takes them again. */
  readonly lost?: readonly Lost[];
}

export interface RecordingOptions {
  /** How the run was made: whatever helps to make it again. */
  readonly description?: Readonly<Record<string, string>>;
}

const defaults = { description: {} };

/**
 * A run as data, with the states that it keeps. That of a run without steps is a checkpoint.
 *
 * @throws DTypeError for what is no run; DomainError when the description holds anything but texts
 * @example
 * import { array, recording, steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, { loss: n }], 1, steps(3));
 * const made = recording.of(run, { description: { rule: "doubling" } });
 * [made.steps, made.final, made.metrics["loss"]]; // => [ 3, 8, Float64Array(3) [ 1, 2, 4 ] ]
 */
export const of = <State, M>(run: Trajectory<State, M>, options?: RecordingOptions): Recording => {
  const { description } = optionsOf("recording.of", options, defaults);
  checkRun("recording.of", run);
  checkDescription("recording.of", description);
  return {
    steps: run.length - 1,
    final: run.final,
    keyframes: run.keyframes,
    metrics: run[inner].rows(0, run.length - 1).columns,
    description,
    numerics,
  };
};
