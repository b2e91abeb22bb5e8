import { add, mul, sub } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { fromZero, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { average, averageOfSquares, unbiased } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { type AdamOptions, adamSettings, type AdamState, initMoments, momentParts, ratio } from "./adam.ts";

export type BeliefOptions = Omit<AdamOptions, "nesterov">;

const { nesterov: _, ...others } = adamSettings;

const read = settings<BeliefOptions>({ ...others, eps: fromZero(1e-16), epsRoot: fromZero(1e-16) });

/**
 * {@link scaleByAdam} with the squares of what the mean did not foresee, s ← b2 s + (1 - b2) (g - m)² + epsRoot: long steps
 * where gradients are as believed. eps and epsRoot are 1e-16 by default.
 *
 * J. Zhuang et al., "AdaBelief optimizer: adapting stepsizes by the belief in observed gradients", NeurIPS 2020.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByBelief({ b1: 0.75 });
 * const g = array([3, -6]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1.33333333, -1.33333333]
 */
export const scaleByBelief = (options?: BeliefOptions): Transform<AdamState> =>
  byBelief("transform.scaleByBelief", read("transform.scaleByBelief", options));

const byBelief = (name: string, { b1, b2, eps, epsRoot }: Required<BeliefOptions>): Transform<AdamState> =>
  stateful<AdamState>(name, momentParts, {
    init: initMoments,
    update: (updates, state) => {
      const [b1Power, b2Power] = [mul(state.b1Power, b1), mul(state.b2Power, b2)];
      const [update, mu, nu] = leafwise(
        (g, m, s) => {
          const mean = average(b1, g, m);
          const surprise = add(averageOfSquares(b2, sub(g, mean), s), epsRoot);
          return [ratio(unbiased(mean, b1Power), unbiased(surprise, b2Power), eps, 0), mean, surprise];
        },
        updates,
        state.mu,
        state.nu,
      );
      return [update, { count: add(state.count, 1), mu, nu, b1Power, b2Power }];
    },
  });

/**
 * Adam by the variance of gradients around their mean in the place of their squares ({@link scaleByBelief}).
 *
 * J. Zhuang et al., "AdaBelief optimizer: adapting stepsizes by the belief in observed gradients", NeurIPS 2020.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { adabelief, array } from "gradfold";
 * const { init, update } = adabelief(0.3, { b1: 0.75 });
 * const g = array([3, -6]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.4, 0.4]
 */
export const adabelief = (learningRate: Rate, options?: BeliefOptions): Transform<readonly [AdamState, ScaleState]> =>
  chained("adabelief", byBelief("adabelief", read("adabelief", options)), byRate("adabelief", learningRate));
