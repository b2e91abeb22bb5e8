import { add, div, mul, sqrt, tree } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { decay, fromZero, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { averageOfSquares } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { likeParams } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";

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

const read = settings<AdadeltaOptions>({ rho: decay(0.9), eps: fromZero(1e-6) });

/**
 * u = g √(x + eps) / √(v + eps), where v ← rho v + (1 - rho) g² and x ← rho x + (1 - rho) u²: in the parameters' own unit.
 *
 * M. D. Zeiler, "ADADELTA: an adaptive learning rate method", 2012.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByAdadelta({ rho: 0.75, eps: 1 });
 * const g = array([0, 0]);
 * update(g, init(g), g)[0]; // => float64 [2] [0, 0]
 */
export const scaleByAdadelta = (options?: AdadeltaOptions): Transform<AdadeltaState> =>
  byAdadelta("transform.scaleByAdadelta", read("transform.scaleByAdadelta", options));

const byAdadelta = (name: string, { rho, eps }: Required<AdadeltaOptions>): Transform<AdadeltaState> =>
  stateful<AdadeltaState>(
    name,
    { gradients: likeParams, updates: likeParams },
    {
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
    },
  );

/**
 * p ← p - η g √(x + eps) / √(v + eps) for the means v of squared gradients and x of squared updates.
 *
 * M. D. Zeiler, "ADADELTA: an adaptive learning rate method", 2012. The same numbers as PyTorch's.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; 1 by default
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { adadelta, array } from "gradfold";
 * const { init, update } = adadelta(1, { rho: 0, eps: 1 });
 * const g = array([0.75]);
 * update(g, init(g), g)[0]; // => float64 [1] [-0.6]
 */
export const adadelta = (
  learningRate: Rate = 1,
  options?: AdadeltaOptions,
): Transform<readonly [AdadeltaState, ScaleState]> =>
  chained("adadelta", byAdadelta("adadelta", read("adadelta", options)), byRate("adadelta", learningRate));
