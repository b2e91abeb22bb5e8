import { sign, tree } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { decay, fromZero, optional, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { type Mask, maskKind } from "../transform/mask.ts";
import { average } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { likeParams } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { decayed } from "../transform/weight-decay.ts";

export interface LionState {
  /** The moving mean of gradients. */
  readonly mu: Params;
}

export interface LionDecays {
  /** How much the mean counts beside the gradient in the update; 0.9 by default. */
  readonly b1?: number;
  /** How much of the mean of gradients is kept; 0.99 by default. */
  readonly b2?: number;
}

const decays: Settings<LionDecays> = { b1: decay(0.9), b2: decay(0.99) };

const readDecays = settings(decays);

/**
 * sign(b1 m + (1 - b1) g), and then m ← b2 m + (1 - b2) g.
 *
 * X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023.
 *
 * @throws DomainError when a decay rate is not from 0 to below 1
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByLion();
 * const g = array([3, -0.1]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1, -1]
 */
export const scaleByLion = (options?: LionDecays): Transform<LionState> =>
  byLion("transform.scaleByLion", readDecays("transform.scaleByLion", options));

const byLion = (name: string, { b1, b2 }: Required<LionDecays>): Transform<LionState> =>
  stateful<LionState>(
    name,
    { mu: likeParams },
    {
      init: (params) => ({ mu: tree.zerosLike(params) }),
      update: (updates, state) => {
        const [update, mu] = leafwise((g, m) => [sign(average(b1, g, m)), average(b2, g, m)], updates, state.mu);
        return [update, { mu }];
      },
    },
  );

export interface LionOptions extends LionDecays {
  /** 1e-3 by default. */
  readonly weightDecay?: number;
  /** Which parameters decay: a function of a leaf's path and the leaf, or a tree of booleans. */
  readonly mask?: Mask | undefined;
}

const readLion = settings<LionOptions>({ ...decays, weightDecay: fromZero(1e-3), mask: optional(maskKind()) });

/**
 * p ← p - η (sign(b1 m + (1 - b1) g) + weightDecay · p): all steps of one length, so rates are 3 to 10 times smaller than
 * Adam's.
 *
 * X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; it multiplies the decay too
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, lion } from "gradfold";
 * const { init, update } = lion(0.1, { weightDecay: 0.5 });
 * const p = array([1, 2]);
 * update(array([3, -0.1]), init(p), p)[0]; // => float64 [2] [-0.15, -0. ]
 */
export const lion = (learningRate: Rate, options?: LionOptions): Transform<readonly [LionState, null, ScaleState]> => {
  const settings = readLion("lion", options);
  return chained(
    "lion",
    byLion("lion", settings),
    decayed("lion", settings.weightDecay, settings.mask),
    byRate("lion", learningRate),
  );
};
