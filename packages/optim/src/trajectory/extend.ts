import { DomainError } from "@gradfold/core";
import { checkFunction, optionsOf, typed } from "@gradfold/core/library";
import { checkInputs, type Inputs } from "../inputs.ts";
import type { Step } from "../train.ts";
import { checkPlace, checkRun, checkSteps } from "./check.ts";
import type { FoldOptions } from "./fold.ts";
import { advance, begin, type Growth } from "./growth.ts";
import { type AnyInputs, type AnyStep, type AnyTrajectory, inner, type Trajectory } from "./trajectory.ts";
import { slice } from "./view.ts";
import { type WayOptions, wayOf } from "./way.ts";

/**
 * A run with more steps behind its last state: the same step as before, on more inputs. Long work goes on in chunks this
 * way; what a chunk costs does not depend on how long the run is.
 *
 * @throws DomainError when the run was made by `map`, which leaves no step; and whatever the step throws
 * @example
 * import { steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(3));
 * trajectory.extend(run, steps(2)).final; // => 32
 */
export const extend = typed<
  <State, M, Batch>(
    run: Trajectory<State, M, Batch>,
    inputs: Inputs<NoInfer<Batch>>,
  ) => Trajectory<State, M, NoInfer<Batch>>
>((run: AnyTrajectory, inputs: AnyInputs): AnyTrajectory => {
  const name = "trajectory.extend";
  checkRun(name, run);
  checkInputs(name, inputs);
  const { step } = run[inner];
  if (step === undefined) throw new DomainError(`${name}: a mapped run has no step to go on with. Fork it with one.`);
  return advance(name, run, step, inputs);
});

type ForkOptions = Pick<FoldOptions, "scan" | "budget">;
const defaults = { scan: undefined, budget: undefined };

/** How a run grows with other options, where they are given. */
const growthOf = (name: string, run: AnyTrajectory, options: WayOptions | undefined): Growth => ({
  step: run[inner].step,
  ...wayOf(name, optionsOf(name, options, defaults), run[inner]),
  grown: undefined,
});

/**
 * The run up to state k, and then another step, such as one with another learning rate: k + 1 + inputs.length states.
 *
 * @param inputs - those from state k on; input 0 leads to state k + 1
 * @throws DomainError when there is no state k; and whatever the step throws
 * @example
 * import { steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(10));
 * const other = trajectory.fork(run, 3, (n) => [n + 1, {}], steps(2));
 * trajectory.evaluate(other, (n) => n); // => [ 1, 2, 4, 8, 9, 10 ]
 */
export const fork = typed<
  <State, M, Batch>(
    run: Trajectory<State, M>,
    k: number,
    step: Step<State, Batch, M>,
    inputs: Inputs<NoInfer<Batch>>,
    options?: ForkOptions,
  ) => Trajectory<State, M, NoInfer<Batch>>
>((run: AnyTrajectory, k: number, step: AnyStep, inputs: AnyInputs, options?: WayOptions): AnyTrajectory => {
  const name = "trajectory.fork";
  checkRun(name, run);
  checkPlace(name, run, k);
  checkSteps(name, step, inputs, "fork(run, k, step, inputs)");
  return advance(name, slice(run, 0, k + 1), step, inputs, growthOf(name, run, options));
});

/**
 * A new run from state k of another one, converted for a step that needs another state, such as another optimizer's.
 *
 * @throws DomainError when there is no state k; TreeError when `convert` gives no tree; and whatever the step throws
 * @example
 * import { steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(10));
 * const pair = trajectory.forkWith(run, 3, (n) => [n, 1], ([n = 0, m = 0]) => [[n + m, m], {}], steps(2));
 * pair.final; // => [ 10, 1 ]
 */
export const forkWith = typed<
  <State, M, To, Batch, N>(
    run: Trajectory<State, M>,
    k: number,
    convert: (state: State) => To,
    step: Step<To, Batch, N>,
    inputs: Inputs<NoInfer<Batch>>,
    options?: ForkOptions,
  ) => Trajectory<To, N, NoInfer<Batch>>
>(
  (
    run: AnyTrajectory,
    k: number,
    convert: (state: unknown) => unknown,
    step: AnyStep,
    inputs: AnyInputs,
    options?: WayOptions,
  ): AnyTrajectory => {
    const name = "trajectory.forkWith";
    checkRun(name, run);
    checkPlace(name, run, k);
    checkFunction(name, convert);
    checkSteps(name, step, inputs, "forkWith(run, k, convert, step, inputs)");
    const [start] = run.states(k);
    const growth = { ...growthOf(name, run, options), step };
    return advance(name, begin(name, "what convert gives", convert(start), growth), step, inputs);
  },
);
