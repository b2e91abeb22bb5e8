import { jacfwd } from "@gradfold/autodiff";
import { add, eye, mul, tree, type Vector } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { fromZero, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { lossAndGradOf } from "../transform/extra.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { downhill } from "./downhill.ts";
import { stateless, type Transform } from "../transform/transform.ts";

export interface NewtonOptions {
  /** Added to the diagonal of the Hessian; 0 by default. */
  readonly damping?: number;
}

const read = settings<NewtonOptions>({ damping: fromZero(0) });

/**
 * (H + damping · I)⁻¹ g for the Hessian H of the loss: the step to where the loss' parabola has its minimum. Where that has
 * none, since the matrix is not positive definite, each eigenvalue λ counts as |λ|, and one that is 0 to rounding as the
 * greatest: so the direction leads downhill all the same, and away from saddle points.
 *
 * P. E. Gill, W. Murray, M. H. Wright, "Practical optimization", 1981, section 4.4.2; Y. Dauphin et al., "Identifying and
 * attacking the saddle point problem in high-dimensional non-convex optimization", NeurIPS 2014.
 *
 * @throws DomainError when the damping is negative, or the loss is missing
 * @example
 * import { array, square, sum, transform, valueAndGrad } from "gradfold";
 * const lossAndGrad = valueAndGrad((p) => sum(square(p)));
 * const { init, update } = transform.scaleByNewton();
 * const p = array([3, 4]);
 * update(lossAndGrad(p)[1], init(p), p, { lossAndGrad })[0]; // => float64 [2] [3, 4]
 */
export const scaleByNewton = (options?: NewtonOptions): Transform<null> =>
  byNewton("transform.scaleByNewton", read("transform.scaleByNewton", options));

const byNewton = (name: string, { damping }: Required<NewtonOptions>): Transform<null> =>
  stateless(name, (updates, params, extra) => {
    const lossAndGrad = lossAndGradOf(name, extra, params);
    const [flat, back] = tree.ravel(params);
    const [gradient, restore] = tree.ravel(updates);
    const gradientAt = (p: Vector): Vector => tree.ravel(lossAndGrad(back(p))[1])[0];
    const hessian = jacfwd(gradientAt)(flat);
    return restore(downhill(add(hessian, mul(eye(flat.shape[0], { dtype: flat.dtype }), damping)), gradient));
  });

/**
 * Newton's method: p ← p - η (H + damping · I)⁻¹ g. Near a minimum the number of right digits doubles in every step. Far from
 * one, where the Hessian is not positive definite, the step is that of {@link scaleByNewton}, which leads downhill but may
 * be too long: `chain(newton(), lineSearch.zoom())` makes it as long as it should be. The Hessian is a matrix of as many
 * rows as there are parameters: for up to some hundreds.
 *
 * J. Nocedal, S. J. Wright, "Numerical optimization", 2006, chapter 3.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; 1 by default
 * @throws DomainError when the rate or the damping is out of range, or the loss is missing
 * @example
 * import { array, newton, square, sum, valueAndGrad } from "gradfold";
 * const lossAndGrad = valueAndGrad((p) => sum(square(p)));
 * const { init, update } = newton();
 * const p = array([3, 4]);
 * update(lossAndGrad(p)[1], init(p), p, { lossAndGrad })[0]; // => float64 [2] [-3, -4]
 */
export const newton = (learningRate: Rate = 1, options?: NewtonOptions): Transform<readonly [null, ScaleState]> =>
  chained("newton", byNewton("newton", read("newton", options)), byRate("newton", learningRate));
