import { add, array, mul, type Scalar, zeros } from "@gradfold/core";
import { checkFunction, isNDArray } from "@gradfold/core/library";
import { checkRate, rateAt, scheduledAt } from "../schedule/rate.ts";
import type { Rate, Schedule } from "../schedule/schedule.ts";
import { check, factor as factorKind } from "../setting.ts";
import { fit, leafwise } from "./leafwise.ts";
import { scalar } from "./state.ts";
import { stateful, stateless, type Transform } from "./transform.ts";

/** A factor for every leaf. */
export const scaleTree = <P>(updates: P, factor: number | Scalar): P =>
  leafwise((g) => [mul(g, fit(factor, g))], updates)[0];

/** {@link scale}, of a known factor, by the name of the function that it is a part of. */
export const scaled = (name: string, factor: number | Scalar): Transform<null> =>
  stateless(name, (updates) => scaleTree(updates, factor));

/**
 * A factor times the updates.
 *
 * @param factor - a number or a scalar array
 * @throws DomainError when the factor is NaN, DTypeError when it is no number
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scale(0.5);
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [0.5, 1. ]
 */
export const scale = (factor: number | Scalar): Transform<null> => {
  check("transform.scale", "the factor", factorKind(), factor);
  return scaled("transform.scale", factor);
};

export interface ScaleState {
  /** How many steps were taken. */
  readonly count: Scalar;
}

type AtCount = (count: Scalar) => number | Scalar;

const scaleBy = (name: string, factorAt: AtCount, shownAt?: AtCount): Transform<ScaleState> =>
  stateful<ScaleState>(
    name,
    { count: scalar },
    {
      init: () => ({ count: zeros([]) }),
      update: (updates, { count }) => [scaleTree(updates, factorAt(count)), { count: add(count, 1) }],
      learningRate: ({ count }) => {
        const rate = shownAt?.(count);
        return typeof rate === "number" ? array(rate) : rate;
      },
    },
  );

/**
 * A factor that depends on how many steps were taken, times the updates.
 *
 * @param schedule - gives a number or a scalar array for the count of steps
 * @throws DTypeError when it is no function, or gives something else
 * @example
 * import { array, schedule, transform } from "gradfold";
 * const { init, update } = transform.scaleBySchedule(schedule.linear({ init: 2, end: 0, transitionSteps: 4 }));
 * const g = array([1, 2]);
 * const [first, state] = update(g, init(g), g);
 * [first, update(g, state, g)[0]]; // => [ float64 [2] [2, 4], float64 [2] [1.5, 3. ] ]
 */
export const scaleBySchedule = (schedule: Schedule): Transform<ScaleState> => {
  const name = "transform.scaleBySchedule";
  checkFunction(name, schedule);
  return scaleBy(name, (count) => scheduledAt(name, schedule, count));
};

const negative = (rate: number | Scalar): number | Scalar => (isNDArray(rate) ? mul(rate, -1) : -rate);

/** {@link scaleByLearningRate} by the name of the function that it is a part of. */
export const byRate = (name: string, learningRate: Rate): Transform<ScaleState> => {
  checkRate(name, learningRate);
  const rate: AtCount = (count) => rateAt(name, learningRate, count);
  return scaleBy(name, (count) => negative(rate(count)), rate);
};

/**
 * Minus the learning rate times the updates: the step downhill.
 *
 * @param learningRate - a number, a scalar array, or a schedule, which sees how many steps were taken
 * @throws DomainError when the rate is negative or NaN; DTypeError when it is none, or a schedule gives none
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByLearningRate(0.5);
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.5, -1. ]
 */
export const scaleByLearningRate = (learningRate: Rate): Transform<ScaleState> =>
  byRate("transform.scaleByLearningRate", learningRate);
