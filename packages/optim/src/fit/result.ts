import { TraceError } from "@gradfold/core";
import { lazy } from "@gradfold/core/library";
import { lazily } from "../trajectory/lazy.ts";
import type { Trajectory } from "../trajectory/trajectory.ts";
import type { Searched } from "./iterate.ts";
import type { FitOutcome } from "./outcome.ts";
import type { FitMetrics, FitState } from "./state.ts";

/** What only a search whose values are known can tell. */
interface Told<P> {
  readonly outcome: FitOutcome;
  readonly trajectory: Trajectory<FitState<P>, FitMetrics, undefined>;
}

const revealing = lazily("outcome", "trajectory");

/** What a search found, for the function that is named: its plain fields, its outcome in words and its run. */
export const resultOf = <P, Plain extends object>(
  name: string,
  { run }: Searched<P>,
  outcome: () => FitOutcome,
  plain: Plain,
): Plain & Told<P> => {
  const traced = (what: string): TraceError =>
    new TraceError(
      `${name}: ${what} is not known inside of jit, vmap or a derivative, where only arrays are. Give back point, value ` +
        "and status, and look up fitStatuses[item(status)] outside.",
    );
  const told = lazy(outcome);
  return revealing(
    {
      outcome: () => {
        if (run === undefined) throw traced("the outcome in words");
        return told();
      },
      trajectory: () => {
        if (run === undefined) throw traced("the trajectory");
        return run;
      },
    },
    plain,
  );
};
