import { add, mul, pow, type Scalar, sub } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { fromZero, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { average, averageOfSquares, unbiased } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { decayed } from "../transform/weight-decay.ts";
import {
  type AdamOptions,
  adamSettings,
  type AdamState,
  byAdam,
  type DecayedAdamOptions,
  decaySettings,
  initMoments,
  momentParts,
  ratio,
} from "./adam.ts";
import { type Convention, convention } from "./convention.ts";

export interface NadamOptions extends Omit<AdamOptions, "nesterov"> {
  /** Optax's by default. */
  readonly convention?: Convention;
  /** PyTorch's only: how fast its momentum grows; 0.004 by default. */
  readonly momentumDecay?: number;
}

const { nesterov: _, ...others } = adamSettings;

const nadamSettings: Settings<NadamOptions> = {
  ...others,
  convention: convention("optax"),
  momentumDecay: fromZero(0.004),
};

/** PyTorch's: the momentum μ = b1 (1 - 0.96^(t momentumDecay) / 2) grows; b1Power is the product of the μ so far. */
const byTorchNadam = (name: string, settings: Required<NadamOptions>): Transform<AdamState> => {
  const { b1, b2, eps, epsRoot, momentumDecay } = settings;
  const momentumAt = (t: Scalar): Scalar => mul(sub(1, mul(pow(0.96, mul(t, momentumDecay)), 0.5)), b1);
  return stateful<AdamState>(name, momentParts, {
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
  });
};

const byNadam = (name: string, settings: Required<NadamOptions>): Transform<AdamState> =>
  settings.convention === "torch" ? byTorchNadam(name, settings) : byAdam(name, { ...settings, nesterov: true });

const readNadam = settings(nadamSettings);

/**
 * Adam with Nesterov's look-ahead: m̂ = b1 m / (1 - b1^(t+1)) + (1 - b1) g / (1 - b1^t).
 *
 * T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016. `convention: "torch"` is PyTorch's: momentum
 * μ_t = b1 (1 - 0.96^(t momentumDecay) / 2), and products of these in the place of powers of b1.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, nadam } from "gradfold";
 * const { init, update } = nadam(0.1);
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.14736842, 0.14736842]
 */
export const nadam = (learningRate: Rate, options?: NadamOptions): Transform<readonly [AdamState, ScaleState]> =>
  chained("nadam", byNadam("nadam", readNadam("nadam", options)), byRate("nadam", learningRate));

type DecayedNadamOptions = NadamOptions & Omit<DecayedAdamOptions, "nesterov">;

const readDecayed = settings<DecayedNadamOptions>({ ...nadamSettings, ...decaySettings });

/**
 * {@link nadam} with decoupled weight decay.
 *
 * T. Dozat, 2016; I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; it multiplies the decay too
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, nadamw } from "gradfold";
 * const { init, update } = nadamw(0.1, { weightDecay: 1 });
 * const p = array([1, 2]);
 * update(array([1, -20]), init(p), p)[0]; // => float64 [2] [-0.24736842, -0.05263158]
 */
export const nadamw = (
  learningRate: Rate,
  options?: DecayedNadamOptions,
): Transform<readonly [AdamState, null, ScaleState]> => {
  const settings = readDecayed("nadamw", options);
  return chained(
    "nadamw",
    byNadam("nadamw", settings),
    decayed("nadamw", settings.weightDecay, settings.mask),
    byRate("nadamw", learningRate),
  );
};
