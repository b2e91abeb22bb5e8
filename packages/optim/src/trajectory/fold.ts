import type { scan } from "@gradfold/autodiff";
import { DomainError, DTypeError } from "@gradfold/core";
import { describe, isRecord, optionsOf, reasonOf, typed } from "@gradfold/core/library";
import { sliceInputs } from "../gathering.ts";
import type { Inputs } from "../inputs.ts";
import type { Step } from "../train.ts";
import { checkSteps } from "./check.ts";
import { byName } from "../value.ts";
import { type IsLast, stepByStep } from "./course.ts";
import { advance, begin } from "./growth.ts";
import { defaultBudget } from "./keyframe.ts";
import { checkMonitor, type Monitor, type Stopping, usualMetric } from "./monitor.ts";
import { metricOf } from "./step.ts";
import { type AnyInputs, type AnyStep, type AnyTrajectory, inner, type Trajectory } from "./trajectory.ts";
import { slice } from "./view.ts";
import { type WayOptions, wayOf } from "./way.ts";

export interface FoldOptions {
  /** Runs the steps as loops: autodiff's `scan`, or the compiler's, which makes each loop a single call. */
  readonly scan?: typeof scan;
  /** Bytes that the kept states may take (64 MiB). All are kept when they fit, else about 16 times their square root. */
  readonly budget?: number;
  /** Ends the run after the transition whose loss, or other metric, makes this fold say `stopped`. */
  readonly until?: Monitor<Stopping>;
}

const defaults = { scan: undefined, budget: undefined, until: undefined };

type AnyOptions = WayOptions & { readonly until?: FoldOptions["until"] | undefined };

/** The number of steps that are taken in loops before their losses are looked at; steps beyond the end are dropped. */
const stepsInLoops = 256;

/** The number of inputs for which room is made at first where a run may stop early; then as many as steps were taken. */
const leastSteps = 256;

const op = "trajectory.fold";

const checkStopped = (so: unknown): Stopping => {
  if (isRecord(so) && typeof so["stopped"] === "boolean") return so as { readonly stopped: boolean }; // it was looked at
  throw new DTypeError(
    `${op}: until must give { stopped: true or false }, and what else it likes, not ${describe(so)}.${reasonOf(so)}`,
  );
};

/** A metric of a row, which the monitor looks at. */
const watched = (metric: string, row: Readonly<Record<string, unknown>>): number => {
  if (Object.hasOwn(row, metric)) return metricOf(op, metric, row[metric]);
  const names = Object.keys(row).join(", ") || "none";
  throw new DomainError(`${op}: until looks at the metric ${metric}, which the step does not give. It gives ${names}.`);
};

/** Takes steps until a monitor says so, or the inputs end. */
const advanceUntil = (
  run: AnyTrajectory,
  step: AnyStep,
  inputs: AnyInputs,
  { scan, until }: AnyOptions,
): AnyTrajectory => {
  if (until === undefined) return advance(op, run, step, inputs);
  checkMonitor(op, "until", until);
  const { metric = usualMetric } = until;
  let so = checkStopped(until.init);
  const isLast: IsLast = (metrics) => (so = checkStopped(until.next(so, watched(metric, metrics)))).stopped;
  let before = run;
  for (let i = 0; i < inputs.length && !so.stopped; i = before.length - run.length) {
    const size = scan === undefined ? Math.max(leastSteps, i) : stepsInLoops;
    const chunk = sliceInputs(inputs, i, Math.min(i + size, inputs.length));
    const after = advance(op, before, step, chunk, before[inner], isLast);
    before = scan === undefined ? after : upToLast(after, before.length - 1, isLast);
  }
  return before;
};

/** Loops take all of their steps, so what is behind the last one is dropped. */
const upToLast = (run: AnyTrajectory, from: number, isLast: IsLast): AnyTrajectory => {
  const { length, columns } = run[inner].rows(from, run.length - 1);
  const rowAt = (i: number) => byName(Object.entries(columns).map(([name, column]) => [name, column[i]] as const));
  for (let i = 0; i < length; i++) if (isLast(rowAt(i)) && i + 1 < length) return slice(run, 0, from + i + 2);
  return run;
};

/**
 * Runs a step over every input and keeps the run: its states, and its metrics as columns of numbers. What the step gives
 * is frozen.
 *
 * @param step - `(state, batch) => [state, metrics]`, pure; metrics are a record of numbers or scalar arrays
 * @param state - where the run starts; its lists and records are copied and frozen, its arrays shared
 * @param inputs - one for each step: `steps(n, batch)`, `batches(…)`, or any `{ length, at(i) }`
 * @param options - `scan`: runs the steps as loops, to the same bits; `budget`: bytes for the kept states; `until`:
 *   stops early
 * @throws TreeError when the step gives no pair, a state of another form, or other metrics than at first; DTypeError when
 *   a metric is no number; and whatever the step throws
 * @example
 * import { array, sgd, square, steps, sum, trainState, trainStep, trajectory, valueAndGrad } from "gradfold";
 * const optimizer = sgd(0.25);
 * const step = trainStep(valueAndGrad((p) => sum(square(p))), optimizer);
 * const run = trajectory.fold(step, trainState(array([1, 2]), optimizer), steps(2));
 * [run.length, run.metrics.loss, run.final.params]; // => [ 3, [ 5, 1.25 ], float64 [2] [0.25, 0.5 ] ]
 */
export const fold = typed<
  <State, Batch, M>(
    step: Step<State, Batch, M>,
    state: NoInfer<State>,
    inputs: Inputs<NoInfer<Batch>>,
    options?: FoldOptions,
  ) => Trajectory<State, M, NoInfer<Batch>>
>((step: AnyStep, state: unknown, inputs: AnyInputs, given?: AnyOptions) => {
  checkSteps(op, step, inputs, "fold(step, state, inputs)");
  const options = optionsOf(op, given, defaults);
  const way = wayOf(op, options, { course: stepByStep, budget: defaultBudget });
  return advanceUntil(begin(op, "the state", state, { step, ...way }), step, inputs, options);
});
