import {
  div,
  greater,
  greaterEqual,
  lessEqual,
  logicalOr,
  maximum,
  minimum,
  mul,
  type Scalar,
  sub,
  where,
} from "@gradfold/core";

/** What is expected of a step, and what came of it. */
export interface Outlook {
  /** The length of the step in units of the columns. */
  readonly length: Scalar;
  /** By how much the value should fall. */
  readonly fall: Scalar;
  /** The slope of the value along the step where it begins, as a fall: above 0. */
  readonly slope: Scalar;
  /** Whether the step is the one without damping. */
  readonly isWhole: Scalar;
}

/** By how much the value did fall, and whether the step led to where it is much greater or not finite. */
export interface Fallen {
  readonly actual: Scalar;
  readonly isFarOff: Scalar;
}

/** Which part of the expected fall makes a step poor, and which one good. */
const [poor, good] = [0.25, 0.75];

/**
 * The radius after a step: less where the fall was much less than expected, as a parabola through the value's slope and its fall
 * says; more where it was as expected (J. J. Moré, "The Levenberg-Marquardt algorithm: implementation and theory", 1978).
 */
export const radiusAfter = (
  radius: Scalar,
  { length, fall, slope, isWhole }: Outlook,
  { actual, isFarOff }: Fallen,
): Scalar => {
  const bend = sub(slope, actual);
  const hasBend = greater(bend, 0);
  const lowest = where(hasBend, div(mul(slope, 0.5), where(hasBend, bend, 1)), 0.5);
  const share = where(isFarOff, 0.1, where(greaterEqual(actual, 0), 0.5, maximum(lowest, 0.1)));
  const isPoor = logicalOr(isFarOff, lessEqual(actual, mul(fall, poor)));
  const isGood = logicalOr(isWhole, greaterEqual(actual, mul(fall, good)));
  return where(isPoor, mul(share, minimum(radius, mul(length, 10))), where(isGood, mul(length, 2), radius));
};
