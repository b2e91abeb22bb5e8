import { cond } from "@gradfold/autodiff";
import {
  add,
  all,
  greater,
  greaterEqual,
  isFinite,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  mul,
  type Scalar,
  sub,
  sum,
  where,
} from "@gradfold/core";
import type { FlatState } from "../state.ts";
import { precisionOf } from "../../precision.ts";
import type { Limits } from "../tolerances.ts";
import { localAt, type Memory, type Squares } from "./problem.ts";
import type { Outlook } from "./radius.ts";
import type { Tried } from "./trial.ts";

/** The part of the expected fall that a step must bring. */
const least = 1e-4;

/**
 * What came of a step. Where the fall is lost in the value's rounding errors, the slopes at both ends still tell it: the value is
 * almost a parabola then, for which the trapezoid rule is exact. So the last digits of the point are found as well.
 */
export const judge = (squares: Squares, { x, value, memory }: FlatState<Memory>, tried: Tried) => {
  const { local } = memory;
  const isSmall = lessEqual(tried.fall, mul(value, Math.sqrt(precisionOf(value.dtype))));
  const wanted = mul(tried.fall, least);
  const byValue = sub(value, tried.value);
  const isCandidate = logicalAnd(isFinite(tried.value), logicalOr(isSmall, greaterEqual(byValue, wanted)));
  const next = cond(
    isCandidate,
    () => localAt(squares, tried.x, tried.residuals, local.scale),
    () => local,
  );
  const isRegular = logicalAnd(all(isFinite(next.root)), isFinite(next.size));
  const bySlopes = mul<Scalar, number>(sum(mul(add(local.gradient, next.gradient), sub(tried.x, x))), -0.5);
  const actual = where(isSmall, bySlopes, byValue);
  const isFine = logicalAnd(isFinite(tried.value), isRegular);
  const isAccepted = logicalAnd(
    logicalAnd(isCandidate, isFine),
    logicalAnd(greater(actual, 0), greaterEqual(actual, wanted)),
  );
  return { next, actual, isCandidate, isFine, isAccepted };
};

/** Whether a step could not be told from none by the value: by its tolerance, or where it was refused by rounding errors alone. */
export const isLevelled = (
  { tolerances: { value: tolerance } }: Limits,
  value: Scalar,
  { fall, isWhole }: Outlook,
  { actual, isAccepted }: { readonly actual: Scalar; readonly isAccepted: Scalar },
): Scalar => {
  const rounding = mul(value, 4 * precisionOf(value.dtype));
  const isLost = logicalAnd(logicalNot(isAccepted), logicalAnd(isWhole, lessEqual(fall, rounding)));
  if (tolerance === 0) return isLost;
  const most = mul(value, tolerance);
  return logicalOr(isLost, logicalAnd(isAccepted, logicalAnd(lessEqual(actual, most), lessEqual(fall, most))));
};
