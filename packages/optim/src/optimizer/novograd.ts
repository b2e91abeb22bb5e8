import { add, div, equal, mul, type NDArray, type Scalar, sqrt, square, sum, tree, where, zeros } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { chain } from "../transform/chain.ts";
import { checkDecay, checkFromZero } from "../transform/check.ts";
import { scaleByLearningRate, type ScaleState } from "../transform/scale.ts";
import type { Params } from "../transform/static.ts";
import type { Transform } from "../transform/transform.ts";
import { leafwise } from "../transform/leafwise.ts";

export interface NovogradState {
  readonly count: Scalar;
  readonly mu: Params;
  /** The mean of squared norms, one for each leaf, in the tree's order. */
  readonly nu: readonly Scalar[];
}

export interface NovogradOptions {
  /** 0.9 by default. */
  readonly b1?: number;
  /** 0.25 by default. */
  readonly b2?: number;
  /** 1e-6 by default. */
  readonly eps?: number;
  /** 0 by default. */
  readonly epsRoot?: number;
  /** 0 by default. */
  readonly weightDecay?: number;
}

/**
 * m ← b1 m + (g / (√(v + epsRoot) + eps) + weightDecay · p), where v ← b2 v + (1 - b2) |g|² is one number for each leaf;
 * at first v is |g|² and m the rest.
 *
 * B. Ginsburg et al., "Stochastic gradient methods with layer-wise adaptive moments for training of deep networks", 2019.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.scaleByNovograd({ eps: 0 });
 * const g = array([3, -4]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 0.6, -0.8]
 */
export const scaleByNovograd = (options: NovogradOptions = {}): Transform<NovogradState> => {
  const { b1 = 0.9, b2 = 0.25, eps = 1e-6, epsRoot = 0, weightDecay = 0 } = options;
  checkDecay("novograd", { b1, b2 });
  checkFromZero("novograd", { eps, epsRoot, weightDecay });
  return {
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
  };
};

/**
 * Gradients over their norms' mean, leaf by leaf, with weight decay and momentum ({@link scaleByNovograd}).
 *
 * B. Ginsburg et al., "Stochastic gradient methods with layer-wise adaptive moments for training of deep networks", 2019.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { novograd } from "@gradfold/optim";
 * const { init, update } = novograd(0.5, { eps: 0 });
 * const g = array([3, -4]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.3, 0.4]
 */
export const novograd = (
  learningRate: Rate,
  options: NovogradOptions = {},
): Transform<readonly [NovogradState, ScaleState]> =>
  chain(scaleByNovograd(options), scaleByLearningRate(learningRate));
