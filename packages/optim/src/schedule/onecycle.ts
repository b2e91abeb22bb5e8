import { interpolated } from "./piecewise.ts";
import { checkSteps, type ScalarSchedule } from "./schedule.ts";

export interface CosineOnecycle {
  readonly transitionSteps: number;
  readonly peak: number;
  /** Which part of the steps goes up; 0.3 by default. */
  readonly pctStart?: number;
  /** How many times smaller than the peak the start is; 25 by default. */
  readonly divFactor?: number;
  /** How many times smaller than the start the end is; 1e4 by default. */
  readonly finalDivFactor?: number;
}

/**
 * Up to the peak and down again, along halves of a cosine.
 *
 * L. N. Smith, N. Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2017.
 *
 * @throws DomainError when a number is not finite, or a part has no steps
 * @example
 * import { schedule } from "@gradfold/optim";
 * schedule.cosineOnecycle({ transitionSteps: 30, peak: 1 })(9); // => float64 [] 1
 */
export const cosineOnecycle = (options: CosineOnecycle): ScalarSchedule => {
  const { transitionSteps, peak, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  checkSteps("cosineOnecycle", "transitionSteps", transitionSteps);
  return interpolated("cosineOnecycle", {
    kind: "cosine",
    init: peak / divFactor,
    boundariesAndScales: [
      [Math.floor(pctStart * transitionSteps), divFactor],
      [transitionSteps, 1 / (divFactor * finalDivFactor)],
    ],
  });
};

export interface LinearOnecycle extends CosineOnecycle {
  /** Which part of the steps is over when the start's value is reached again; 0.85 by default. */
  readonly pctFinal?: number;
}

/**
 * Up to the peak, down to where it began, and further down to the end, along straight lines.
 *
 * L. N. Smith, N. Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2017.
 *
 * @throws DomainError when a number is not finite, or a part has no steps
 * @example
 * import { schedule } from "@gradfold/optim";
 * schedule.linearOnecycle({ transitionSteps: 30, peak: 1 })(9); // => float64 [] 1
 */
export const linearOnecycle = (options: LinearOnecycle): ScalarSchedule => {
  const { transitionSteps, peak, pctStart = 0.3, pctFinal = 0.85, divFactor = 25, finalDivFactor = 1e4 } = options;
  checkSteps("linearOnecycle", "transitionSteps", transitionSteps);
  return interpolated("linearOnecycle", {
    kind: "linear",
    init: peak / divFactor,
    boundariesAndScales: [
      [Math.floor(pctStart * transitionSteps), divFactor],
      [Math.floor(pctFinal * transitionSteps), 1 / divFactor],
      [transitionSteps, 1 / finalDivFactor],
    ],
  });
};
