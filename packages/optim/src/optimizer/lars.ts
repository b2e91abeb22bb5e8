import type { Rate } from "../schedule/schedule.ts";
import { decay, flag, fromZero, optional, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { type Mask, maskKind } from "../transform/mask.ts";
import { maskedBy } from "../transform/masked.ts";
import { traced, type TraceState } from "../transform/momentum.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import type { Transform } from "../transform/transform.ts";
import { decayed } from "../transform/weight-decay.ts";
import { byTrust } from "../transform/trust.ts";

export interface LarsOptions {
  /** 0.9 by default. */
  readonly momentum?: number;
  /** Whether the momentum looks ahead, as Nesterov has it; false by default. */
  readonly nesterov?: boolean;
  /** 0 by default. */
  readonly weightDecay?: number;
  /** 0.001 by default. */
  readonly trustCoefficient?: number;
  /** 0 by default. */
  readonly eps?: number;
  /** Which parameters decay. */
  readonly weightDecayMask?: Mask | undefined;
  /** Which parameters' steps are by the trust ratio. */
  readonly trustRatioMask?: Mask | undefined;
}

const read = settings<LarsOptions>({
  momentum: decay(0.9),
  nesterov: flag(false),
  weightDecay: fromZero(0),
  trustCoefficient: fromZero(0.001),
  eps: fromZero(0),
  weightDecayMask: optional(maskKind()),
  trustRatioMask: optional(maskKind()),
});

/**
 * t ← η c |p| / |g + weightDecay p| (g + weightDecay p) + μ t for each leaf, and p ← p - t: for large batches.
 *
 * Y. You, I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", 2017. As in Optax, the learning rate is
 * inside the momentum's sum.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, lars } from "gradfold";
 * const { init, update } = lars(1, { trustCoefficient: 0.1 });
 * const p = array([3, 4]);
 * update(array([0, 2]), init(p), p)[0]; // => float64 [2] [ 0. , -0.5]
 */
export const lars = (
  learningRate: Rate,
  options?: LarsOptions,
): Transform<readonly [null, null, ScaleState, TraceState]> => {
  const { momentum, nesterov, weightDecay, trustCoefficient, eps, ...masks } = read("lars", options);
  const trusted = byTrust("lars", { minNorm: 0, trustCoefficient, eps });
  return chained<readonly [null, null, ScaleState, TraceState]>(
    "lars",
    decayed("lars", weightDecay, masks.weightDecayMask),
    masks.trustRatioMask === undefined ? trusted : maskedBy("lars", trusted, masks.trustRatioMask),
    byRate("lars", learningRate),
    traced("lars", momentum, nesterov),
  );
};
