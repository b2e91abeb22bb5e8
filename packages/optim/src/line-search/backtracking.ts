import { whileLoop } from "@gradfold/autodiff";
import {
  add,
  array,
  equal,
  greater,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  minimum,
  mul,
  type Scalar,
  where,
  zeros,
} from "@gradfold/core";
import { count, decay, finitePositive, settings, shrinking } from "../setting.ts";
import { choose } from "../transform/steps.ts";
import { type Evaluated, stateful, type Transform } from "../transform/transform.ts";
import { along } from "./along.ts";
import type { Numbers, Place } from "./place.ts";
import { type LineSearchState, lineSearchParts, stalledAfter } from "./state.ts";

export interface BacktrackingOptions {
  /** 30 by default. */
  readonly maxSteps?: number;
  /** Which part of the slope the loss must fall by (Armijo's c₁); 1e-4 by default. */
  readonly slopeRtol?: number;
  /** What a step that is too long is multiplied by; 0.8 by default. */
  readonly decreaseFactor?: number;
  /** By how much longer than the last step the first trial is; 1.5 by default. */
  readonly increaseFactor?: number;
  /** 1 by default. */
  readonly maxLearningRate?: number;
}

/** A place, and which one it is of those tried. */
interface Trial<T> {
  readonly place: Place<T>;
  readonly tried: Scalar;
}

const read = settings<BacktrackingOptions>({
  maxSteps: count(30),
  slopeRtol: decay(1e-4),
  decreaseFactor: shrinking(0.8),
  increaseFactor: finitePositive(1.5),
  maxLearningRate: finitePositive(1),
});

/**
 * Updates as far as the loss falls in proportion to its slope: shorter and shorter until f(p + a u) ≤ f(p) + c₁ a g·u
 * (Armijo's condition). Where no trial does, there is no step. Behind a transform that gives a way downhill.
 *
 * L. Armijo, "Minimization of functions having Lipschitz continuous first partial derivatives", 1966.
 *
 * @throws DomainError when an option is out of range, or the loss is missing
 * @example
 * import { array, chain, lineSearch, sgd, square, sum, valueAndGrad } from "gradfold";
 * const lossAndGrad = valueAndGrad((p) => sum(square(p)));
 * const { init, update } = chain(sgd(4), lineSearch.backtracking({ decreaseFactor: 0.5 }));
 * const p = array([3, 4]);
 * update(lossAndGrad(p)[1], init(p), p, { lossAndGrad })[0]; // => float64 [2] [-3, -4]
 */
export const backtracking = (options?: BacktrackingOptions): Transform<LineSearchState> => {
  const name = "lineSearch.backtracking";
  const { maxSteps, slopeRtol, decreaseFactor, increaseFactor, maxLearningRate } = read(name, options);
  return stateful<LineSearchState>(name, lineSearchParts, {
    reaches: true,
    learningRate: (_, after) => where(greater(after.stalled, 0), 0, after.learningRate),
    init: () => ({ learningRate: array(maxLearningRate), stalled: zeros([]) }),
    update: (updates, state, params, extra) => {
      const { phi, start, to } = along(name, updates, params, extra);
      const isLow = ({ at, value }: Numbers): Scalar =>
        logicalAnd(
          logicalAnd(isFinite(value), logicalOr(less(value, start.value), equal(start.slope, 0))),
          lessEqual(value, add(start.value, mul(mul(start.slope, slopeRtol), at))),
        );
      const first = minimum(mul(state.learningRate, increaseFactor), maxLearningRate);
      const last = whileLoop(
        ({ place, tried }: Trial<Evaluated<typeof params>>) =>
          logicalAnd(logicalNot(isLow(place)), less(tried, maxSteps)),
        ({ place, tried }) => ({ place: phi(mul(place.at, decreaseFactor)), tried: add(tried, 1) }),
        { place: phi(first), tried: array(1) },
      );
      const isFound = isLow(last.place);
      const place = choose(isFound, last.place, start);
      return to(place, {
        learningRate: where(isFound, place.at, maxLearningRate),
        stalled: stalledAfter(state, start, place.at),
      });
    },
  });
};
