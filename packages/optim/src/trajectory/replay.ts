import { DTypeError, type Option, option } from "@gradfold/core";
import { describe, isRecord } from "@gradfold/core/library";
import { checkRun } from "./check.ts";
import { at } from "./seek.ts";
import type { Trajectory } from "./trajectory.ts";

/** A place in a run: from here it can be walked both ways. */
export interface Replay<State, M> {
  /** The run. */
  readonly run: Trajectory<State, M>;
  /** The step at which one stands. */
  readonly step: number;
  /** The state there. */
  readonly state: State;
}

/**
 * The run seen from state k; none outside 0 … length - 1.
 *
 * @example
 * import { option, pipe, steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(3));
 * const second = pipe(trajectory.replayFrom(run, 0), option.flatMap(trajectory.forward));
 * pipe(second, option.map(({ step, state }) => [step, state])); // => { _tag: 'Some', value: [ 1, 2 ] }
 */
export const replayFrom = <State, M>(run: Trajectory<State, M>, k: number): Option<Replay<State, M>> => {
  checkRun("trajectory.replayFrom", run);
  return option.map((state: State) => Object.freeze({ run, step: k, state }))(at(run, k));
};

/** The place some steps from another one. */
const moved = <State, M>(name: string, place: Replay<State, M>, by: number): Option<Replay<State, M>> => {
  if (!isRecord(place) || !("run" in place))
    throw new DTypeError(
      `trajectory.${name}: a place in a run is needed, as replayFrom(run, k) gives it, not ${describe(place)}.`,
    );
  return replayFrom(place.run, place.step + by);
};

/**
 * One step on; none at the end.
 *
 * @example
 * import { option, pipe, steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(3));
 * pipe(trajectory.replayFrom(run, 3), option.flatMap(trajectory.forward)); // => { _tag: 'None' }
 */
export const forward = <State, M>(place: Replay<State, M>): Option<Replay<State, M>> => moved("forward", place, 1);

/**
 * One step back; none at the start.
 *
 * @example
 * import { option, pipe, steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(3));
 * const last = pipe(trajectory.replayFrom(run, 3), option.flatMap(trajectory.backward));
 * pipe(last, option.map(({ step, state }) => [step, state])); // => { _tag: 'Some', value: [ 2, 4 ] }
 */
export const backward = <State, M>(place: Replay<State, M>): Option<Replay<State, M>> => moved("backward", place, -1);
