import type { Rate } from "../schedule/schedule.ts";
import { fromZero, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import type { Transform } from "../transform/transform.ts";
import { decayed } from "../transform/weight-decay.ts";
import { adamSettings, type AdamState, byAdam, type DecayedAdamOptions, decaySettings } from "./adam.ts";
import { byTrust } from "../transform/trust.ts";

const { nesterov: _, ...others } = adamSettings;

const read = settings<Omit<DecayedAdamOptions, "nesterov">>({
  ...others,
  ...decaySettings,
  eps: fromZero(1e-6),
  weightDecay: fromZero(0),
});

/**
 * Adam's step with weight decay, times |p| / |step| for each leaf: for large batches.
 *
 * Y. You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", ICLR 2020. eps is 1e-6 and the
 * weight decay 0 by default.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, lamb } from "gradfold";
 * const { init, update } = lamb(0.1, { eps: 0 });
 * const p = array([1, 1]);
 * update(array([1, -20]), init(p), p)[0]; // => float64 [2] [-0.1, 0.1]
 */
export const lamb = (
  learningRate: Rate,
  options?: Omit<DecayedAdamOptions, "nesterov">,
): Transform<readonly [AdamState, null, null, ScaleState]> => {
  const settings = read("lamb", options);
  return chained(
    "lamb",
    byAdam("lamb", { ...settings, nesterov: false }),
    decayed("lamb", settings.weightDecay, settings.mask),
    byTrust("lamb", { minNorm: 0, trustCoefficient: 1, eps: 0 }),
    byRate("lamb", learningRate),
  );
};
