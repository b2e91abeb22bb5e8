import { whileLoop } from "@gradfold/autodiff";
import {
  abs,
  add,
  div,
  equal,
  greater,
  greaterEqual,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  notEqual,
  type Scalar,
  sub,
  where,
  zeros,
} from "@gradfold/core";
import { choose } from "../transform/steps.ts";
import type { Numbers, Place } from "./place.ts";
import { nextTrial } from "./trial.ts";

/** What a step has to keep to, and how long it is looked for. */
export interface WolfeOptions {
  /** The first trial, above 0. */
  readonly first: number | Scalar;
  /** The longest step. */
  readonly longest: number | Scalar;
  /** Which part of the slope the value must fall by (c₁). */
  readonly slopeRtol: number;
  /** Which part of the slope may be left (c₂). */
  readonly curvRtol: number;
  /** The width of the interval, as a part of its farther end, at which the search ends with the best place. */
  readonly intervalRtol: number;
  /** Which part of the value is rounding: two values that differ by less tell nothing, and the slope alone decides. */
  readonly valueRtol: number;
  /** How often the function may be evaluated. */
  readonly maxSteps: number;
}

/** What a line search found. */
export interface Searched<T> {
  /** Where to go: the place that keeps the conditions, or else the best one of those tried and the start. */
  readonly place: Place<T>;
  /** How often the function was evaluated. */
  readonly evaluations: Scalar;
  /** How many of these places were not finite in value or slope, so that the search went back. */
  readonly notFinite: Scalar;
  /** Whether the place keeps the conditions, to rounding. */
  readonly isAccepted: Scalar;
  /** Whether no place is better than the start, which is the place then. */
  readonly isStalled: Scalar;
}

/** What the search knows: the best place so far, the other end of the interval, and the next trial. */
interface Search<T> {
  readonly best: Place<T>;
  readonly other: Numbers;
  readonly isBracketed: Scalar;
  /** Whether a place was found that is low enough and behind which the function rises. */
  readonly isBeyond: Scalar;
  readonly next: Scalar;
  readonly least: Scalar;
  readonly most: Scalar;
  /** The width of the interval, and the one two trials before. */
  readonly width: Scalar;
  readonly before: Scalar;
  readonly tried: Scalar;
  readonly notFinite: Scalar;
  readonly isAccepted: Scalar;
  readonly done: Scalar;
}

const numbers = ({ at, value, slope }: Numbers): Numbers => ({ at, value, slope });

/** A place where value or slope is not finite is one that is too high: the search goes back from it. */
const orTooHigh = <T>({ at, value, slope, there }: Place<T>) => {
  const isFine = logicalAnd(isFinite(value), isFinite(slope));
  return {
    isFine,
    place: { at, value: where(isFine, value, Infinity), slope: where(isFine, slope, 0), there } satisfies Place<T>,
  };
};

/** The numbers of a place less those of a line: the function of which Moré and Thuente seek a minimum at first. */
const inclined = ({ at, value, slope }: Numbers, incline: Scalar): Numbers => ({
  at,
  value: sub(value, mul(at, incline)),
  slope: sub(slope, incline),
});

/** How a place stands to the conditions. */
const judged = (start: Numbers, { at, value, slope }: Numbers, options: WolfeOptions) => {
  const { slopeRtol, curvRtol, valueRtol, longest } = options;
  const isLow = lessEqual(value, add(start.value, mul(mul(at, start.slope), slopeRtol)));
  const isLevel = lessEqual(abs(slope), mul(abs(start.slope), curvRtol));
  // Near a minimum values differ by rounding alone; slopes still tell (W. W. Hager, H. Zhang, 2005, "approximate Wolfe").
  const isEven = less(abs(sub(value, start.value)), mul(abs(start.value), valueRtol));
  const hasFallen = logicalAnd(isEven, lessEqual(slope, mul(abs(start.slope), 1 - 2 * slopeRtol)));
  const isLast = logicalAnd(
    logicalAnd(isLow, greaterEqual(at, longest)),
    lessEqual(slope, mul(start.slope, slopeRtol)),
  );
  return { isLow, isAccepted: logicalOr(isLast, logicalAnd(isLevel, logicalOr(isLow, hasFallen))) };
};

/** The bounds of the trial behind the next one, at `next`: those of the interval, or farther and farther on. */
const boundsBehind = (best: Numbers, other: Numbers, isBracketed: Scalar, next: Scalar) => {
  const onward = sub(next, best.at);
  return {
    least: where(isBracketed, minimum(best.at, other.at), add(next, mul(onward, 1.1))),
    most: where(isBracketed, maximum(best.at, other.at), add(next, mul(onward, 4))),
  };
};

/** What is known behind a trial. */
const behind = <T>(so: Search<T>, start: Numbers, found: Place<T>, options: WolfeOptions): Search<T> => {
  const { isFine, place } = orTooHigh(found);
  const { isLow, isAccepted } = judged(start, place, options);
  const isBeyond = logicalOr(so.isBeyond, logicalAnd(isLow, greaterEqual(place.slope, 0)));
  const isInclined = logicalAnd(logicalNot(logicalOr(isBeyond, isLow)), lessEqual(place.value, so.best.value));
  const incline = where(isInclined, mul(start.slope, options.slopeRtol), 0);
  const [best, other, trial] = [inclined(so.best, incline), inclined(so.other, incline), inclined(place, incline)];
  const step = nextTrial({ ...so, best, other, trial });
  const nextBest = choose(logicalOr(isAccepted, step.isBest), place, so.best);
  const nextOther = choose(step.isBest, choose(step.isTurning, numbers(so.best), so.other), numbers(place));
  const { isBracketed } = step;
  const width = where(isBracketed, abs(sub(nextOther.at, nextBest.at)), so.width);
  const isSlow = logicalAnd(isBracketed, greaterEqual(width, mul(so.before, 0.66)));
  const middle = add(nextBest.at, div(sub(nextOther.at, nextBest.at), 2));
  const shorter = add(so.best.at, mul(sub(place.at, so.best.at), 0.1));
  const wanted = where(isFine, where(isSlow, middle, step.at), shorter);
  const next = minimum(wanted, options.longest);
  const { least, most } = boundsBehind(nextBest, nextOther, isBracketed, next);
  const isAtEnd = logicalOr(lessEqual(next, least), greaterEqual(next, most));
  const isNarrow = lessEqual(sub(most, least), mul(most, options.intervalRtol));
  const isStuck = logicalOr(equal(next, place.at), logicalAnd(isBracketed, logicalOr(isAtEnd, isNarrow)));
  return {
    best: nextBest,
    other: nextOther,
    isBracketed,
    isBeyond,
    next,
    least,
    most,
    width,
    before: where(isBracketed, so.width, so.before),
    tried: add(so.tried, 1),
    notFinite: add(so.notFinite, where(isFine, 0, 1)),
    isAccepted,
    done: logicalOr(isAccepted, isStuck),
  };
};

/**
 * How far to go along a line so that the value has fallen enough, f(a) ≤ f(0) + c₁ a f′(0), and its slope is nearly level,
 * |f′(a)| ≤ c₂ |f′(0)|: the strong conditions of Wolfe. Trials are found by cubic, quadratic and secant interpolation, and
 * go on by extrapolation until a minimum lies between two of them. The search goes back from where the function is not
 * finite. It ends too where the interval is too narrow for another trial. The function is evaluated once at each trial, and
 * not at the start.
 *
 * J. J. Moré, D. J. Thuente, "Line search algorithms with guaranteed sufficient decrease", ACM TOMS 20, 1994.
 */
export const wolfe = <T>(phi: (at: Scalar) => Place<T>, start: Place<T>, options: WolfeOptions): Searched<T> => {
  const { first, longest, maxSteps } = options;
  const next = add(zeros([]), minimum(first, longest));
  // Where the way does not lead downhill, or from nowhere, there is nothing to find.
  const isDownhill = logicalAnd(less(start.slope, 0), logicalAnd(isFinite(start.value), isFinite(start.slope)));
  const { best, tried, notFinite, isAccepted } = whileLoop(
    (so: Search<T>) => logicalAnd(logicalNot(so.done), less(so.tried, maxSteps)),
    (so: Search<T>) => behind(so, start, phi(so.next), options),
    {
      best: start,
      other: numbers(start),
      isBracketed: greater(0, next),
      isBeyond: greater(0, next),
      next,
      least: zeros([]),
      most: mul(next, 5),
      width: add(zeros([]), longest),
      before: mul(add(zeros([]), longest), 2),
      tried: zeros([]),
      notFinite: zeros([]),
      isAccepted: greater(0, next),
      done: logicalNot(isDownhill),
    },
  );
  // By rounding a place may be low enough that is no lower.
  const place = choose(logicalOr(isAccepted, less(best.value, start.value)), best, start);
  const isStalled = logicalAnd(equal(place.at, 0), notEqual(start.slope, 0));
  return { place, evaluations: tried, notFinite, isAccepted, isStalled };
};
