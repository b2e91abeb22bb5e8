import { add, div, equal, mul, type NDArray, type Scalar, sqrt, square, sum, tree, where, zeros } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { decay, fromZero, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { blank, likeParams, perLeaf, scalar } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { leafwise } from "../transform/leafwise.ts";

export interface NovogradState {
  /** How many steps were taken. */
  readonly count: Scalar;
  /** The decaying sum of the steps: gradients over their norms, and the weight decay. */
  readonly mu: Params;
  /** The mean of squared norms, one for each leaf, in the tree's order. */
  readonly nu: readonly Scalar[];
}

export interface NovogradOptions {
  /** 0.9 by default. */
  readonly b1?: number;
  /** 0.25 by default. */
  readonly b2?: number;
  /** 1e-6 by default, and 1e-8 in `transform.scaleByNovograd`, as in Optax. */
  readonly eps?: number;
  /** 0 by default. */
  readonly epsRoot?: number;
  /** 0 by default. */
  readonly weightDecay?: number;
}

const novogradSettings: Settings<NovogradOptions> = {
  b1: decay(0.9),
  b2: decay(0.25),
  eps: fromZero(1e-6),
  epsRoot: fromZero(0),
  weightDecay: fromZero(0),
};

const read = settings(novogradSettings);

const readTransform = settings<NovogradOptions>({ ...novogradSettings, eps: fromZero(1e-8) });

const parts = { count: scalar, mu: likeParams, nu: perLeaf(({ dtype }) => blank([], dtype)) };

/**
 * m ← b1 m + (g / (√(v + epsRoot) + eps) + weightDecay · p), where v ← b2 v + (1 - b2) |g|² is one number for each leaf;
 * at first v is |g|² and m the rest.
 *
 * B. Ginsburg et al., "Stochastic gradient methods with layer-wise adaptive moments for training of deep networks", 2019.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByNovograd({ eps: 0 });
 * const g = array([3, -4]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 0.6, -0.8]
 */
export const scaleByNovograd = (options?: NovogradOptions): Transform<NovogradState> =>
  byNovograd("transform.scaleByNovograd", readTransform("transform.scaleByNovograd", options));

const byNovograd = (name: string, settings: Required<NovogradOptions>): Transform<NovogradState> => {
  const { b1, b2, eps, epsRoot, weightDecay } = settings;
  return stateful<NovogradState>(name, parts, {
    init: (params) => ({
      count: zeros([]),
      mu: tree.zerosLike(params),
      nu: tree.leaves(params).map(({ dtype }) => zeros([], { dtype })),
    }),
    update: (updates, state, params) => {
      const isFirst = equal(state.count, 0);
      const nu = tree.leaves(updates).map((g, i): Scalar => {
        const squared: Scalar = sum(square(g));
        return where(isFirst, squared, add(mul(squared, 1 - b2), mul(state.nu[i] ?? squared, b2)));
      });
      let at = 0;
      const [mu] = leafwise(
        (g: NDArray, m: NDArray, p: NDArray) => {
          const norm = add(sqrt(add(nu[at++] ?? 0, epsRoot)), eps);
          const step = add(div(g, where(equal(norm, 0), 1, norm)), mul(p, weightDecay));
          return [where(isFirst, step, add(mul(m, b1), step))];
        },
        updates,
        state.mu,
        params,
      );
      return [mu, { count: add(state.count, 1), mu, nu }];
    },
  });
};

/**
 * Gradients over their norms' mean, leaf by leaf, with weight decay and momentum ({@link scaleByNovograd}).
 *
 * B. Ginsburg et al., "Stochastic gradient methods with layer-wise adaptive moments for training of deep networks", 2019.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, novograd } from "gradfold";
 * const { init, update } = novograd(0.5, { eps: 0 });
 * const g = array([3, -4]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.3, 0.4]
 */
export const novograd = (
  learningRate: Rate,
  options?: NovogradOptions,
): Transform<readonly [NovogradState, ScaleState]> =>
  chained("novograd", byNovograd("novograd", read("novograd", options)), byRate("novograd", learningRate));
