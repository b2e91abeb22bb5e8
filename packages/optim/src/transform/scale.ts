import { add, DomainError, mul, type Scalar, ShapeError, zeros } from "@gradfold/core";
import { formatShape, isNDArray } from "@gradfold/core/transform";
import type { Rate, Schedule } from "../schedule/schedule.ts";
import { fit, leafwise } from "./leafwise.ts";
import { stateless, type Transform } from "./transform.ts";

/** A factor for every leaf. */
export const scaleTree = <P>(updates: P, factor: number | Scalar): P =>
  leafwise((g) => [mul(g, fit(factor, g))], updates)[0];

/**
 * A factor times the updates.
 *
 * @throws DomainError when the factor is NaN
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.scale(0.5);
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [0.5, 1. ]
 */
export const scale = (factor: number | Scalar): Transform<null> => {
  if (Number.isNaN(factor)) throw new DomainError("scale: the factor is NaN.");
  return stateless((updates) => scaleTree(updates, factor));
};

export interface ScaleState {
  readonly count: Scalar;
}

const scaleBy = (factorAt: (count: Scalar) => number | Scalar): Transform<ScaleState> => ({
  init: () => ({ count: zeros([]) }),
  update: (updates, { count }) => [scaleTree(updates, factorAt(count)), { count: add(count, 1) }],
});

/**
 * A factor that depends on how many steps were taken, times the updates.
 *
 * @example
 * import { array } from "@gradfold/core";
 * import { schedule, transform } from "@gradfold/optim";
 * const { init, update } = transform.scaleBySchedule(schedule.linear({ init: 2, end: 0, transitionSteps: 4 }));
 * const g = array([1, 2]);
 * const [first, state] = update(g, init(g), g);
 * [first, update(g, state, g)[0]]; // => [ float64 [2] [2, 4], float64 [2] [1.5, 3. ] ]
 */
export const scaleBySchedule = (schedule: Schedule): Transform<ScaleState> => scaleBy(schedule);

/** A learning rate that is known must be a number from 0 on. */
export const checkRate = (rate: Rate): void => {
  if (typeof rate === "number" && !(rate >= 0 && rate < Infinity))
    throw new DomainError(`learning rate: it must be a finite number from 0 on, not ${rate}.`);
  if (isNDArray(rate) && rate.shape.length > 0)
    throw new ShapeError(`learning rate: it must be a scalar, not ${formatShape(rate.shape)}.`);
};

/** The learning rate after some steps. */
export const rateAt = (rate: Rate, count: Scalar): number | Scalar => (typeof rate === "function" ? rate(count) : rate);

const negative = (rate: number | Scalar): number | Scalar => (typeof rate === "number" ? -rate : mul(rate, -1));

/**
 * Minus the learning rate times the updates: the step downhill.
 *
 * @param learningRate - a number, a scalar array, or a schedule, which sees how many steps were taken
 * @throws DomainError when the rate is negative or NaN
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.scaleByLearningRate(0.5);
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.5, -1. ]
 */
export const scaleByLearningRate = (learningRate: Rate): Transform<ScaleState> => {
  checkRate(learningRate);
  return scaleBy((count) => negative(rateAt(learningRate, count)));
};
