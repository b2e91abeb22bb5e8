import { add, div, greater, mul, onesLike, sqrt, square, where } from "@gradfold/core";
import { isNDArray } from "@gradfold/core/library";
import { checkRate, rateAt } from "../schedule/rate.ts";
import type { Rate } from "../schedule/schedule.ts";
import { fromZero, optional, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { likeParams } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { type Convention, convention } from "./convention.ts";

export interface RssState {
  /** The sum of the squares of all gradients so far, and of the value at the start. */
  readonly sumOfSquares: Params;
}

export interface RssOptions {
  /** The sum of squares at the start; 0.1 by default, in PyTorch's version 0. */
  readonly initialAccumulatorValue?: number | undefined;
  /** 1e-7 by default, in PyTorch's version 1e-10. */
  readonly eps?: number | undefined;
  /** Optax's by default. */
  readonly convention?: Convention;
}

const rssSettings: Settings<RssOptions> = {
  initialAccumulatorValue: optional(fromZero()),
  eps: optional(fromZero()),
  convention: convention("optax"),
};

const readRss = settings(rssSettings);

/**
 * g / √(s + eps), and 0 where s is 0, for the sum s ← s + g² of all squares so far.
 *
 * J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic optimization", 2011.
 * `convention: "torch"` is PyTorch's: g / (√s + eps).
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByRss({ initialAccumulatorValue: 0 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 0.99999995, -1. ]
 */
export const scaleByRss = (options?: RssOptions): Transform<RssState> =>
  byRss("transform.scaleByRss", readRss("transform.scaleByRss", options));

const byRss = (name: string, settings: Required<RssOptions>): Transform<RssState> => {
  const isTorch = settings.convention === "torch";
  const { initialAccumulatorValue = isTorch ? 0 : 0.1, eps = isTorch ? 1e-10 : 1e-7 } = settings;
  return stateful<RssState>(
    name,
    { sumOfSquares: likeParams },
    {
      init: (params) => ({ sumOfSquares: leafwise((p) => [mul(onesLike(p), initialAccumulatorValue)], params)[0] }),
      update: (updates, state) => {
        const [update, sumOfSquares] = leafwise(
          (g, s) => {
            const sum = add(s, square(g));
            if (isTorch) return [div(g, add(sqrt(sum), eps)), sum];
            const isAny = greater(sum, 0);
            return [where(isAny, div(g, sqrt(add(where(isAny, sum, 1), eps))), 0), sum];
          },
          updates,
          state.sumOfSquares,
        );
        return [update, { sumOfSquares }];
      },
    },
  );
};

export interface AdagradOptions extends RssOptions {
  /** PyTorch's: the learning rate after t steps is divided by 1 + t · lrDecay; 0 by default. */
  readonly lrDecay?: number;
}

const readAdagrad = settings<AdagradOptions>({ ...rssSettings, lrDecay: fromZero(0) });

const slowed = (learningRate: Rate, lrDecay: number): Rate =>
  lrDecay === 0
    ? learningRate
    : (count) => {
        const steps = isNDArray(count) ? count : add(count, 0);
        return div(rateAt("adagrad", learningRate, steps), add(mul(steps, lrDecay), 1));
      };

/**
 * p ← p - η g / √(s + eps) for the sum s of all squares so far: each parameter's steps get shorter by what it has moved.
 *
 * J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic optimization", 2011.
 * `convention: "torch"` is PyTorch's, √s + eps; `lrDecay` is its `lr_decay`.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { adagrad, array } from "gradfold";
 * const { init, update } = adagrad(0.5, { initialAccumulatorValue: 3 });
 * const g = array([1, -1]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.25, 0.25]
 */
export const adagrad = (learningRate: Rate, options?: AdagradOptions): Transform<readonly [RssState, ScaleState]> => {
  const settings = readAdagrad("adagrad", options);
  checkRate("adagrad", learningRate);
  return chained("adagrad", byRss("adagrad", settings), byRate("adagrad", slowed(learningRate, settings.lrDecay)));
};
