import { add, div, DomainError, equal, mul, where } from "@gradfold/core";
import { checkFromZero } from "../transform/check.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { globalNorm } from "../transform/norm.ts";
import type { Extra, Transform } from "../transform/transform.ts";

/** The loss as a function, which a transform cannot do without. */
export const lossAndGradOf = <P>(name: string, { lossAndGrad }: Extra<P>): NonNullable<Extra<P>["lossAndGrad"]> => {
  if (lossAndGrad === undefined)
    throw new DomainError(`${name}: the loss is missing. Give { lossAndGrad } to update; trainStep does.`);
  return lossAndGrad;
};

export interface SamOptions {
  /** How far to look for a greater loss; 0.05 by default. */
  readonly rho?: number;
}

/**
 * An optimizer that is given the gradient at p + rho g / |g|, the worst place nearby as far as the gradient g tells: it
 * settles where the loss is flat. Two gradients a step.
 *
 * P. Foret et al., "Sharpness-aware minimization for efficiently improving generalization", ICLR 2021.
 *
 * @throws DomainError when rho is negative, or the loss is missing
 * @example
 * import { array, square, sum } from "@gradfold/core";
 * import { valueAndGrad } from "@gradfold/autodiff";
 * import { sam, sgd } from "@gradfold/optim";
 * const lossAndGrad = valueAndGrad((p) => sum(square(p)));
 * const { init, update } = sam(sgd(0.1), { rho: 1 });
 * const p = array([3, 4]);
 * update(lossAndGrad(p)[1], init(p), p, { lossAndGrad })[0]; // => float64 [2] [-0.72, -0.96]
 */
export const sam = <S>(optimizer: Transform<S>, { rho = 0.05 }: SamOptions = {}): Transform<S> => {
  checkFromZero("sam", { rho });
  return {
    init: optimizer.init,
    update: (updates, state, params, extra = {}) => {
      const norm = globalNorm(updates);
      const isFlat = equal(norm, 0);
      const factor = where(isFlat, 0, div(rho, where(isFlat, 1, norm)));
      const [worst] = leafwise((p, g) => [add(p, mul(g, fit(factor, g)))], params, updates);
      return optimizer.update(lossAndGradOf("sam", extra)(worst)[1], state, params, extra);
    },
  };
};
