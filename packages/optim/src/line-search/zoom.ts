import { array, zeros } from "@gradfold/core";
import { count, decay, finitePositive, settings } from "../setting.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { along } from "./along.ts";
import { wolfe } from "./search.ts";
import { type LineSearchState, lineSearchParts, stalledAfter } from "./state.ts";

export interface ZoomOptions {
  /** 30 by default. */
  readonly maxSteps?: number;
  /** Which part of the slope the loss must fall by (c₁); 1e-4 by default. */
  readonly slopeRtol?: number;
  /** Which part of the slope may be left (c₂); 0.9 by default. */
  readonly curvRtol?: number;
  /** The longest step; 1e10 by default. */
  readonly maxLearningRate?: number;
}

const read = settings<ZoomOptions>({
  maxSteps: count(30),
  slopeRtol: decay(1e-4),
  curvRtol: decay(0.9),
  maxLearningRate: finitePositive(1e10),
});

/**
 * Updates as far as both the loss has fallen enough, f(p + a u) ≤ f(p) + c₁ a g·u, and its slope is nearly level,
 * |f′(p + a u)| ≤ c₂ |g·u| (the strong conditions of Wolfe). Steps grow by extrapolation until a minimum lies within, and then
 * the interval shrinks by interpolation. The search goes back from where the loss is not finite. If the trials do not
 * suffice, the best one is taken; if none is better than the start there is no step, and the learning rate is 0.
 *
 * Near a minimum, where losses differ by rounding alone, the slope tells: |f′(p + a u)| ≤ c₂ |g·u| is enough for a loss that
 * is not higher than a few units in the last place.
 *
 * J. J. Moré, D. J. Thuente, "Line search algorithms with guaranteed sufficient decrease", ACM TOMS 20, 1994; W. W. Hager,
 * H. Zhang, "A new conjugate gradient method with guaranteed descent and an efficient line search", SIAM J. Optim. 16, 2005.
 *
 * @throws DomainError when an option is out of range, or the loss is missing
 * @example
 * import { array, chain, lineSearch, sgd, square, sum, valueAndGrad } from "gradfold";
 * const lossAndGrad = valueAndGrad((p) => sum(square(p)));
 * const { init, update } = chain(sgd(4), lineSearch.zoom({ curvRtol: 0.1 }));
 * const p = array([3, 4]);
 * update(lossAndGrad(p)[1], init(p), p, { lossAndGrad })[0]; // => float64 [2] [-3, -4]
 */
export const zoom = (options?: ZoomOptions): Transform<LineSearchState> => zoomed("lineSearch.zoom", options);

/** {@link zoom} by the name of the optimizer that it is a part of. */
export const zoomed = (name: string, options?: ZoomOptions): Transform<LineSearchState> => {
  const { maxSteps, slopeRtol, curvRtol, maxLearningRate } = read(name, options);
  return stateful<LineSearchState>(name, lineSearchParts, {
    reaches: true,
    learningRate: (_, after) => after.learningRate,
    init: () => ({ learningRate: array(1), stalled: zeros([]) }),
    update: (updates, state, params, extra) => {
      const { phi, start, rounding, to } = along(name, updates, params, extra);
      const { place } = wolfe(phi, start, {
        first: 1,
        longest: maxLearningRate,
        slopeRtol,
        curvRtol,
        intervalRtol: 0,
        valueRtol: rounding,
        maxSteps,
      });
      return to(place, { learningRate: place.at, stalled: stalledAfter(state, start, place.at) });
    },
  });
};
