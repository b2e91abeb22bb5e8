import { div, dot, equal, greater, minimum, mul, type Scalar, type Vector, where, zeros } from "@gradfold/core";
import { type Change, precondition } from "../../optimizer/lbfgs.ts";
import { lengthOf } from "../../transform/norm.ts";
import type { InverseHessian } from "./quasi-newton.ts";

/** The last steps: the newest one first; those of weight 0 are none. */
type Changes = readonly Change[];

const memorySize = 10;

const weightOf = (step: Vector, change: Vector): Scalar => {
  const curvature: Scalar = dot(step, change);
  const isKnown = greater(curvature, 0);
  return where(isKnown, div(1, where(isKnown, curvature, 1)), 0);
};

/** One over the curvature along the newest step; where there is none, what makes a gradient at most 1 long. */
const scalingOf = (changes: Changes, gradient: Vector): Scalar => {
  const [newest] = changes;
  const length = lengthOf(gradient);
  const cautious = minimum(div(1, where(equal(length, 0), 1, length)), 1);
  if (newest === undefined) return cautious;
  const squared: Scalar = mul(dot(newest.gradient, newest.gradient), newest.weight);
  const isKnown = greater(squared, 0);
  return where(isKnown, div(1, where(isKnown, squared, 1)), cautious);
};

/**
 * The inverse Hessian as the last ten steps tell it.
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
  times: (changes, gradient) => precondition(gradient, changes, scalingOf(changes, gradient)),
  learn: (changes, step, change) => [
    { params: step, gradient: change, weight: weightOf(step, change) },
    ...changes.slice(0, -1),
  ],
  isEmpty: ([newest]) => equal(newest?.weight ?? zeros([]), 0),
};
