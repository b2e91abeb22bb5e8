import type { Rate } from "../schedule/schedule.ts";
import { chain } from "../transform/chain.ts";
import { checkFromZero } from "../transform/check.ts";
import { scaleByLearningRate, type ScaleState } from "../transform/scale.ts";
import type { Transform } from "../transform/transform.ts";
import { addDecayedWeights } from "../transform/weight-decay.ts";
import { type AdamState, type DecayedAdamOptions, scaleByAdam } from "./adam.ts";
import { scaleByTrustRatio } from "../transform/trust.ts";

/**
 * Adam's step with weight decay, times |p| / |step| for each leaf: for large batches.
 *
 * Y. You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", ICLR 2020. eps is 1e-6 and the
 * weight decay 0 by default.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { lamb } from "@gradfold/optim";
 * const { init, update } = lamb(0.1, { eps: 0 });
 * const p = array([1, 1]);
 * update(array([1, -20]), init(p), p)[0]; // => float64 [2] [-0.1, 0.1]
 */
export const lamb = (
  learningRate: Rate,
  { eps = 1e-6, weightDecay = 0, mask, ...options }: Omit<DecayedAdamOptions, "nesterov"> = {},
): Transform<readonly [AdamState, null, null, ScaleState]> => {
  checkFromZero("lamb", { weightDecay });
  return chain(
    scaleByAdam({ ...options, eps }),
    addDecayedWeights(weightDecay, mask),
    scaleByTrustRatio(),
    scaleByLearningRate(learningRate),
  );
};
