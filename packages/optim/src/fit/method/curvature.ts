import { div, dot, equal, greater, minimum, mul, type Scalar, type Vector, where } from "@gradfold/core";
import { lengthOf } from "../../transform/norm.ts";
import { precisionOf } from "../../precision.ts";

/* What a step and the change of the gradient over it tell of the Hessian. */

/** 1 over a number, and 0 where that is not known. */
const inverseOf = (x: Scalar, isKnown: Scalar): Scalar => where(isKnown, div(1, where(isKnown, x, 1)), 0);

/** One over the product of a step and the change of the gradient; 0 where the objective does not curve upwards, to rounding. */
export const weightOf = (step: Vector, change: Vector): Scalar => {
  const curvature: Scalar = dot(step, change);
  const rounding = mul(mul(lengthOf(step), lengthOf(change)), precisionOf(step.dtype));
  return inverseOf(curvature, greater(curvature, rounding));
};

/** One over the curvature along a change of the gradient (Nocedal and Wright, "Numerical optimization", 2006, 6.20). */
export const scaleOf = (change: Vector, weight: Scalar): Scalar => {
  const squared = mul(dot(change, change), weight);
  return inverseOf(squared, greater(squared, 0));
};

/** What makes a gradient at most 1 long: for a first step. */
const cautious = (gradient: Vector): Scalar => {
  const length = lengthOf(gradient);
  return minimum(div(1, where(equal(length, 0), 1, length)), 1);
};

/** The scale that is known, or a cautious one. */
export const scaleOr = (scale: Scalar, gradient: Vector): Scalar => where(greater(scale, 0), scale, cautious(gradient));
