import { DomainError } from "@gradfold/core";
import { typed } from "@gradfold/core/transform";
import type { Inputs } from "../inputs.ts";
import type { Step } from "../train.ts";
import type { FoldOptions } from "./fold.ts";
import { advance, begin, type Growth } from "./growth.ts";
import { type AnyScan, inLoops } from "./scanned.ts";
import type { AnyInputs, AnyStep, AnyTrajectory, Trajectory } from "./trajectory.ts";
import { slice } from "./view.ts";

interface Extend {
  <State, M, Batch>(
    run: Trajectory<State, M, Batch>,
    inputs: Inputs<NoInfer<Batch>>,
  ): Trajectory<State, M, NoInfer<Batch>>;
}

/**
 * A run with more steps behind its last state: the same step as before, on more inputs. Long work goes on in chunks this
 * way; what a chunk costs does not depend on how long the run is.
 *
 * @throws DomainError when the run was made by `map`, which leaves no step; and whatever the step throws
 * @example
 * import { steps, trajectory } from "@gradfold/optim";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(3));
 * trajectory.extend(run, steps(2)).final; // => 32
 */
export const extend = typed<Extend>((run: AnyTrajectory, inputs: AnyInputs): AnyTrajectory => {
  const { step } = run.growth;
  if (step === undefined)
    throw new DomainError("trajectory.extend: a mapped run has no step to go on with. Fork it with one.");
  return advance(run, step, inputs);
});

type ForkOptions = Pick<FoldOptions, "scan" | "budget">;
type AnyOptions = { readonly scan?: AnyScan; readonly budget?: number };

/** The run with other options, where they are given. */
const withOptions = (run: AnyTrajectory, { scan, budget }: AnyOptions): Growth => ({
  step: run.growth.step,
  course: scan === undefined ? run.growth.course : inLoops(scan),
  budget: budget ?? run.growth.budget,
  grown: undefined,
});

interface Fork {
  <State, M, Batch>(
    run: Trajectory<State, M>,
    k: number,
    step: Step<State, Batch, M>,
    inputs: Inputs<NoInfer<Batch>>,
    options?: ForkOptions,
  ): Trajectory<State, M, NoInfer<Batch>>;
}

/**
 * The run up to state k, and then another step, such as one with another learning rate: k + 1 + inputs.length states.
 *
 * @param inputs - those from state k on; input 0 leads to state k + 1
 * @throws DomainError when there is no state k; and whatever the step throws
 * @example
 * import { steps, trajectory } from "@gradfold/optim";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(10));
 * const other = trajectory.fork(run, 3, (n) => [n + 1, {}], steps(2));
 * trajectory.evaluate(other, (n) => n); // => Float64Array(6) [ 1, 2, 4, 8, 9, 10 ]
 */
export const fork = typed<Fork>(
  (run: AnyTrajectory, k: number, step: AnyStep, inputs: AnyInputs, options: AnyOptions = {}): AnyTrajectory => {
    const past = slice(run, 0, checkState("fork", run, k) + 1);
    return advance(past, step, inputs, withOptions(run, options));
  },
);

interface ForkWith {
  <State, M, To, Batch, N>(
    run: Trajectory<State, M>,
    k: number,
    convert: (state: State) => To,
    step: Step<To, Batch, N>,
    inputs: Inputs<NoInfer<Batch>>,
    options?: ForkOptions,
  ): Trajectory<To, N, NoInfer<Batch>>;
}

/**
 * A new run from state k of another one, converted for a step that needs another state, such as another optimizer's.
 *
 * @throws DomainError when there is no state k; and whatever the step throws
 * @example
 * import { steps, trajectory } from "@gradfold/optim";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(10));
 * const pair = trajectory.forkWith(run, 3, (n) => [n, 1], ([n = 0, m = 0]) => [[n + m, m], {}], steps(2));
 * pair.final; // => [ 10, 1 ]
 */
export const forkWith = typed<ForkWith>(
  (
    run: AnyTrajectory,
    k: number,
    convert: (state: unknown) => unknown,
    step: AnyStep,
    inputs: AnyInputs,
    options: AnyOptions = {},
  ): AnyTrajectory => {
    const [start] = run.states(checkState("forkWith", run, k));
    return advance(begin(convert(start), { ...withOptions(run, options), step }), step, inputs);
  },
);

const checkState = (name: string, run: AnyTrajectory, k: number): number => {
  if (Number.isInteger(k) && k >= 0 && k < run.length) return k;
  throw new DomainError(`trajectory.${name}: there is no state ${k} in a run of ${run.length} states.`);
};
