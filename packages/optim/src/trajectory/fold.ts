import { DTypeError, item } from "@gradfold/core";
import { isNDArray, typed } from "@gradfold/core/transform";
import type { Inputs } from "../inputs.ts";
import type { Step } from "../train.ts";
import { keyframeInterval } from "./keyframe.ts";
import { judge } from "./outcome.ts";
import { stateAt } from "./seek.ts";
import type { Trajectory } from "./trajectory.ts";

const numberOf = (name: string, value: unknown): number => {
  if (typeof value === "number") return value;
  if (isNDArray(value)) return item(value);
  throw new DTypeError(`trajectory.fold: the metric ${name} must be a number or a scalar array, not ${typeof value}`);
};

interface Fold {
  <State, Batch, M>(
    step: Step<State, Batch, M>,
    state: NoInfer<State>,
    inputs: Inputs<NoInfer<Batch>>,
  ): Trajectory<State, M>;
}

/**
 * Runs a step over every input and keeps the run: its states, and its metrics as columns of numbers.
 *
 * @param step - `(state, batch) => [state, metrics]`, pure; metrics are a record of numbers or scalar arrays
 * @param state - where the run starts
 * @param inputs - one for each step: `repeat(batch, n)`, `batches(…)`, or any `{ length, at(i) }`
 * @throws DTypeError when a metric is not a number; and whatever the step throws
 * @example
 * import { array, square, sum } from "@gradfold/core";
 * import { valueAndGrad } from "@gradfold/autodiff";
 * import { sgd, steps, trainState, trainStep, trajectory } from "@gradfold/optim";
 * const optimizer = sgd(0.25);
 * const step = trainStep(valueAndGrad((p) => sum(square(p))), optimizer);
 * const run = trajectory.fold(step, trainState(array([1, 2]), optimizer), steps(2));
 * [run.length, run.metrics.loss, run.final.params]; // => [ 3, Float64Array(2) [ 5, 1.25 ], float64 [2] [0.2500, 0.5000] ]
 */
export const fold = typed<Fold>(
  (step: Step<unknown, unknown, Readonly<Record<string, unknown>>>, start: unknown, inputs: Inputs<unknown>) => {
    const n = inputs.length;
    const interval = keyframeInterval(start, n);
    const keyframes: unknown[] = [start];
    const columns: Record<string, Float64Array> = {};
    let state = start;
    for (let i = 0; i < n; i++) {
      const [next, metrics] = step(state, inputs.at(i));
      for (const name of Object.keys(metrics))
        (columns[name] ??= new Float64Array(n).fill(NaN))[i] = numberOf(name, metrics[name]);
      state = next;
      if ((i + 1) % interval === 0) keyframes.push(state);
    }
    const run = {
      length: n + 1,
      metrics: columns,
      final: state,
      keyframes,
      interval,
      advance: (from: unknown, i: number) => step(from, inputs.at(i))[0],
    };
    return { ...run, outcome: judge(columns["loss"], state, (k) => stateAt(run, k)) };
  },
);
