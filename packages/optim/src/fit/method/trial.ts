import {
  abs,
  add,
  div,
  greater,
  less,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  neg,
  type Scalar,
  sub,
  type Vector,
  where,
} from "@gradfold/core";
import { lengthOf, wide } from "../../transform/norm.ts";
import { precisionOf } from "../../precision.ts";
import type { Proposal } from "./proposal.ts";

/* Whether a trust region takes a step, and how far its model is trusted then. */

/** Which part of the promised gain a step must bring. */
const leastRatio = 1e-4;

/** What a trial showed. */
interface Trial {
  /** By how much the value fell; float64. */
  readonly gain: Scalar;
  /** The gain as a part of what the model promised; 1 where both are rounding alone. */
  readonly ratio: Scalar;
  /** Whether the function is finite there. */
  readonly isFine: Scalar;
  /** Whether the step gained enough. */
  readonly isTaken: Scalar;
}

/** What a trial showed of a step, by the values before it and after it, which count where they are fine. */
export const trialOf = (before: Scalar, after: Scalar, isFine: Scalar, { promised, length }: Proposal): Trial => {
  const gain = where(isFine, sub(wide(before), wide(after)), -Infinity);
  const rounding = mul(abs(wide(before)), 8 * precisionOf(before.dtype));
  const expected = add(promised, rounding);
  const isExpected = greater(expected, 0);
  const ratio = where(isExpected, div(add(gain, rounding), where(isExpected, expected, 1)), -1);
  const isTaken = logicalAnd(isFine, logicalAnd(greater(ratio, leastRatio), greater(length, 0)));
  return { gain, ratio, isFine, isTaken };
};

/** How far the model is trusted after a trial. */
export const radiusAfter = (radius: Scalar, { length, slope }: Proposal, { gain, ratio, isFine }: Trial): Scalar => {
  // Where the parabola through both values and the slope is least.
  const bend = mul(sub(neg(gain), slope), 2);
  const least = div(neg(slope), where(greater(bend, 0), bend, 1));
  const part = where(logicalAnd(isFine, greater(bend, 0)), minimum(maximum(least, 0.1), 0.5), 0.25);
  const isPoor = logicalOr(logicalNot(isFine), less(ratio, 0.25));
  const isGood = greater(ratio, 0.75);
  return where(isPoor, mul(length, part), where(isGood, maximum(radius, mul(length, 2)), radius));
};

/** Steps that are no longer are lost in rounding. */
export const shortest = (x: Vector): Scalar => {
  const precision = precisionOf(x.dtype);
  return mul(maximum(wide(lengthOf(x)), precision), precision);
};
