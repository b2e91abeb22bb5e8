import { add, equal, mul, type Scalar, sub, tree, where, zeros } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { fromZero, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { likeParams, scalar } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";

export interface OptimisticState {
  /** How many steps were taken. */
  readonly count: Scalar;
  /** The last gradient. */
  readonly gradients: Params;
}

export interface OptimisticOptions {
  /** How much the gradient counts; 1 by default. */
  readonly alpha?: number;
  /** How much its change since the last step counts; 1 by default. */
  readonly beta?: number;
}

const read = settings<OptimisticOptions>({ alpha: fromZero(1), beta: fromZero(1) });

/**
 * (alpha + beta) g - beta g', where g' is the last gradient, at first g itself: what the next one is expected to be.
 *
 * A. Mokhtari, A. Ozdaglar, S. Pattathil, "A unified analysis of extra-gradient and optimistic gradient methods for saddle
 * point problems", AISTATS 2020.
 *
 * @throws DomainError when an option is negative
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByOptimisticGradient();
 * const g = array([1, -2]);
 * const [, state] = update(g, init(g), g);
 * update(array([2, -2]), state, g)[0]; // => float64 [2] [ 3, -2]
 */
export const scaleByOptimisticGradient = (options?: OptimisticOptions): Transform<OptimisticState> =>
  byOptimism("transform.scaleByOptimisticGradient", read("transform.scaleByOptimisticGradient", options));

const byOptimism = (name: string, { alpha, beta }: Required<OptimisticOptions>): Transform<OptimisticState> =>
  stateful<OptimisticState>(
    name,
    { count: scalar, gradients: likeParams },
    {
      init: (params) => ({ count: zeros([]), gradients: tree.zerosLike(params) }),
      update: (updates, state) => {
        const isFirst = equal(state.count, 0);
        const [ahead] = leafwise(
          (g, before) => [sub(mul(g, alpha + beta), mul(where(isFirst, g, before), beta))],
          updates,
          state.gradients,
        );
        return [ahead, { count: add(state.count, 1), gradients: updates }];
      },
    },
  );

/**
 * p ← p - η ((alpha + beta) g - beta g') for the last gradient g': it does not circle around saddle points of games.
 *
 * A. Mokhtari, A. Ozdaglar, S. Pattathil, "A unified analysis of extra-gradient and optimistic gradient methods for saddle
 * point problems", AISTATS 2020.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, optimisticGradientDescent } from "gradfold";
 * const { init, update } = optimisticGradientDescent(0.1);
 * const g = array([1, -2]);
 * const [, state] = update(g, init(g), g);
 * update(array([2, -2]), state, g)[0]; // => float64 [2] [-0.3, 0.2]
 */
export const optimisticGradientDescent = (
  learningRate: Rate,
  options?: OptimisticOptions,
): Transform<readonly [OptimisticState, ScaleState]> => {
  const name = "optimisticGradientDescent";
  return chained(name, byOptimism(name, read(name, options)), byRate(name, learningRate));
};
