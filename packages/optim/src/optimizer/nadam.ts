import { add, mul, pow, type Scalar, sub } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { chain } from "../transform/chain.ts";
import { checkDecay, checkFromZero } from "../transform/check.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { average, averageOfSquares, unbiased } from "../transform/moment.ts";
import { scaleByLearningRate, type ScaleState } from "../transform/scale.ts";
import type { Transform } from "../transform/transform.ts";
import { addDecayedWeights } from "../transform/weight-decay.ts";
import { type AdamOptions, type AdamState, type DecayedAdamOptions, initMoments, ratio, scaleByAdam } from "./adam.ts";
import type { Convention } from "./convention.ts";

export interface NadamOptions extends Omit<AdamOptions, "nesterov"> {
  /** Optax's by default. */
  readonly convention?: Convention;
  /** PyTorch's only: how fast its momentum grows; 0.004 by default. */
  readonly momentumDecay?: number;
}

/** PyTorch's: the momentum μ = b1 (1 - 0.96^(t momentumDecay) / 2) grows; b1Power is the product of the μ so far. */
const scaleByTorchNadam = (options: NadamOptions): Transform<AdamState> => {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, momentumDecay = 0.004 } = options;
  checkDecay("nadam", { b1, b2 });
  checkFromZero("nadam", { eps, epsRoot, momentumDecay });
  const momentumAt = (t: Scalar): Scalar => mul(sub(1, mul(pow(0.96, mul(t, momentumDecay)), 0.5)), b1);
  return {
    init: initMoments,
    update: (updates, state) => {
      const count = add(state.count, 1);
      const [momentum, next] = [momentumAt(count), momentumAt(add(count, 1))];
      const [b1Power, b2Power] = [mul(state.b1Power, momentum), mul(state.b2Power, b2)];
      const [update, mu, nu] = leafwise(
        (g, m, v) => {
          const [mean, square] = [average(b1, g, m), averageOfSquares(b2, g, v)];
          const ahead = mul(unbiased(mean, mul(b1Power, next)), fit(next, g));
          const hat = add(ahead, mul(unbiased(g, b1Power), fit(sub(1, momentum), g)));
          return [ratio(hat, unbiased(square, b2Power), eps, epsRoot), mean, square];
        },
        updates,
        state.mu,
        state.nu,
      );
      return [update, { count, mu, nu, b1Power, b2Power }];
    },
  };
};

const scaleByNadam = (options: NadamOptions): Transform<AdamState> =>
  options.convention === "torch" ? scaleByTorchNadam(options) : scaleByAdam({ ...options, nesterov: true });

/**
 * Adam with Nesterov's look-ahead: m̂ = b1 m / (1 - b1^(t+1)) + (1 - b1) g / (1 - b1^t).
 *
 * T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016. `convention: "torch"` is PyTorch's: momentum
 * μ_t = b1 (1 - 0.96^(t momentumDecay) / 2), and products of these in the place of powers of b1.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { nadam } from "@gradfold/optim";
 * const { init, update } = nadam(0.1);
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.14736842, 0.14736842]
 */
export const nadam = (learningRate: Rate, options: NadamOptions = {}): Transform<readonly [AdamState, ScaleState]> =>
  chain(scaleByNadam(options), scaleByLearningRate(learningRate));

/**
 * {@link nadam} with decoupled weight decay.
 *
 * T. Dozat, 2016; I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; it multiplies the decay too
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { nadamw } from "@gradfold/optim";
 * const { init, update } = nadamw(0.1, { weightDecay: 1 });
 * const p = array([1, 2]);
 * update(array([1, -20]), init(p), p)[0]; // => float64 [2] [-0.24736842, -0.05263158]
 */
export const nadamw = (
  learningRate: Rate,
  { weightDecay = 1e-4, mask, ...options }: NadamOptions & Omit<DecayedAdamOptions, "nesterov"> = {},
): Transform<readonly [AdamState, null, ScaleState]> => {
  checkFromZero("nadamw", { weightDecay });
  return chain(scaleByNadam(options), addDecayedWeights(weightDecay, mask), scaleByLearningRate(learningRate));
};
