import type { Rate } from "../schedule/schedule.ts";
import { chain } from "../transform/chain.ts";
import { checkDecay, checkFromZero } from "../transform/check.ts";
import { type Mask, masked } from "../transform/masked.ts";
import { trace, type TraceState } from "../transform/momentum.ts";
import { scaleByLearningRate, type ScaleState } from "../transform/scale.ts";
import type { Transform } from "../transform/transform.ts";
import { addDecayedWeights } from "../transform/weight-decay.ts";
import { scaleByTrustRatio } from "../transform/trust.ts";

export interface LarsOptions {
  /** 0.9 by default. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** 0 by default. */
  readonly weightDecay?: number;
  /** 0.001 by default. */
  readonly trustCoefficient?: number;
  /** 0 by default. */
  readonly eps?: number;
  /** Which parameters decay. */
  readonly weightDecayMask?: Mask;
  /** Which parameters' steps are by the trust ratio. */
  readonly trustRatioMask?: Mask;
}

/**
 * t ← η c |p| / |g + weightDecay p| (g + weightDecay p) + μ t for each leaf, and p ← p - t: for large batches.
 *
 * Y. You, I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", 2017. As in Optax, the learning rate is
 * inside the momentum's sum.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { lars } from "@gradfold/optim";
 * const { init, update } = lars(1, { trustCoefficient: 0.1 });
 * const p = array([3, 4]);
 * update(array([0, 2]), init(p), p)[0]; // => float64 [2] [ 0. , -0.5]
 */
export const lars = (
  learningRate: Rate,
  options: LarsOptions = {},
): Transform<readonly [null, null, ScaleState, TraceState]> => {
  const { momentum = 0.9, nesterov = false, weightDecay = 0, trustCoefficient = 0.001, eps = 0 } = options;
  checkFromZero("lars", { weightDecay });
  checkDecay("lars", { momentum });
  const byTrust = scaleByTrustRatio({ trustCoefficient, eps });
  return chain<readonly [null, null, ScaleState, TraceState]>(
    addDecayedWeights(weightDecay, options.weightDecayMask),
    options.trustRatioMask === undefined ? byTrust : masked(byTrust, options.trustRatioMask),
    scaleByLearningRate(learningRate),
    trace({ decay: momentum, nesterov }),
  );
};
