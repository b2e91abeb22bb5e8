import { DomainError, DTypeError } from "@gradfold/core";
import { describe } from "@gradfold/core/library";
import { checkInputs } from "../inputs.ts";
import { type AnyTrajectory, inner, type Trajectory } from "./trajectory.ts";

/* What the functions of this folder are given is looked at before anything is computed. */

/** What was given in place of a run; that of another copy of this package has a symbol of the same name. */
const found = (run: unknown): string => {
  const symbols = typeof run === "object" && run !== null ? Object.getOwnPropertySymbols(run) : [];
  return symbols.some(({ description }) => description === inner.description)
    ? "a run of another copy of @gradfold/optim: load one copy only (npm ls @gradfold/optim shows where they are)"
    : describe(run);
};

/** Throws unless something is a run. */
export const checkRun: (name: string, run: unknown, place?: string) => asserts run is Trajectory<unknown, unknown> = (
  name,
  run,
  place = "first",
) => {
  if (typeof run === "object" && run !== null && inner in run) return;
  throw new DTypeError(`${name}: the run comes ${place}, as trajectory.fold makes it, not ${found(run)}.`);
};

/** Throws unless something is a step and something else are inputs; `usage` is a call as it should be. */
export const checkSteps = (name: string, step: unknown, inputs: unknown, usage: string): void => {
  if (typeof step !== "function")
    throw new DTypeError(
      `${name}: the step must be a function (state, input) => [state, metrics], not ${describe(step)}. Call ${usage}.`,
    );
  checkInputs(name, inputs);
};

/** Throws unless a run has a state k. */
export const checkPlace = (name: string, run: AnyTrajectory, k: number): void => {
  if (Number.isInteger(k) && k >= 0 && k < run.length) return;
  throw new DomainError(`${name}: there is no state ${describe(k)} in a run of ${run.length} states.`);
};
