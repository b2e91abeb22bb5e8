import { abs, add, div, maximum, mul } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { average, unbiased } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { decayed } from "../transform/weight-decay.ts";
import {
  type AdamOptions,
  adamSettings,
  type AdamState,
  type DecayedAdamOptions,
  decaySettings,
  initMoments,
  momentParts,
} from "./adam.ts";

export type AdamaxOptions = Pick<AdamOptions, "b1" | "b2" | "eps">;

const { b1, b2, eps } = adamSettings;

const adamaxSettings: Settings<AdamaxOptions> = { b1, b2, eps };

const read = settings(adamaxSettings);

/**
 * m̂ / u, where m ← b1 m + (1 - b1) g, m̂ = m / (1 - b1^t) and u ← max(b2 u, |g| + eps): {@link scaleByAdam} by the
 * infinity norm. The u are the state's nu.
 *
 * D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 7.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByAdamax({ eps: 0 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1, -1]
 */
export const scaleByAdamax = (options?: AdamaxOptions): Transform<AdamState> =>
  byAdamax("transform.scaleByAdamax", read("transform.scaleByAdamax", options));

const byAdamax = (name: string, { b1, b2, eps }: Required<AdamaxOptions>): Transform<AdamState> =>
  stateful<AdamState>(name, momentParts, {
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
  });

/**
 * Adam by the infinity norm: p ← p - η m̂ / max(b2 u, |g| + eps) ({@link scaleByAdamax}).
 *
 * D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 7. The same numbers as PyTorch's.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { adamax, array } from "gradfold";
 * const { init, update } = adamax(0.1);
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.1, 0.1]
 */
export const adamax = (learningRate: Rate, options?: AdamaxOptions): Transform<readonly [AdamState, ScaleState]> =>
  chained("adamax", byAdamax("adamax", read("adamax", options)), byRate("adamax", learningRate));

type DecayedAdamaxOptions = AdamaxOptions & Pick<DecayedAdamOptions, "weightDecay" | "mask">;

const readDecayed = settings<DecayedAdamaxOptions>({ ...adamaxSettings, ...decaySettings });

/**
 * {@link adamax} with decoupled weight decay.
 *
 * D. P. Kingma, J. Ba, 2015; I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; it multiplies the decay too
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { adamaxw, array } from "gradfold";
 * const { init, update } = adamaxw(0.1, { weightDecay: 0.5, eps: 0 });
 * const p = array([1, 2]);
 * update(array([1, -20]), init(p), p)[0]; // => float64 [2] [-0.15, -0. ]
 */
export const adamaxw = (
  learningRate: Rate,
  options?: DecayedAdamaxOptions,
): Transform<readonly [AdamState, null, ScaleState]> => {
  const settings = readDecayed("adamaxw", options);
  return chained(
    "adamaxw",
    byAdamax("adamaxw", settings),
    decayed("adamaxw", settings.weightDecay, settings.mask),
    byRate("adamaxw", learningRate),
  );
};
