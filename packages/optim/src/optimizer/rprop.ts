import { cast, clip, DomainError, equal, mul, onesLike, type Scalar, sign, tree, where } from "@gradfold/core";
import { checkConstantRate } from "../schedule/rate.ts";
import { finitePositive, fromZero, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { scaled } from "../transform/scale.ts";
import { likeParams } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";

export interface RpropState {
  /** The step size of each parameter. */
  readonly stepSizes: Params;
  /** The last gradient, but 0 where its sign had changed. */
  readonly gradients: Params;
}

export interface RpropOptions {
  /** The factor of a step size whose gradient changes sign; 0.5 by default. */
  readonly etaMinus?: number;
  /** The factor of one whose gradient does not; 1.2 by default. */
  readonly etaPlus?: number;
  /** 1e-6 by default. */
  readonly minStepSize?: number;
  /** 50 by default. */
  readonly maxStepSize?: number;
}

const read = settings<RpropOptions>({
  etaMinus: finitePositive(0.5),
  etaPlus: finitePositive(1.2),
  minStepSize: fromZero(1e-6),
  maxStepSize: fromZero(50),
});

/**
 * The sign of the gradient times a step size of each parameter's own, which grows while the sign stays and shrinks when it
 * changes; then that parameter rests for a step.
 *
 * M. Riedmiller, H. Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993.
 *
 * @param learningRate - the step size at first
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByRprop(0.5);
 * const g = array([3, -1]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 0.5, -0.5]
 */
export const scaleByRprop = (learningRate: number | Scalar, options?: RpropOptions): Transform<RpropState> =>
  byRprop("transform.scaleByRprop", learningRate, options);

const byRprop = (name: string, learningRate: number | Scalar, options?: RpropOptions): Transform<RpropState> => {
  const { etaMinus, etaPlus, minStepSize, maxStepSize } = read(name, options);
  checkConstantRate(name, learningRate);
  if (minStepSize > maxStepSize)
    throw new DomainError(`${name}: minStepSize is above maxStepSize: ${minStepSize} and ${maxStepSize}.`);
  return stateful<RpropState>(
    name,
    { stepSizes: likeParams, gradients: likeParams },
    {
      init: (params) => ({
        stepSizes: leafwise((p) => [mul(onesLike(p), fit(learningRate, p))], params)[0],
        gradients: tree.zerosLike(params),
      }),
      update: (updates, state) => {
        const [update, stepSizes, gradients] = leafwise(
          (g, size, before) => {
            const turn = sign(mul(g, before));
            const factor = where(equal(turn, 1), etaPlus, where(equal(turn, -1), etaMinus, 1));
            const step = clip(mul(size, cast(factor, g.dtype)), { min: minStepSize, max: maxStepSize });
            const kept = where(equal(turn, -1), 0, g);
            return [mul(sign(kept), step), step, kept];
          },
          updates,
          state.stepSizes,
          state.gradients,
        );
        return [update, { stepSizes, gradients }];
      },
    },
  );
};

/**
 * Resilient backpropagation: steps by the sign of the gradient alone ({@link scaleByRprop}). For full batches.
 *
 * M. Riedmiller, H. Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993. The
 * same numbers as PyTorch's; Optax's (up to 0.2.8) gives each step one call late.
 *
 * @param learningRate - the step size at first
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, rprop } from "gradfold";
 * const { init, update } = rprop(0.5);
 * const g = array([3, -1]);
 * const [, state] = update(g, init(g), g);
 * update(array([2, 1]), state, g)[0]; // => float64 [2] [-0.6, -0. ]
 */
export const rprop = (learningRate: number | Scalar, options?: RpropOptions): Transform<readonly [RpropState, null]> =>
  chained("rprop", byRprop("rprop", learningRate, options), scaled("rprop", -1));
