import { abs, add, div, maximum, mul } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { chain } from "../transform/chain.ts";
import { checkDecay, checkFromZero } from "../transform/check.ts";
import { leafwise } from "../transform/leafwise.ts";
import { average, unbiased } from "../transform/moment.ts";
import { scaleByLearningRate, type ScaleState } from "../transform/scale.ts";
import type { Transform } from "../transform/transform.ts";
import { addDecayedWeights } from "../transform/weight-decay.ts";
import { type AdamOptions, type AdamState, type DecayedAdamOptions, initMoments } from "./adam.ts";

export type AdamaxOptions = Pick<AdamOptions, "b1" | "b2" | "eps">;

/**
 * m̂ / u, where m ← b1 m + (1 - b1) g, m̂ = m / (1 - b1^t) and u ← max(b2 u, |g| + eps): {@link scaleByAdam} by the
 * infinity norm. The u are the state's nu.
 *
 * D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 7.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.scaleByAdamax({ eps: 0 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1, -1]
 */
export const scaleByAdamax = ({ b1 = 0.9, b2 = 0.999, eps = 1e-8 }: AdamaxOptions = {}): Transform<AdamState> => {
  checkDecay("adamax", { b1, b2 });
  checkFromZero("adamax", { eps });
  return {
    init: initMoments,
    update: (updates, state) => {
      const [b1Power, b2Power] = [mul(state.b1Power, b1), mul(state.b2Power, b2)];
      const [update, mu, nu] = leafwise(
        (g, m, u) => {
          const [mean, most] = [average(b1, g, m), maximum(add(abs(g), eps), mul(u, b2))];
          return [div(unbiased(mean, b1Power), most), mean, most];
        },
        updates,
        state.mu,
        state.nu,
      );
      return [update, { count: add(state.count, 1), mu, nu, b1Power, b2Power }];
    },
  };
};

/**
 * Adam by the infinity norm: p ← p - η m̂ / max(b2 u, |g| + eps) ({@link scaleByAdamax}).
 *
 * D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 7. The same numbers as PyTorch's.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { adamax } from "@gradfold/optim";
 * const { init, update } = adamax(0.1);
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.1, 0.1]
 */
export const adamax = (learningRate: Rate, options: AdamaxOptions = {}): Transform<readonly [AdamState, ScaleState]> =>
  chain(scaleByAdamax(options), scaleByLearningRate(learningRate));

/**
 * {@link adamax} with decoupled weight decay.
 *
 * D. P. Kingma, J. Ba, 2015; I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; it multiplies the decay too
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { adamaxw } from "@gradfold/optim";
 * const { init, update } = adamaxw(0.1, { weightDecay: 0.5, eps: 0 });
 * const p = array([1, 2]);
 * update(array([1, -20]), init(p), p)[0]; // => float64 [2] [-0.15, -0. ]
 */
export const adamaxw = (
  learningRate: Rate,
  { weightDecay = 1e-4, mask, ...options }: AdamaxOptions & Pick<DecayedAdamOptions, "weightDecay" | "mask"> = {},
): Transform<readonly [AdamState, null, ScaleState]> => {
  checkFromZero("adamaxw", { weightDecay });
  return chain(scaleByAdamax(options), addDecayedWeights(weightDecay, mask), scaleByLearningRate(learningRate));
};
