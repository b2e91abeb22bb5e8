import { typed } from "@gradfold/core/library";
import { type Inputs, readerOf } from "../inputs.ts";
import type { Step } from "../train.ts";
import { checkRun, checkSteps } from "./check.ts";
import { type Difference, differenceOf } from "./difference.ts";
import { metricOf, takeStep } from "./step.ts";
import { type AnyInputs, type AnyStep, type AnyTrajectory, inner, type Trajectory } from "./trajectory.ts";

/** Whether a run recomputes to the bits that it holds. */
export type Verdict =
  | {
      /** All that was computed again is the same. */
      readonly kind: "verified";
    }
  | ({
      /** Something is not the same. */
      readonly kind: "differs";
    } & Difference);

export interface Verify {
  /** By the step and the inputs of the run itself. */
  <State, M>(run: Trajectory<State, M>): Verdict;
  /** By a step and inputs that are given. */
  <State, M, Batch>(run: Trajectory<State, M>, step: Step<State, Batch, M>, inputs: Inputs<NoInfer<Batch>>): Verdict;
}

const op = "trajectory.verify";

/** The states of steps taken one after another, with the metrics that led to each. */
function* taken(step: AnyStep, start: unknown, inputs: AnyInputs): Generator<readonly [unknown, unknown]> {
  const inputAt = readerOf(op, inputs);
  let state = start;
  yield [state, undefined];
  for (let i = 0; i < inputs.length; i++) {
    const [next, metrics] = takeStep(op, step, state, inputAt(i));
    yield [next, metrics];
    state = next;
  }
}

/** The first metric of row k that is another one than the run's. */
const otherMetric = (run: AnyTrajectory, k: number, metrics: unknown): string | undefined => {
  const row = metrics as Readonly<Record<string, unknown>>; // as a step gives them
  const { columns } = run[inner].rows(k, k + 1);
  return [...new Set([...Object.keys(columns), ...Object.keys(row)])].find(
    (name) => !Object.is(Object.hasOwn(row, name) ? metricOf(op, name, row[name]) : NaN, columns[name]?.[0]),
  );
};

/**
 * Computes a run again from its first state on, and compares every kept state and every metric, to the last bit.
 *
 * @param step - another way to take its steps, such as a compiled one (the run's own)
 * @param inputs - those of `step`, from state 0 on
 * @returns `verified`, or the first step and leaf that differ
 * @throws whatever the step throws
 * @example
 * import { steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(3));
 * trajectory.verify(run); // => { kind: 'verified' }
 * trajectory.verify(run, (n) => [n * 3, {}], steps(3)); // => { kind: 'differs', step: 1, leaf: '', reason: 'other elements' }
 */
export const verify = typed<Verify>((run: AnyTrajectory, step?: AnyStep, inputs?: AnyInputs): Verdict => {
  checkRun(op, run);
  if (step !== undefined || inputs !== undefined) checkSteps(op, step, inputs, "verify(run, step, inputs)");
  const frames = new Map(run.keyframes.map((frame) => [frame.step, frame]));
  const [start] = run.states(0);
  const again = step === undefined || inputs === undefined ? run[inner].recomputed(0) : taken(step, start, inputs);
  let k = 0;
  for (const [state, metrics] of again) {
    if (k >= run.length) break;
    const name = metrics === undefined ? undefined : otherMetric(run, k - 1, metrics);
    if (name !== undefined) return { kind: "differs", step: k - 1, leaf: `metrics.${name}`, reason: "other elements" };
    const kept = [frames.get(k), k === run.length - 1 ? { state: run.final } : undefined];
    const found = kept.map((frame) => frame && differenceOf(frame.state, state)).find((other) => other !== undefined);
    if (found !== undefined) return { kind: "differs", step: k, ...found };
    k++;
  }
  if (k === run.length && (inputs === undefined || inputs.length === run.length - 1)) return { kind: "verified" };
  return { kind: "differs", step: k, leaf: "", reason: `the run has ${run.length - 1} steps, not ${inputs?.length}` };
});
