import { equal, mul, type Scalar, type Vector, where, zeros } from "@gradfold/core";
import { type Change, precondition } from "../../optimizer/lbfgs.ts";
import { choose } from "../../transform/steps.ts";
import { scaleOf, scaleOr, weightOf } from "./curvature.ts";
import type { InverseHessian } from "./quasi-newton.ts";

/** The last steps: the newest one first; those of weight 0 are none. */
type Changes = readonly Change[];

const memorySize = 10;

/** A change among the numbers that are free. */
const freed = ({ params, gradient }: Change, isFree: Vector): Change => {
  const [step, change] = [where(isFree, params, 0), where(isFree, gradient, 0)];
  return { params: step, gradient: change, weight: weightOf(step, change) };
};

/** One over the curvature along the newest step; where there is none, what makes a gradient at most 1 long. */
const scaling = ([newest]: Changes, gradient: Vector): Scalar =>
  scaleOr(newest === undefined ? zeros([]) : scaleOf(newest.gradient, newest.weight), gradient);

/**
 * The inverse Hessian as the last ten steps tell it. A step along which the objective does not curve upwards tells nothing.
 *
 * D. C. Liu, J. Nocedal, "On the limited memory BFGS method for large scale optimization", 1989.
 */
export const limitedMemory: InverseHessian<Changes> = {
  empty: (x) => {
    const none = mul(x, 0);
    return Array.from({ length: memorySize }, () => ({
      params: none,
      gradient: none,
      weight: zeros([], { dtype: x.dtype }),
    }));
  },
  times: (changes, gradient, isFree) => {
    const known = isFree === null ? changes : changes.map((change) => freed(change, isFree));
    return precondition(gradient, known, scaling(known, gradient));
  },
  scaling,
  learn: (changes, step, change) => {
    const weight = weightOf(step, change);
    const longer = [{ params: step, gradient: change, weight }, ...changes.slice(0, -1)];
    return changes.map((before, i) => choose(equal(weight, 0), before, longer[i] ?? before));
  },
  isEmpty: ([newest]) => equal(newest?.weight ?? zeros([]), 0),
};
