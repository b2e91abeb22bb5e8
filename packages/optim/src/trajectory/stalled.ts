import { count, settings } from "../setting.ts";
import type { Monitor, Stopping } from "./monitor.ts";

export interface StalledOptions {
  /** The number of steps in a row that do not move after which to stop; 1 by default. */
  readonly patience?: number;
}

/** How long a run has not moved. */
export interface Standstill extends Stopping {
  /** Steps in a row of length 0. */
  readonly steps: number;
}

const read = settings<StalledOptions>({ patience: count(1) });

/**
 * Stops when steps no longer move the parameters, as a fold: a line search finds nothing better, or the gradient is 0. The
 * step has to measure its length: `trainStep(lossAndGrad, optimizer, { metrics: ["stepLength"] })`.
 *
 * @throws DomainError when patience is not a whole number from 1 on
 * @example
 * import { array, lbfgs, square, steps, sum, trainState, trainStep, trajectory, valueAndGrad } from "gradfold";
 * const optimizer = lbfgs();
 * const step = trainStep(valueAndGrad((p) => sum(square(p))), optimizer, { metrics: ["stepLength"] });
 * const until = trajectory.stalled();
 * const run = trajectory.fold(step, trainState(array([2]), optimizer), steps(100), { until });
 * [run.length, run.metrics.stepLength]; // => [ 4, [ 1, 1, 0 ] ]
 */
export const stalled = (options?: StalledOptions): Monitor<Standstill> => {
  const { patience } = read("trajectory.stalled", options);
  return {
    metric: "stepLength",
    init: { steps: 0, stopped: false },
    next: (so, length) => {
      const steps = length === 0 ? so.steps + 1 : 0;
      return { steps, stopped: steps >= patience };
    },
  };
};
