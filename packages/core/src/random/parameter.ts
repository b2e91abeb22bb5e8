import type { NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { DomainError } from "../error/error.ts";
import { checker, eachElement } from "../operations/checked.ts";

/* What a distribution depends on, checked before anything is drawn. */

export const checkFinite = (name: string, parameters: Readonly<Record<string, number>>): void => {
  for (const [parameter, value] of Object.entries(parameters))
    if (!Number.isFinite(value))
      throw new DomainError(`random.${name}: ${parameter} must be a finite number, not ${describe(value)}`);
};

export const checkOrder = (name: string, min: number, max: number): void => {
  if (typeof min !== "number" || typeof max !== "number" || !(min < max))
    throw new DomainError(`random.${name}: min must be less than max, not ${describe(min)} and ${describe(max)}`);
};

export const checkDeviation = (name: string, standardDeviation: number): void => {
  if (!Number.isFinite(standardDeviation) || standardDeviation < 0)
    throw new DomainError(
      `random.${name}: standardDeviation must be a finite number from 0 on, not ${describe(standardDeviation)}`,
    );
};

const fromZeroToOne = checker(
  "probability",
  0,
  eachElement((m, p) => m.and(m.lessEqual(0, p), m.lessEqual(p, 1))),
);

export const checkProbabilities = (name: string, p: NDArray): NDArray =>
  fromZeroToOne(p, (wrong) => new DomainError(`random.${name}: a probability is between 0 and 1, not ${wrong}`));
