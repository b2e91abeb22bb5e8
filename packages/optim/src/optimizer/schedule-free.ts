import { add, div, equal, maximum, mul, pow, type Scalar, sub, where, zeros } from "@gradfold/core";
import { isRate, rateAt } from "../schedule/rate.ts";
import type { Rate } from "../schedule/schedule.ts";
import { decay, fromZero, kind, settings } from "../setting.ts";
import { given } from "../transform/given.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { likeParams, ofInner, scalar } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";

export interface ScheduleFreeState<S> {
  /** How many steps were taken. */
  readonly count: Scalar;
  /** The greatest learning rate so far. */
  readonly maxRate: Scalar;
  /** The sum of the weights in the average. */
  readonly weightSum: Scalar;
  /** Where the optimizer itself is. */
  readonly z: Params;
  /** The average of these: the parameters to evaluate with, and to keep in the end. */
  readonly x: Params;
  /** The state of the optimizer itself. */
  readonly inner: S;
}

export interface ScheduleFreeOptions {
  /** That of the optimizer, by which the places are weighed. */
  readonly learningRate: Rate;
  /** How near to the average gradients are taken; 0.9 by default. */
  readonly b1?: number;
  /** To which power of the greatest rate a place is weighed; 2 by default. */
  readonly weightLrPower?: number;
}

const read = settings<ScheduleFreeOptions>({
  learningRate: kind<Rate>("a finite number from 0 on, a scalar array or a schedule", isRate)(),
  b1: decay(0.9),
  weightLrPower: fromZero(2),
});

const parts = { count: scalar, maxRate: scalar, weightSum: scalar, z: likeParams, x: likeParams, inner: ofInner };

/**
 * An optimizer without a schedule: it moves z by gradients at y = (1 - b1) z + b1 x, which are the parameters in training,
 * and x is the average of the z, weighed by the learning rate. Use `state.x` for evaluation and in the end.
 *
 * A. Defazio et al., "The road less scheduled", NeurIPS 2024. A schedule is asked for the rate with which the optimizer
 * steps, at the count from 0; Optax asks it one step ahead, from 1. Optax works x out from y and z, so that its b1 must not
 * be 0; here x is part of the state.
 *
 * @param optimizer - without momentum of its own
 * @throws DomainError when an option is out of range
 * @example
 * import { array, scheduleFree, sgd } from "gradfold";
 * const { init, update } = scheduleFree(sgd(0.5), { learningRate: 0.5 });
 * const p = array([1, 2]);
 * const [, state] = update(array([2, 2]), init(p), p);
 * update(array([2, 2]), state, p)[1].x; // => float64 [2] [-0.5, 0.5]
 */
export const scheduleFree = <S>(
  optimizer: Transform<S>,
  options: ScheduleFreeOptions,
): Transform<ScheduleFreeState<S>> => {
  const inside = given<S>("scheduleFree", "the optimizer", optimizer);
  const { learningRate, b1, weightLrPower } = read("scheduleFree", options);
  return stateful<ScheduleFreeState<S>>("scheduleFree", parts, {
    learningRate: (before, after) => inside.learningRate?.(before.inner, after.inner),
    init: (params) => ({
      count: zeros([]),
      maxRate: zeros([]),
      weightSum: zeros([]),
      z: params,
      x: params,
      inner: inside.init(params),
    }),
    update: (updates, state, params, extra) => {
      const maxRate = maximum(state.maxRate, rateAt("scheduleFree", learningRate, state.count));
      const weight = pow(maxRate, weightLrPower);
      const weightSum = add(state.weightSum, weight);
      const isNothing = equal(weightSum, 0);
      const share = where(isNothing, 0, div(weight, where(isNothing, 1, weightSum)));
      const [stepped, inner] = inside.update(updates, state.inner, params, extra);
      const [update, z, x] = leafwise(
        (u, p, from, mean) => {
          const [next, part] = [add(from, u), fit(share, p)];
          const average = add(mul(mean, sub(1, part)), mul(next, part));
          return [sub(add(mul(next, 1 - b1), mul(average, b1)), p), next, average];
        },
        stepped,
        params,
        state.z,
        state.x,
      );
      return [update, { count: add(state.count, 1), maxRate, weightSum, z, x, inner }];
    },
  });
};
