import { add, maximum, mul, tree } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { chain } from "../transform/chain.ts";
import { checkDecay, checkFromZero } from "../transform/check.ts";
import { leafwise } from "../transform/leafwise.ts";
import { average, averageOfSquares, unbiased } from "../transform/moment.ts";
import { scaleByLearningRate, type ScaleState } from "../transform/scale.ts";
import type { Params } from "../transform/static.ts";
import type { Transform } from "../transform/transform.ts";
import { type AdamOptions, type AdamState, initMoments, ratio } from "./adam.ts";
import type { Convention } from "./convention.ts";

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

/**
 * {@link scaleByAdam} with the greatest mean of squares so far in the place of the last one.
 *
 * S. J. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR 2018. `biasCorrection: false` is the
 * paper's version, `convention: "torch"` PyTorch's: the greatest v is found first, and then freed of this step's bias.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.scaleByAmsgrad({ eps: 0 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1, -1]
 */
export const scaleByAmsgrad = (options: AmsgradOptions = {}): Transform<AmsgradState> => {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, convention = "optax", biasCorrection = true } = options;
  checkDecay("amsgrad", { b1, b2 });
  checkFromZero("amsgrad", { eps, epsRoot });
  return {
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
  };
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
 * import { array } from "@gradfold/core";
 * import { amsgrad } from "@gradfold/optim";
 * const { init, update } = amsgrad(0.1);
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.1, 0.1]
 */
export const amsgrad = (
  learningRate: Rate,
  options: AmsgradOptions = {},
): Transform<readonly [AmsgradState, ScaleState]> => chain(scaleByAmsgrad(options), scaleByLearningRate(learningRate));
