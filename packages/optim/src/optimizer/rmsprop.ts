import { add, div, mul, type NDArray, onesLike, type Scalar, sqrt, square, sub, tree } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { decay, flag, fromZero, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { type TraceState, velocity } from "../transform/momentum.ts";
import { average, averageOfSquares, one, unbiased } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { likeParams, scalar } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";

export interface RmsState {
  /** The moving mean of the squares of gradients. */
  readonly nu: Params;
  /** decay^t. */
  readonly power: Scalar;
}

export interface StddevState extends RmsState {
  /** The moving mean of gradients. */
  readonly mu: Params;
}

export interface RmsOptions {
  /** 0.9 by default. */
  readonly decay?: number;
  /** 1e-8 by default. */
  readonly eps?: number;
  /** The mean of squares at the start; 0 by default. */
  readonly initialScale?: number;
  /** Whether eps is inside the root; true by default. */
  readonly epsInSqrt?: boolean;
  /** Whether means are freed of their bias; false by default. */
  readonly biasCorrection?: boolean;
}

const full = <P>(params: P, value: number): P =>
  value === 0 ? tree.zerosLike(params) : leafwise((p) => [mul(onesLike(p), value)], params)[0];

const root = (v: NDArray, eps: number, epsInSqrt: boolean): NDArray =>
  epsInSqrt ? sqrt(add(v, eps)) : add(sqrt(v), eps);

const rmsSettings: Settings<RmsOptions> = {
  decay: decay(0.9),
  eps: fromZero(1e-8),
  initialScale: fromZero(0),
  epsInSqrt: flag(true),
  biasCorrection: flag(false),
};

const readRms = settings(rmsSettings);

/**
 * g / √(v + eps), where v ← decay · v + (1 - decay) g².
 *
 * T. Tieleman, G. Hinton, "Lecture 6.5: RMSprop", 2012.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByRms({ decay: 0.75 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1.99999996, -2. ]
 */
export const scaleByRms = (options?: RmsOptions): Transform<RmsState> =>
  byRms("transform.scaleByRms", readRms("transform.scaleByRms", options));

const byRms = (name: string, settings: Required<RmsOptions>): Transform<RmsState> => {
  const { decay, eps, initialScale, epsInSqrt, biasCorrection } = settings;
  return stateful<RmsState>(
    name,
    { nu: likeParams, power: scalar },
    {
      init: (params) => ({ nu: full(params, initialScale), power: one }),
      update: (updates, state) => {
        const power = mul(state.power, decay);
        const [update, nu] = leafwise(
          (g, v) => {
            const next = averageOfSquares(decay, g, v);
            return [div(g, root(biasCorrection ? unbiased(next, power) : next, eps, epsInSqrt)), next];
          },
          updates,
          state.nu,
        );
        return [update, { nu, power }];
      },
    },
  );
};

/**
 * g / √(v - m² + eps), where m and v are the moving means of gradients and of their squares.
 *
 * A. Graves, "Generating sequences with recurrent neural networks", 2013.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByStddev({ decay: 0.5 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1.99999996, -2. ]
 */
export const scaleByStddev = (options?: RmsOptions): Transform<StddevState> =>
  byStddev("transform.scaleByStddev", readRms("transform.scaleByStddev", options));

const byStddev = (name: string, settings: Required<RmsOptions>): Transform<StddevState> => {
  const { decay, eps, initialScale, epsInSqrt, biasCorrection } = settings;
  return stateful<StddevState>(
    name,
    { mu: likeParams, nu: likeParams, power: scalar },
    {
      init: (params) => ({ mu: tree.zerosLike(params), nu: full(params, initialScale), power: one }),
      update: (updates, state) => {
        const power = mul(state.power, decay);
        const [update, mu, nu] = leafwise(
          (g, m, v) => {
            const [mean, squares] = [average(decay, g, m), averageOfSquares(decay, g, v)];
            const [m1, m2] = biasCorrection ? [unbiased(mean, power), unbiased(squares, power)] : [mean, squares];
            return [div(g, root(sub(m2, square(m1)), eps, epsInSqrt)), mean, squares];
          },
          updates,
          state.mu,
          state.nu,
        );
        return [update, { mu, nu, power }];
      },
    },
  );
};

export interface RmspropOptions extends RmsOptions {
  /** Whether squares are taken from the mean: by the standard deviation, {@link scaleByStddev}. */
  readonly centered?: boolean;
  /** How much of the velocity is kept in each step; 0, which is no momentum, by default. */
  readonly momentum?: number;
  /** Whether the momentum looks ahead, as Nesterov has it; false by default. */
  readonly nesterov?: boolean;
}

const readRmsprop = settings<RmspropOptions>({
  ...rmsSettings,
  centered: flag(false),
  momentum: decay(0),
  nesterov: flag(false),
});

/**
 * p ← p - η g / √(v + eps), where v ← decay · v + (1 - decay) g²; with a momentum μ the steps are summed, t ← step + μ t.
 *
 * T. Tieleman, G. Hinton, "Lecture 6.5: RMSprop", 2012. PyTorch's numbers are those of `decay: 0.99, epsInSqrt: false`; its
 * learning rate is outside of the momentum's sum, here inside, which differs once it changes.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, rmsprop } from "gradfold";
 * const { init, update } = rmsprop(0.1, { decay: 0.75 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.2, 0.2]
 */
export const rmsprop = (
  learningRate: Rate,
  options?: RmspropOptions,
): Transform<readonly [RmsState | StddevState, ScaleState, TraceState]> => {
  const settings = readRmsprop("rmsprop", options);
  return chained<readonly [RmsState | StddevState, ScaleState, TraceState]>(
    "rmsprop",
    settings.centered ? byStddev("rmsprop", settings) : byRms("rmsprop", settings),
    byRate("rmsprop", learningRate),
    velocity("rmsprop", settings.momentum, settings.nesterov),
  );
};
