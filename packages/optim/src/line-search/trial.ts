import {
  abs,
  add,
  div,
  equal,
  greater,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  maximum,
  minimum,
  mul,
  notEqual,
  type Scalar,
  sqrt,
  square,
  sub,
  where,
} from "@gradfold/core";
import type { Numbers } from "./place.ts";

/*
 * Where to look next (J. J. Moré, D. J. Thuente, "Line search algorithms with guaranteed sufficient decrease", ACM TOMS 20,
 * 1994, section 4). `best` is the best place so far, and its slope leads to `trial`. Behind it, once there is an interval,
 * lies `other`, its second end.
 */

/** x / y, and NaN where y is 0: a division by zero would give an infinity, which a step could be clipped from. */
const ratio = (x: Scalar, y: Scalar): Scalar => {
  const isZero = equal(y, 0);
  return where(isZero, NaN, div(x, where(isZero, 1, y)));
};

/** The stationary point of the cubic through two places with their slopes that is a minimum; NaN where there is none. */
const cubicBetween = (from: Numbers, to: Numbers) => {
  const width = sub(to.at, from.at);
  const theta = add(mul(ratio(sub(from.value, to.value), width), 3), add(from.slope, to.slope));
  // Scaled, so that squares do not overflow.
  const s = maximum(abs(theta), maximum(abs(from.slope), abs(to.slope)));
  const discriminant = sub(square(ratio(theta, s)), mul(ratio(from.slope, s), ratio(to.slope, s)));
  const root = mul(s, sqrt(maximum(discriminant, 0)));
  const gamma = where(less(width, 0), mul(root, -1), root);
  const part = ratio(add(sub(gamma, from.slope), theta), add(add(sub(gamma, from.slope), gamma), to.slope));
  return { at: add(from.at, mul(part, width)), part, isBent: notEqual(gamma, 0) };
};

/** The minimum of the parabola through two values and the slope of the first. */
const parabolaBetween = (from: Numbers, to: Numbers): Scalar => {
  const width = sub(to.at, from.at);
  const drop = ratio(sub(from.value, to.value), width);
  return add(from.at, mul(div(ratio(from.slope, add(drop, from.slope)), 2), width));
};

/** Where the line through two slopes is 0. */
const secantBetween = (from: Numbers, to: Numbers): Scalar =>
  add(from.at, mul(ratio(from.slope, sub(from.slope, to.slope)), sub(to.at, from.at)));

const isNearer = (a: Scalar, b: Scalar, to: Scalar): Scalar => less(abs(sub(a, to)), abs(sub(b, to)));

/** A number, or another one where it is none. */
const or = (x: Scalar, otherwise: Scalar): Scalar => where(isFinite(x), x, otherwise);

/** What the search knows of the line. */
interface Known {
  readonly best: Numbers;
  readonly other: Numbers;
  readonly trial: Numbers;
  readonly isBracketed: Scalar;
  /** Between which steps the next one must lie. */
  readonly least: Scalar;
  readonly most: Scalar;
}

/** The interval behind a trial, and the next one. */
interface Next {
  /** Whether the trial is the best place now. */
  readonly isBest: Scalar;
  /** Whether the best place before is the other end now. */
  readonly isTurning: Scalar;
  readonly isBracketed: Scalar;
  readonly at: Scalar;
}

export const nextTrial = ({ best, other, trial, isBracketed, least, most }: Known): Next => {
  const isHigher = logicalNot(lessEqual(trial.value, best.value));
  const isTurning = logicalAnd(logicalNot(isHigher), less(mul(trial.slope, ratio(best.slope, abs(best.slope))), 0));
  const isFlatter = lessEqual(abs(trial.slope), abs(best.slope));
  const isAhead = greater(trial.at, best.at);
  const middle = add(best.at, div(sub(trial.at, best.at), 2));

  const cubic = cubicBetween(trial, best);
  const secant = secantBetween(trial, best);

  // Higher: a minimum lies between both places.
  const parabola = parabolaBetween(best, trial);
  const within = where(isNearer(cubic.at, parabola, best.at), cubic.at, add(parabola, div(sub(cubic.at, parabola), 2)));

  // Lower, and it slopes back: a minimum lies between both places, nearer to the trial.
  const back = where(isNearer(cubic.at, secant, trial.at), secant, cubic.at);

  // Lower, and flatter: a minimum may lie farther on.
  const end = where(isAhead, most, least);
  const isFarther = logicalAnd(less(cubic.part, 0), cubic.isBent);
  const ahead = where(isFarther, cubic.at, end);
  const isCubicNearer = isNearer(ahead, secant, trial.at);
  const inside = where(isCubicNearer, ahead, secant);
  const part = add(trial.at, mul(sub(other.at, trial.at), 0.66));
  const limited = where(isAhead, minimum(part, inside), maximum(part, inside));
  const outside = maximum(least, minimum(most, where(isCubicNearer, secant, ahead)));
  const flatter = where(isBracketed, or(limited, part), or(outside, end));

  // Lower, and no flatter: on, as far as may be.
  const halfway = add(trial.at, div(sub(other.at, trial.at), 2));
  const steeper = where(isBracketed, or(cubicBetween(trial, other).at, halfway), end);

  const on = where(isFlatter, flatter, steeper);
  return {
    isBest: logicalNot(isHigher),
    isTurning,
    isBracketed: where(isHigher, isHigher, where(isTurning, isTurning, isBracketed)),
    at: where(isHigher, or(within, middle), where(isTurning, or(back, middle), on)),
  };
};
