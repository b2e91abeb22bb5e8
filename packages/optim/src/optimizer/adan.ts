import { add, equal, mul, type Scalar, sub, tree, where, zeros } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { decay, fromZero, optional, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { type Mask, maskKind } from "../transform/mask.ts";
import { average, averageOfSquares, one, unbiased } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { like, likeParams, scalar } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { decayed } from "../transform/weight-decay.ts";
import { ratio } from "./adam.ts";

export interface AdanState {
  /** How many steps were taken. */
  readonly count: Scalar;
  /** The mean of gradients. */
  readonly mu: Params;
  /** The mean of their changes. */
  readonly delta: Params;
  /** The mean of squared gradients, looking ahead. */
  readonly nu: Params;
  /** The last gradient. */
  readonly gradients: Params;
  /** b1^t, b2^t and b3^t. */
  readonly powers: readonly [Scalar, Scalar, Scalar];
}

export interface AdanSettings {
  /** 0.98 by default. */
  readonly b1?: number;
  /** 0.92 by default. */
  readonly b2?: number;
  /** 0.99 by default. */
  readonly b3?: number;
  /** 1e-8 by default. */
  readonly eps?: number;
  /** 1e-8 by default. */
  readonly epsRoot?: number;
}

const adanSettings: Settings<AdanSettings> = {
  b1: decay(0.98),
  b2: decay(0.92),
  b3: decay(0.99),
  eps: fromZero(1e-8),
  epsRoot: fromZero(1e-8),
};

const readSettings = settings(adanSettings);

/**
 * (m̂ + (1 - b2) d̂) / (√(n̂ + epsRoot) + eps), where m, d and n are the moving means, by b1, b2 and b3, of gradients g, of
 * their changes Δ and of (g + (1 - b2) Δ)².
 *
 * X. Xie et al., "Adan: adaptive Nesterov momentum algorithm for faster optimizing deep models", 2022. The factor is that
 * of Optax, whose b2 is 1 - β₂ of the paper.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByAdan({ eps: 0, epsRoot: 0 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1, -1]
 */
export const scaleByAdan = (options?: AdanSettings): Transform<AdanState> =>
  byAdan("transform.scaleByAdan", readSettings("transform.scaleByAdan", options));

const parts = {
  count: scalar,
  mu: likeParams,
  delta: likeParams,
  nu: likeParams,
  gradients: likeParams,
  powers: like([0, 0, 0]),
};

const byAdan = (name: string, { b1, b2, b3, eps, epsRoot }: Required<AdanSettings>): Transform<AdanState> =>
  stateful<AdanState>(name, parts, {
    init: (params) => {
      const nothing = tree.zerosLike(params);
      return {
        count: zeros([]),
        mu: nothing,
        delta: nothing,
        nu: nothing,
        gradients: nothing,
        powers: [one, one, one],
      };
    },
    update: (updates, state) => {
      const isFirst = equal(state.count, 0);
      const [p1, p2, p3] = [mul(state.powers[0], b1), mul(state.powers[1], b2), mul(state.powers[2], b3)];
      const [update, mu, delta, nu] = leafwise(
        (g, m, d, n, before) => {
          const change = where(isFirst, 0, sub(g, before));
          const [mean, changes] = [average(b1, g, m), average(b2, change, d)];
          const squares = averageOfSquares(b3, add(g, mul(change, 1 - b2)), n);
          const hat = add(unbiased(mean, p1), mul(unbiased(changes, p2), 1 - b2));
          return [ratio(hat, unbiased(squares, p3), eps, epsRoot), mean, changes, squares];
        },
        updates,
        state.mu,
        state.delta,
        state.nu,
        state.gradients,
      );
      return [update, { count: add(state.count, 1), mu, delta, nu, gradients: updates, powers: [p1, p2, p3] }];
    },
  });

export interface AdanOptions extends AdanSettings {
  /** 0 by default. */
  readonly weightDecay?: number;
  /** Which parameters decay: a function of a leaf's path and the leaf, or a tree of booleans. */
  readonly mask?: Mask | undefined;
}

const readAdan = settings<AdanOptions>({ ...adanSettings, weightDecay: fromZero(0), mask: optional(maskKind()) });

/**
 * Adam with Nesterov's momentum by the changes of gradients ({@link scaleByAdan}), and decoupled weight decay.
 *
 * X. Xie et al., "Adan: adaptive Nesterov momentum algorithm for faster optimizing deep models", 2022.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; it multiplies the decay too
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { adan, array } from "gradfold";
 * const { init, update } = adan(0.1, { epsRoot: 0 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.1, 0.1]
 */
export const adan = (learningRate: Rate, options?: AdanOptions): Transform<readonly [AdanState, null, ScaleState]> => {
  const settings = readAdan("adan", options);
  return chained(
    "adan",
    byAdan("adan", settings),
    decayed("adan", settings.weightDecay, settings.mask),
    byRate("adan", learningRate),
  );
};
