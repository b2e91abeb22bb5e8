import { DTypeError, item, type Operand, type Option, option } from "@gradfold/core";
import { checkFunction, describe, reasonOf, typed } from "@gradfold/core/library";
import { isScalar } from "../form.ts";
import { checkRun } from "./check.ts";
import { passingStates } from "./growth.ts";
import { listOf } from "./rows.ts";
import type { AnyTrajectory, Trajectory } from "./trajectory.ts";

/**
 * State k of a run, the one before step k; none outside 0 … length - 1.
 *
 * @example
 * import { option, steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(10));
 * trajectory.at(run, 3); // => { _tag: 'Some', value: 8 }
 * trajectory.at(run, 11); // => { _tag: 'None' }
 */
export const at = <State, M>(run: Trajectory<State, M>, k: number): Option<State> => {
  checkRun("trajectory.at", run);
  if (!Number.isInteger(k) || k < 0 || k >= run.length) return option.none;
  for (const state of run.states(k)) return option.some(state);
  return option.none;
};

/**
 * A function of every state, first to last: n + 1 numbers, in a list that nobody can write to.
 *
 * @param f - gives a number or a scalar array
 * @throws DTypeError when it gives something else
 * @example
 * import { steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(3));
 * trajectory.evaluate(run, (n) => n); // => [ 1, 2, 4, 8 ]
 */
export const evaluate = typed<<State, M>(run: Trajectory<State, M>, f: (state: State) => Operand) => readonly number[]>(
  (run: AnyTrajectory, f: (state: unknown) => Operand) => {
    checkRun("trajectory.evaluate", run);
    checkFunction("trajectory.evaluate", f);
    const values = new Float64Array(run.length);
    let k = 0;
    for (const state of passingStates(run)) {
      values[k] = numberOf(f(state), k);
      k++;
    }
    return listOf(values);
  },
);

const numberOf = (given: Operand, k: number): number => {
  if (isScalar(given)) return item(given);
  throw new DTypeError(
    `trajectory.evaluate: the function must give a number or a scalar array, not ${describe(given)} of state ${k}.${reasonOf(given)}`,
  );
};
