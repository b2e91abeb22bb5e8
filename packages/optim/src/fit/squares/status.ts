import {
  abs,
  all,
  div,
  equal,
  lessEqual,
  logicalAnd,
  logicalOr,
  max,
  mul,
  type Scalar,
  type Vector,
  where,
} from "@gradfold/core";
import { type FlatBounds, freeGradient, isAnyPressed } from "../bounds.ts";
import { type Case, finiteness, settled, statusOf } from "../status.ts";
import { precisionOf } from "../../precision.ts";
import type { Limits } from "../tolerances.ts";
import { wholeStep } from "./damping.ts";
import { columnNorms, cosineOf, type Local, normOf, removable } from "./local.ts";

/** Where a search for least squares is. */
export interface Whereabouts {
  readonly x: Vector;
  readonly value: Scalar;
  readonly local: Local;
}

/** The greatest change of a number in a step, as a share of its size. */
const shareOf = (x: Vector, step: Vector): Scalar => max(where(equal(step, 0), 0, div(abs(step), abs(x))));

/** Whether all that a step could take away from the residuals is as little as what rounding the point's numbers changes in them. */
const isRounding = ({ x, local }: Whereabouts): Scalar =>
  lessEqual(removable(local), mul(normOf(mul(columnNorms(local.root), x)), 4 * precisionOf(x.dtype)));

/**
 * Whether the gradient is 0 in all columns by itself, though together they could take away more: where the Jacobian has no inverse
 * at a minimum whose residuals are not 0.
 */
const isFlat = ({ x, local }: Whereabouts, bounds: FlatBounds, { tolerances }: Limits): Scalar => {
  const most = mul(mul(columnNorms(local.root), local.size), tolerances.gradient);
  return all(lessEqual(abs(freeGradient(x, local.gradient, bounds)), most));
};

/** What a state tells of itself: how near the point is to a minimum, and what follows from it. */
const here = (at: Whereabouts, bounds: FlatBounds, { tolerances }: Limits): readonly Case[] => {
  const { x, local } = at;
  const isBound = isAnyPressed(x, local.gradient, bounds);
  const isLevel = lessEqual(cosineOf(local), tolerances.gradient);
  const isNear = logicalOr(lessEqual(shareOf(x, wholeStep(local)), tolerances.step), isRounding(at));
  return [
    ...settled("converged by gradient", isLevel, isBound),
    ...(tolerances.step === 0 ? [] : settled("converged by step", isNear, isBound)),
  ];
};

export const statusAtStart = (at: Whereabouts, bounds: FlatBounds, limits: Limits): Scalar =>
  statusOf([finiteness(at.value, cosineOf(at.local)), ...here(at, bounds, limits)]);

/** What a step says of itself. */
export interface Signs {
  /** Whether the value changed, or could have, by less than its tolerance or its rounding errors. */
  readonly isLevel: Scalar;
  /** Whether the trial was the point itself. */
  readonly isStuck: Scalar;
  /** Whether the most steps were taken. */
  readonly isLast: Scalar;
}

export const statusAfter = (at: Whereabouts, signs: Signs, bounds: FlatBounds, limits: Limits): Scalar => {
  const isLevel = logicalOr(signs.isLevel, logicalAnd(signs.isStuck, isFlat(at, bounds, limits)));
  return statusOf([
    ...here(at, bounds, limits),
    ...settled("converged by value", isLevel, isAnyPressed(at.x, at.local.gradient, bounds)),
    ["stalled", signs.isStuck],
    ["limit reached", signs.isLast],
  ]);
};
