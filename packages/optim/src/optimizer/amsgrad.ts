import { add, maximum, mul, tree } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { flag, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { average, averageOfSquares, unbiased } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { likeParams } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { type AdamOptions, adamSettings, type AdamState, initMoments, momentParts, ratio } from "./adam.ts";
import { type Convention, convention } from "./convention.ts";

export interface AmsgradState extends AdamState {
  /** The greatest mean of squares so far. */
  readonly nuMax: Params;
}

export interface AmsgradOptions extends Omit<AdamOptions, "nesterov"> {
  /** Optax's by default. */
  readonly convention?: Convention;
  /** Whether means are freed of their bias, which the paper does not do; true by default. */
  readonly biasCorrection?: boolean;
}

const { nesterov: _, ...others } = adamSettings;

const read = settings<AmsgradOptions>({ ...others, convention: convention("optax"), biasCorrection: flag(true) });

/**
 * {@link scaleByAdam} with the greatest mean of squares so far in the place of the last one.
 *
 * S. J. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR 2018. `biasCorrection: false` is the
 * paper's version, `convention: "torch"` PyTorch's: the greatest v is found first, and then freed of this step's bias.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByAmsgrad({ eps: 0 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1, -1]
 */
export const scaleByAmsgrad = (options?: AmsgradOptions): Transform<AmsgradState> =>
  byAmsgrad("transform.scaleByAmsgrad", read("transform.scaleByAmsgrad", options));

const byAmsgrad = (name: string, settings: Required<AmsgradOptions>): Transform<AmsgradState> => {
  const { b1, b2, eps, epsRoot, convention, biasCorrection } = settings;
  return stateful<AmsgradState>(
    name,
    { ...momentParts, nuMax: likeParams },
    {
      init: (params) => ({ ...initMoments(params), nuMax: tree.zerosLike(params) }),
      update: (updates, state) => {
        const [b1Power, b2Power] = [mul(state.b1Power, b1), mul(state.b2Power, b2)];
        const [update, mu, nu, nuMax] = leafwise(
          (g, m, v, most) => {
            const [mean, square] = [average(b1, g, m), averageOfSquares(b2, g, v)];
            const isLate = convention === "torch";
            const next = maximum(most, isLate || !biasCorrection ? square : unbiased(square, b2Power));
            const hat = biasCorrection ? unbiased(mean, b1Power) : mean;
            return [ratio(hat, isLate ? unbiased(next, b2Power) : next, eps, epsRoot), mean, square, next];
          },
          updates,
          state.mu,
          state.nu,
          state.nuMax,
        );
        return [update, { count: add(state.count, 1), mu, nu, nuMax, b1Power, b2Power }];
      },
    },
  );
};

/**
 * Adam whose denominator never falls: the greatest mean of squares so far.
 *
 * S. J. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR 2018. `convention: "torch"` is PyTorch's
 * `Adam(amsgrad=True)`, `biasCorrection: false` the paper's version.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { amsgrad, array } from "gradfold";
 * const { init, update } = amsgrad(0.1);
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.1, 0.1]
 */
export const amsgrad = (learningRate: Rate, options?: AmsgradOptions): Transform<readonly [AmsgradState, ScaleState]> =>
  chained("amsgrad", byAmsgrad("amsgrad", read("amsgrad", options)), byRate("amsgrad", learningRate));
