import { add, div, mul, sqrt, tree } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { chain } from "../transform/chain.ts";
import { checkDecay, checkFromZero } from "../transform/check.ts";
import { leafwise } from "../transform/leafwise.ts";
import { averageOfSquares } from "../transform/moment.ts";
import { scaleByLearningRate, type ScaleState } from "../transform/scale.ts";
import type { Params } from "../transform/static.ts";
import type { Transform } from "../transform/transform.ts";

export interface AdadeltaState {
  /** The mean of squared gradients. */
  readonly gradients: Params;
  /** The mean of squared updates. */
  readonly updates: Params;
}

export interface AdadeltaOptions {
  /** 0.9 by default. */
  readonly rho?: number;
  /** 1e-6 by default. */
  readonly eps?: number;
}

/**
 * u = g √(x + eps) / √(v + eps), where v ← rho v + (1 - rho) g² and x ← rho x + (1 - rho) u²: in the parameters' own unit.
 *
 * M. D. Zeiler, "ADADELTA: an adaptive learning rate method", 2012.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.scaleByAdadelta({ rho: 0.75, eps: 1 });
 * const g = array([0, 0]);
 * update(g, init(g), g)[0]; // => float64 [2] [0, 0]
 */
export const scaleByAdadelta = ({ rho = 0.9, eps = 1e-6 }: AdadeltaOptions = {}): Transform<AdadeltaState> => {
  checkDecay("adadelta", { rho });
  checkFromZero("adadelta", { eps });
  return {
    init: (params) => ({ gradients: tree.zerosLike(params), updates: tree.zerosLike(params) }),
    update: (given, state) => {
      const [update, gradients, updates] = leafwise(
        (g, v, x) => {
          const squares = averageOfSquares(rho, g, v);
          const u = mul(g, div(sqrt(add(x, eps)), sqrt(add(squares, eps))));
          return [u, squares, averageOfSquares(rho, u, x)];
        },
        given,
        state.gradients,
        state.updates,
      );
      return [update, { gradients, updates }];
    },
  };
};

/**
 * p ← p - η g √(x + eps) / √(v + eps) for the means v of squared gradients and x of squared updates.
 *
 * M. D. Zeiler, "ADADELTA: an adaptive learning rate method", 2012. The same numbers as PyTorch's.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; 1 by default
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { adadelta } from "@gradfold/optim";
 * const { init, update } = adadelta(1, { rho: 0, eps: 1 });
 * const g = array([0.75]);
 * update(g, init(g), g)[0]; // => float64 [1] [-0.6]
 */
export const adadelta = (
  learningRate: Rate = 1,
  options: AdadeltaOptions = {},
): Transform<readonly [AdadeltaState, ScaleState]> =>
  chain(scaleByAdadelta(options), scaleByLearningRate(learningRate));
