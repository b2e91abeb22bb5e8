import { whileLoop } from "@gradfold/autodiff";
import {
  abs,
  add,
  array,
  div,
  equal,
  greater,
  greaterEqual,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  type Scalar,
  sign,
  sqrt,
  square,
  sub,
  where,
  zeros,
} from "@gradfold/core";
import { count, decay, finitePositive, settings } from "../setting.ts";
import { scaleTree } from "../transform/scale.ts";
import { choose } from "../transform/steps.ts";
import { scalar } from "../transform/state.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { along, type Place } from "./along.ts";
import type { LineSearchState } from "./backtracking.ts";

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

/** What the search knows: the best place so far, the other end of the interval, and the next trial. */
interface Search {
  readonly low: Place;
  readonly high: Place;
  readonly isBracketed: Scalar;
  readonly next: Scalar;
  readonly tried: Scalar;
  readonly done: Scalar;
}

/** The minimum of the cubic through two places with their slopes; the middle where that is too near an end, or is none. */
const between = (low: Place, high: Place): Scalar => {
  const width = sub(high.at, low.at);
  const d1 = sub(add(low.slope, high.slope), div(mul(sub(high.value, low.value), 3), width));
  const d2 = mul(sign(width), sqrt(maximum(sub(square(d1), mul(low.slope, high.slope)), 0)));
  const back = div(sub(add(high.slope, d2), d1), add(sub(high.slope, low.slope), mul(d2, 2)));
  const cubic = sub(high.at, mul(width, back));
  const part = div(sub(cubic, low.at), width);
  const isInside = logicalAnd(isFinite(part), logicalAnd(greaterEqual(part, 0.1), lessEqual(part, 0.9)));
  return where(isInside, cubic, add(low.at, mul(width, 0.5)));
};

const read = settings<ZoomOptions>({
  maxSteps: count(30),
  slopeRtol: decay(1e-4),
  curvRtol: decay(0.9),
  maxLearningRate: finitePositive(1e10),
});

/**
 * Updates as far as both the loss has fallen enough, f(p + a u) ≤ f(p) + c₁ a g·u, and its slope is nearly level,
 * |f′(p + a u)| ≤ c₂ |g·u| (the strong conditions of Wolfe). The step doubles until a minimum lies within, and then the
 * interval shrinks by cubic interpolation. If the trials do not suffice, the best one that has fallen enough is taken.
 *
 * J. Nocedal, S. J. Wright, "Numerical optimization", 2006, algorithms 3.5 and 3.6.
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
  return stateful<LineSearchState>(
    name,
    { learningRate: scalar },
    {
      init: () => ({ learningRate: array(1) }),
      update: (updates, _, params, extra) => {
        const phi = along(name, updates, params, extra);
        const start = phi(zeros([]));
        const turn = ({ low, high, isBracketed, next, tried }: Search): Search => {
          const place = phi(next);
          const bound = add(start.value, mul(mul(start.slope, slopeRtol), next));
          const isTooFar = logicalOr(
            logicalNot(lessEqual(place.value, bound)),
            logicalAnd(greater(low.at, 0), greaterEqual(place.value, low.value)),
          );
          const isLevel = lessEqual(abs(place.slope), mul(abs(start.slope), curvRtol));
          const done = logicalAnd(logicalNot(isTooFar), isLevel);
          // Before there is an interval, it goes on to infinity.
          const direction = where(isBracketed, sub(high.at, low.at), 1);
          const isTurning = logicalAnd(logicalNot(isTooFar), greaterEqual(mul(place.slope, direction), 0));
          const nextHigh = choose(isTooFar, place, choose(isTurning, low, high));
          const nextLow = choose(isTooFar, low, place);
          const bracketed = logicalOr(isBracketed, logicalOr(isTooFar, isTurning));
          const farther = minimum(mul(next, 2), maxLearningRate);
          return {
            low: nextLow,
            high: nextHigh,
            isBracketed: bracketed,
            next: where(bracketed, between(nextLow, nextHigh), farther),
            tried: add(tried, 1),
            done,
          };
        };
        const no = equal(start.at, 1);
        const { low } = whileLoop(
          ({ done, tried }: Search) => logicalAnd(logicalNot(done), less(tried, maxSteps)),
          turn,
          {
            low: start,
            high: start,
            isBracketed: no,
            next: array(Math.min(1, maxLearningRate)),
            tried: zeros([]),
            // Where the way does not lead downhill there is nothing to find.
            done: logicalNot(less(start.slope, 0)),
          },
        );
        return [scaleTree(updates, low.at), { learningRate: low.at }];
      },
    },
  );
};
