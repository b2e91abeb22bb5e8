import { DomainError } from "@gradfold/core";
import { count, finite, finitePositive, fraction, type Settings, settings } from "../setting.ts";
import { interpolated } from "./piecewise.ts";
import type { ScalarSchedule } from "./schedule.ts";

export interface CosineOnecycle {
  /** How many steps there are in all. */
  readonly transitionSteps: number;
  /** The greatest value. */
  readonly peak: number;
  /** Which part of the steps goes up; 0.3 by default. */
  readonly pctStart?: number;
  /** How many times smaller than the peak the start is; 25 by default. */
  readonly divFactor?: number;
  /** How many times smaller than the start the end is; 1e4 by default. */
  readonly finalDivFactor?: number;
}

const cosineSettings: Settings<CosineOnecycle> = {
  transitionSteps: count(),
  peak: finite(),
  pctStart: fraction(0.3),
  divFactor: finitePositive(25),
  finalDivFactor: finitePositive(1e4),
};

const readCosine = settings(cosineSettings);

/** The steps at which parts of the whole are over, of which each must have some. */
const ends = (name: string, transitionSteps: number, parts: Readonly<Record<string, number>>): readonly number[] => {
  const steps = Object.values(parts).map((part) => Math.floor(part * transitionSteps));
  if ([...steps, transitionSteps].every((step, i, all) => i === 0 || step > (all[i - 1] ?? 0))) return steps;
  const words = Object.entries(parts).map(([what, part]) => `${what} ${part}`);
  throw new DomainError(`${name}: a part has no steps: ${words.join(" and ")} of ${transitionSteps} steps.`);
};

/**
 * Up to the peak and down again, along halves of a cosine.
 *
 * L. N. Smith, N. Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2017.
 *
 * @throws DomainError when a number is not finite, or a part has no steps
 * @example
 * import { schedule } from "gradfold";
 * schedule.cosineOnecycle({ transitionSteps: 30, peak: 1 })(9); // => float64 [] 1
 */
export const cosineOnecycle = (options: CosineOnecycle): ScalarSchedule => {
  const name = "schedule.cosineOnecycle";
  const { transitionSteps, peak, pctStart, divFactor, finalDivFactor } = readCosine(name, options);
  const [top = 0] = ends(name, transitionSteps, { pctStart });
  return interpolated(name, {
    kind: "cosine",
    init: peak / divFactor,
    boundariesAndScales: [
      [top, divFactor],
      [transitionSteps, 1 / (divFactor * finalDivFactor)],
    ],
  });
};

export interface LinearOnecycle extends CosineOnecycle {
  /** Which part of the steps is over when the start's value is reached again; 0.85 by default. */
  readonly pctFinal?: number;
}

const readLinear = settings<LinearOnecycle>({ ...cosineSettings, pctFinal: fraction(0.85) });

/**
 * Up to the peak, down to where it began, and further down to the end, along straight lines.
 *
 * L. N. Smith, N. Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2017.
 *
 * @throws DomainError when a number is not finite, or a part has no steps
 * @example
 * import { schedule } from "gradfold";
 * schedule.linearOnecycle({ transitionSteps: 30, peak: 1 })(9); // => float64 [] 1
 */
export const linearOnecycle = (options: LinearOnecycle): ScalarSchedule => {
  const name = "schedule.linearOnecycle";
  const { transitionSteps, peak, pctStart, pctFinal, divFactor, finalDivFactor } = readLinear(name, options);
  const [top = 0, back = 0] = ends(name, transitionSteps, { pctStart, pctFinal });
  return interpolated(name, {
    kind: "linear",
    init: peak / divFactor,
    boundariesAndScales: [
      [top, divFactor],
      [back, 1 / divFactor],
      [transitionSteps, 1 / finalDivFactor],
    ],
  });
};
