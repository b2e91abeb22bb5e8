import { cond } from "@gradfold/autodiff";
import { add, all, div, greater, isFinite, lessEqual, logicalAnd, mul, type Vector, where } from "@gradfold/core";
import { dampedBy, type Trial } from "./damping.ts";
import { type Local, lengthIn, unitsOf } from "./local.ts";
import type { Residuals } from "./residuals.ts";

/** The greatest length of the correction as a share of the step's, twice. */
const mostShare = 0.2;

const bent = (residuals: Residuals, local: Local, x: Vector, { step, damping }: Trial): Vector => {
  const bend = dampedBy(local, div(residuals.bend(x, step), unitsOf(local)), damping);
  const [length, most] = [lengthIn(local, bend), mul(lengthIn(local, step), mostShare / 2)];
  const isSmall = logicalAnd(all(isFinite(bend)), lessEqual(length, most));
  return add(step, where(isSmall, mul(bend, 0.5), 0));
};

/**
 * A step bent along a geodesic: half of the acceleration is added, which brings the residuals' second derivative along the step
 * nearest to 0; where that is small beside the step, and so to be trusted. Narrow bent valleys take half of the steps with
 * it; near a minimum, where no step is damped, it would bring nothing.
 *
 * M. K. Transtrum, J. P. Sethna, "Improvements to the Levenberg-Marquardt algorithm for nonlinear least-squares minimization", 2012.
 */
export const accelerated = (residuals: Residuals, local: Local, x: Vector, trial: Trial): Vector =>
  cond(
    greater(trial.damping, 0),
    () => bent(residuals, local, x, trial),
    () => trial.step,
  );
