import { TraceError } from "@gradfold/core";
import { lazy, typed } from "@gradfold/core/library";
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

/** What is refused where it is asked for; who lists the fields does not come upon it. */
const refused = (name: string, what: string): PropertyDescriptor => ({
  get: () => {
    throw new TraceError(
      `${name}: ${what} is not known inside of jit, vmap or a derivative, where only arrays are. Give back point, value ` +
        "and status, and look up fitStatuses[item(status)] outside.",
    );
  },
});

/** The fields of a search inside of a transform: a plain record, so that a tree of it says which of them is no array. */
const tracedResult = typed<<P, Plain extends object>(name: string, plain: Plain) => Plain & Told<P>>(
  (name: string, plain: object) =>
    Object.freeze(
      Object.defineProperties(
        { ...plain },
        { outcome: refused(name, "the outcome in words"), trajectory: refused(name, "the trajectory") },
      ),
    ),
);

/** What a search found, for the function that is named: its plain fields, its outcome in words and its run. */
export const resultOf = <P, Plain extends object>(
  name: string,
  { run }: Searched<P>,
  outcome: () => FitOutcome,
  plain: Plain,
): Plain & Told<P> =>
  run === undefined
    ? tracedResult<P, Plain>(name, plain)
    : revealing({ outcome: lazy(outcome), trajectory: () => run }, plain);
