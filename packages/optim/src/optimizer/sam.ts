import { add, div, equal, mul, where } from "@gradfold/core";
import { fromZero, settings } from "../setting.ts";
import { received } from "../transform/updates.ts";
import { lossAndGradOf } from "../transform/extra.ts";
import { given } from "../transform/given.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { globalNorm } from "../transform/norm.ts";
import type { Transform } from "../transform/transform.ts";

export interface SamOptions {
  /** How far to look for a greater loss; 0.05 by default. */
  readonly rho?: number;
}

const read = settings<SamOptions>({ rho: fromZero(0.05) });

/**
 * An optimizer that is given the gradient at p + rho g / |g|, the worst place nearby as far as the gradient g tells: it
 * settles where the loss is flat. Two gradients a step.
 *
 * P. Foret et al., "Sharpness-aware minimization for efficiently improving generalization", ICLR 2021.
 *
 * @throws DomainError when rho is negative, or the loss is missing
 * @example
 * import { array, sam, sgd, square, sum, valueAndGrad } from "gradfold";
 * const lossAndGrad = valueAndGrad((p) => sum(square(p)));
 * const { init, update } = sam(sgd(0.1), { rho: 1 });
 * const p = array([3, 4]);
 * update(lossAndGrad(p)[1], init(p), p, { lossAndGrad })[0]; // => float64 [2] [-0.72, -0.96]
 */
export const sam = <S>(optimizer: Transform<S>, options?: SamOptions): Transform<S> => {
  const { update, ...others } = given<S>("sam", "the optimizer", optimizer);
  const { rho } = read("sam", options);
  return {
    ...others,
    update: (gradients, state, params, extra) => {
      const updates = received("sam", "the updates", gradients, params);
      const norm = globalNorm(updates);
      const isFlat = equal(norm, 0);
      const factor = where(isFlat, 0, div(rho, where(isFlat, 1, norm)));
      const [worst] = leafwise((p, g) => [add(p, mul(g, fit(factor, g)))], params, updates);
      return update(lossAndGradOf("sam", extra, params)(worst)[1], state, params, extra);
    },
  };
};
