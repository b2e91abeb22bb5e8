import type { scan } from "@gradfold/autodiff";
import { typed } from "@gradfold/core/transform";
import type { Inputs } from "../inputs.ts";
import type { Step } from "../train.ts";
import { type AnyStep, stepByStep } from "./course.ts";
import { keyframeInterval } from "./keyframe.ts";
import { judge } from "./outcome.ts";
import { type AnyScan, inLoops } from "./scanned.ts";
import { stateAt } from "./seek.ts";
import type { Trajectory } from "./trajectory.ts";

export interface FoldOptions {
  /** Runs the steps as loops: autodiff's `scan`, or the compiler's, which makes each loop a single call. */
  readonly scan?: typeof scan;
}

interface Fold {
  <State, Batch, M>(
    step: Step<State, Batch, M>,
    state: NoInfer<State>,
    inputs: Inputs<NoInfer<Batch>>,
    options?: FoldOptions,
  ): Trajectory<State, M>;
}

/**
 * Runs a step over every input and keeps the run: its states, and its metrics as columns of numbers.
 *
 * @param step - `(state, batch) => [state, metrics]`, pure; metrics are a record of numbers or scalar arrays
 * @param state - where the run starts
 * @param inputs - one for each step: `repeat(batch, n)`, `batches(…)`, or any `{ length, at(i) }`
 * @param options - `scan`: runs the steps as loops, to the same bits
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
export const fold = typed<Fold>(
  (step: AnyStep, start: unknown, inputs: Inputs<unknown>, options: { readonly scan?: AnyScan } = {}) => {
    const interval = keyframeInterval(start, inputs.length);
    const run = options.scan === undefined ? stepByStep : inLoops(options.scan);
    const { final, columns, kept } = run(step, start, inputs, interval);
    const advance = (state: unknown, i: number): unknown => step(state, inputs.at(i))[0];
    // Without a step nobody knows its metrics; the one that training steps have is there all the same, empty.
    const metrics = inputs.length === 0 ? { loss: new Float64Array() } : columns;
    const course = { length: inputs.length + 1, metrics, final, interval, kept, advance };
    return { ...course, outcome: judge(metrics["loss"], inputs.length, (k) => stateAt(course, k)) };
  },
);
