import { fromZero, optional, settings } from "../setting.ts";

/** When a search has converged: by the first of these that holds. 0 leaves a test out; a gradient of 0 always counts. */
export interface Tolerances {
  /** For the greatest component of the gradient in size; the square root of the dtype's precision by default, 1.5e-8. */
  readonly gradient?: number;
  /**
   * For the greatest change of a number in a step, as a multiple of the greatest number in size; four times the dtype's
   * precision by default, 8.9e-16 in float64.
   */
  readonly step?: number;
  /** For the change of the value in a step, as a multiple of its size; four times the dtype's precision by default. */
  readonly value?: number;
}

/** When a search ends. */
export interface Limits {
  readonly tolerances: Required<Tolerances>;
  readonly maxSteps: number;
}

const read = settings<Tolerances>({
  gradient: optional(fromZero()),
  step: optional(fromZero()),
  value: optional(fromZero()),
});

/** The tolerances that are given, and for the others those of the dtype. */
export const tolerancesOf = (
  name: string,
  given: Tolerances | undefined,
  fallback: Required<Tolerances>,
): Required<Tolerances> => {
  const found = read(`${name}.tolerances`, given);
  return {
    gradient: found.gradient ?? fallback.gradient,
    step: found.step ?? fallback.step,
    value: found.value ?? fallback.value,
  };
};
