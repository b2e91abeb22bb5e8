import type { scan } from "@gradfold/autodiff";
import { typed } from "@gradfold/core/transform";
import type { Inputs } from "../inputs.ts";
import type { Step } from "../train.ts";
import { stepByStep } from "./course.ts";
import { advance, begin } from "./growth.ts";
import { defaultBudget } from "./keyframe.ts";
import type { Monitor } from "./monitor.ts";
import { type AnyScan, inLoops } from "./scanned.ts";
import type { AnyInputs, AnyStep, AnyTrajectory, Trajectory } from "./trajectory.ts";
import { slice } from "./view.ts";

export interface FoldOptions {
  /** Runs the steps as loops: autodiff's `scan`, or the compiler's, which makes each loop a single call. */
  readonly scan?: typeof scan;
  /** Bytes that the kept states may take (64 MiB). All are kept when they fit, else about 16 times their square root. */
  readonly budget?: number;
  /** Ends the run after the transition whose loss makes this fold say `stopped`. */
  readonly until?: Monitor<{ readonly stopped: boolean }>;
}

interface Fold {
  <State, Batch, M>(
    step: Step<State, Batch, M>,
    state: NoInfer<State>,
    inputs: Inputs<NoInfer<Batch>>,
    options?: FoldOptions,
  ): Trajectory<State, M, NoInfer<Batch>>;
}

type AnyOptions = Omit<FoldOptions, "scan"> & { readonly scan?: AnyScan };

/** So many steps are taken in loops before their losses are looked at; those too many are dropped. */
const stepsInLoops = 256;

/** Takes steps until a monitor says so, or the inputs end. */
const advanceUntil = (
  run: AnyTrajectory,
  step: AnyStep,
  inputs: AnyInputs,
  { scan, until }: AnyOptions,
): AnyTrajectory => {
  if (until === undefined) return advance(run, step, inputs);
  const size = scan === undefined ? 1 : stepsInLoops;
  let [before, so] = [run, until.init];
  for (let i = 0; i < inputs.length && !so.stopped; i += size) {
    const chunk = { length: Math.min(size, inputs.length - i), at: (j: number) => inputs.at(i + j) };
    const after = advance(before, step, chunk);
    const past = before.length - 1;
    const losses = after.rows(past, after.length - 1).columns["loss"] ?? new Float64Array();
    let taken = 0;
    while (taken < losses.length && !so.stopped) so = until.next(so, losses[taken++] ?? NaN);
    before = so.stopped && taken < chunk.length ? slice(after, 0, past + taken + 1) : after;
  }
  return before;
};

/**
 * Runs a step over every input and keeps the run: its states, and its metrics as columns of numbers.
 *
 * @param step - `(state, batch) => [state, metrics]`, pure; metrics are a record of numbers or scalar arrays
 * @param state - where the run starts
 * @param inputs - one for each step: `repeat(batch, n)`, `batches(…)`, or any `{ length, at(i) }`
 * @param options - `scan`: runs the steps as loops, to the same bits; `budget`: bytes for the kept states; `until`:
 *   stops early
 * @throws DTypeError when a metric is not a number; and whatever the step throws
 * @example
 * import { array, square, sum } from "@gradfold/core";
 * import { valueAndGrad } from "@gradfold/autodiff";
 * import { sgd, steps, trainState, trainStep, trajectory } from "@gradfold/optim";
 * const optimizer = sgd(0.25);
 * const step = trainStep(valueAndGrad((p) => sum(square(p))), optimizer);
 * const run = trajectory.fold(step, trainState(array([1, 2]), optimizer), steps(2));
 * [run.length, run.metrics.loss, run.final.params]; // => [ 3, Float64Array(2) [ 5, 1.25 ], float64 [2] [0.25, 0.5 ] ]
 */
export const fold = typed<Fold>((step: AnyStep, state: unknown, inputs: AnyInputs, options: AnyOptions = {}) => {
  const { scan, budget = defaultBudget } = options;
  const course = scan === undefined ? stepByStep : inLoops(scan);
  return advanceUntil(begin(state, { step, course, budget }), step, inputs, options);
});
