import { add, div, greater, greaterEqual, mul, type Scalar, sqrt, sub, where } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { fromZero, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { average, averageOfSquares, unbiased } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { type AdamOptions, adamSettings, type AdamState, initMoments, momentParts, ratio } from "./adam.ts";
import { type Convention, convention } from "./convention.ts";

export interface RadamOptions extends Omit<AdamOptions, "nesterov"> {
  /** From which length of the average on its variance is known well enough; 5 by default. */
  readonly threshold?: number;
  /** Optax's by default. */
  readonly convention?: Convention;
}

const { nesterov: _, ...others } = adamSettings;

const read = settings<RadamOptions>({ ...others, threshold: fromZero(5), convention: convention("optax") });

/**
 * {@link scaleByAdam} times r, which makes up for the variance of the mean of squares in the first steps; m̂ alone as long
 * as that is not known: ρ∞ = 2 / (1 - b2) - 1, ρ = ρ∞ - 2t b2^t / (1 - b2^t), r² = (ρ - 4)(ρ - 2)ρ∞ / ((ρ∞ - 4)(ρ∞ - 2)ρ)
 * where ρ ≥ threshold.
 *
 * L. Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020. `convention: "torch"` is PyTorch's:
 * where ρ > threshold, and √(1 - b2^t) / (√v + eps) for 1 / (√v̂ + eps).
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByRadam();
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1, -20]
 */
export const scaleByRadam = (options?: RadamOptions): Transform<AdamState> =>
  byRadam("transform.scaleByRadam", read("transform.scaleByRadam", options));

const byRadam = (name: string, settings: Required<RadamOptions>): Transform<AdamState> => {
  const { b1, b2, eps, epsRoot, threshold, convention } = settings;
  const most = 2 / (1 - b2) - 1;
  return stateful<AdamState>(name, momentParts, {
    init: initMoments,
    update: (updates, state) => {
      const count = add(state.count, 1);
      const [b1Power, b2Power] = [mul(state.b1Power, b1), mul(state.b2Power, b2)];
      const length = sub(most, div(mul(mul(count, b2Power), 2), sub(1, b2Power)));
      const isKnown = (convention === "torch" ? greater : greaterEqual)(length, threshold);
      const rectifier = rectifierOf(where(isKnown, length, most), most);
      const [update, mu, nu] = leafwise(
        (g, m, v) => {
          const [mean, square] = [average(b1, g, m), averageOfSquares(b2, g, v)];
          const hat = unbiased(mean, b1Power);
          const scaled =
            convention === "torch"
              ? mul(ratio(hat, square, eps, epsRoot), fit(sqrt(sub(1, b2Power)), g))
              : ratio(hat, unbiased(square, b2Power), eps, epsRoot);
          return [where(isKnown, mul(scaled, fit(rectifier, g)), hat), mean, square];
        },
        updates,
        state.mu,
        state.nu,
      );
      return [update, { count, mu, nu, b1Power, b2Power }];
    },
  });
};

const rectifierOf = (length: Scalar, most: number): Scalar =>
  sqrt(div(mul(mul(sub(length, 4), sub(length, 2)), most), mul(length, (most - 4) * (most - 2))));

/**
 * Adam that waits until it knows the variance of gradients, and is rectified after that ({@link scaleByRadam}).
 *
 * L. Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020. `convention: "torch"` is PyTorch's.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, radam } from "gradfold";
 * const { init, update } = radam(0.1);
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.1, 2. ]
 */
export const radam = (learningRate: Rate, options?: RadamOptions): Transform<readonly [AdamState, ScaleState]> =>
  chained("radam", byRadam("radam", read("radam", options)), byRate("radam", learningRate));
