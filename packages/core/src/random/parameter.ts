import type { NDArray } from "../array.ts";
import { describe } from "../description.ts";
import { DomainError } from "../error.ts";
import { tracer, view } from "../primitive.ts";
import { copy } from "../view.ts";

/* What a distribution depends on, checked before anything is drawn. */

export const checkFinite = (name: string, parameters: Readonly<Record<string, number>>): void => {
  for (const [parameter, value] of Object.entries(parameters))
    if (!Number.isFinite(value))
      throw new DomainError(`random.${name}: ${parameter} must be finite, not ${describe(value)}`);
};

export const checkOrder = (name: string, min: number, max: number): void => {
  if (!(min < max))
    throw new DomainError(`random.${name}: min must be less than max, not ${describe(min)} and ${describe(max)}`);
};

export const checkDeviation = (name: string, standardDeviation: number): void => {
  if (!(standardDeviation >= 0 && standardDeviation < Infinity))
    throw new DomainError(
      `random.${name}: standardDeviation must be finite and at least 0, not ${describe(standardDeviation)}`,
    );
};

/** The elements, where no transform follows the array: only these can be checked. */
export const elementsIfKnown = (x: NDArray): readonly number[] | undefined =>
  tracer(x) === undefined ? Array.from(copy(view(x, "random"), x.dtype)) : undefined;

export const checkProbabilities = (name: string, p: NDArray): NDArray => {
  const wrong = elementsIfKnown(p)?.find((chance) => !(chance >= 0 && chance <= 1));
  if (wrong !== undefined) throw new DomainError(`random.${name}: a probability is between 0 and 1, not ${wrong}`);
  return p;
};
