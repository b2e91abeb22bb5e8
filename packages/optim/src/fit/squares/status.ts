import { lessEqual, type Scalar, type Vector } from "@gradfold/core";
import { type FlatBounds, isAnyPressed } from "../bounds.ts";
import { asScalar, type Case, finiteness, firstOf, settled } from "../status.ts";
import type { Limits } from "../tolerances.ts";
import { cosineOf, type Local, shareOf, wholeStep } from "./local.ts";

/** Where a search for least squares is. */
export interface Whereabouts {
  readonly x: Vector;
  readonly value: Scalar;
  readonly local: Local;
}

/** What a state tells of itself: how near the point is to a minimum, and what follows from it. */
const here = ({ x, local }: Whereabouts, bounds: FlatBounds, { tolerances }: Limits): readonly Case[] => {
  const isBound = isAnyPressed(x, local.gradient, bounds);
  const isLevel = lessEqual(cosineOf(local), tolerances.gradient);
  const isNear = lessEqual(shareOf(x, wholeStep(local)), tolerances.step);
  return [
    ...settled("converged by gradient", isLevel, isBound),
    ...(tolerances.step === 0 ? [] : settled("converged by step", isNear, isBound)),
  ];
};

export const statusAtStart = (at: Whereabouts, bounds: FlatBounds, limits: Limits): Scalar =>
  asScalar(firstOf([finiteness(at.value, cosineOf(at.local)), ...here(at, bounds, limits)]));

/** What a step says of itself. */
export interface Signs {
  /** Whether the value changed, or could have, by less than its tolerance or its rounding errors. */
  readonly isLevel: Scalar;
  /** Whether the trial was the point itself. */
  readonly isStuck: Scalar;
  /** Whether the most steps were taken. */
  readonly isLast: Scalar;
}

export const statusAfter = (at: Whereabouts, signs: Signs, bounds: FlatBounds, limits: Limits): Scalar =>
  asScalar(
    firstOf([
      ...here(at, bounds, limits),
      ...settled("converged by value", signs.isLevel, isAnyPressed(at.x, at.local.gradient, bounds)),
      ["stalled", signs.isStuck],
      ["limit reached", signs.isLast],
    ]),
  );
