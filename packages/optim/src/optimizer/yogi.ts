import { add, mul, onesLike, sign, square, sub } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { fromZero, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { average, unbiased } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { type AdamOptions, adamSettings, type AdamState, initMoments, momentParts, ratio } from "./adam.ts";

export interface YogiOptions extends Omit<AdamOptions, "nesterov"> {
  /** Both means at the start; 1e-6 by default. */
  readonly initialAccumulatorValue?: number;
}

const { nesterov: _, ...others } = adamSettings;

const read = settings<YogiOptions>({ ...others, eps: fromZero(1e-3), initialAccumulatorValue: fromZero(1e-6) });

/**
 * {@link scaleByAdam} with v ← v - (1 - b2) sign(v - g²) g², which grows no faster than squares are added. eps is 1e-3 by
 * default.
 *
 * M. Zaheer et al., "Adaptive methods for nonconvex optimization", NeurIPS 2018.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByYogi({ initialAccumulatorValue: 0, eps: 0 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1, -1]
 */
export const scaleByYogi = (options?: YogiOptions): Transform<AdamState> =>
  byYogi("transform.scaleByYogi", read("transform.scaleByYogi", options));

const byYogi = (name: string, settings: Required<YogiOptions>): Transform<AdamState> => {
  const { b1, b2, eps, epsRoot, initialAccumulatorValue } = settings;
  return stateful<AdamState>(name, momentParts, {
    init: (params) => {
      const start = leafwise((p) => [mul(onesLike(p), initialAccumulatorValue)], params)[0];
      return { ...initMoments(params), mu: start, nu: start };
    },
    update: (updates, state) => {
      const [b1Power, b2Power] = [mul(state.b1Power, b1), mul(state.b2Power, b2)];
      const [update, mu, nu] = leafwise(
        (g, m, v) => {
          const [mean, squared] = [average(b1, g, m), square(g)];
          const next = sub(v, mul(mul(sign(sub(v, squared)), squared), 1 - b2));
          return [ratio(unbiased(mean, b1Power), unbiased(next, b2Power), eps, epsRoot), mean, next];
        },
        updates,
        state.mu,
        state.nu,
      );
      return [update, { count: add(state.count, 1), mu, nu, b1Power, b2Power }];
    },
  });
};

/**
 * Adam whose mean of squares v ← v - (1 - b2) sign(v - g²) g² changes slowly in both directions ({@link scaleByYogi}).
 *
 * M. Zaheer et al., "Adaptive methods for nonconvex optimization", NeurIPS 2018.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, yogi } from "gradfold";
 * const { init, update } = yogi(0.1, { initialAccumulatorValue: 0, eps: 0 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.1, 0.1]
 */
export const yogi = (learningRate: Rate, options?: YogiOptions): Transform<readonly [AdamState, ScaleState]> =>
  chained("yogi", byYogi("yogi", read("yogi", options)), byRate("yogi", learningRate));
