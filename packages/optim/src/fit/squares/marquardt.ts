import { cond } from "@gradfold/autodiff";
import {
  add,
  all,
  cast,
  equal,
  greater,
  greaterEqual,
  isFinite,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  minimum,
  mul,
  type Scalar,
  sub,
  sum,
  type Vector,
  where,
  zeros,
  zerosLike,
} from "@gradfold/core";
import { choose } from "../../transform/steps.ts";
import { type FlatBounds, project } from "../bounds.ts";
import { addCounts, counts } from "../problem.ts";
import type { FlatState, Method } from "../state.ts";
import { type Limits, precisionOf } from "../tolerances.ts";
import { accelerated } from "./acceleration.ts";
import { withinBounds } from "./bounded.ts";
import { cosineOf, type Local, localOf, normOf, predicted, stepWithin, unitsOf, wholeStep } from "./local.ts";
import type { Loss } from "./loss.ts";
import { type Outlook, radiusAfter } from "./radius.ts";
import type { Residuals } from "./residuals.ts";
import { statusAfter, statusAtStart } from "./status.ts";

/** What is minimized, and how far. */
export interface Squares extends Limits {
  readonly residuals: Residuals;
  readonly loss: Loss;
  readonly bounds: FlatBounds;
}

interface Memory {
  readonly local: Local;
  /** How long a step may be, in units of the Jacobian's columns. */
  readonly radius: Scalar;
}

/** Where a step leads, and what is expected of it. */
interface Tried extends Outlook {
  readonly x: Vector;
  readonly residuals: Vector;
  readonly value: Scalar;
}

/** The part of the expected fall that a step must bring. */
const least = 1e-4;

const lengthIn = (local: Local, step: Vector): Scalar => normOf(mul(step, unitsOf(local)));

/** What is known at a point whose residuals are known. */
const localAt = ({ residuals, loss, bounds }: Squares, x: Vector, found: Vector, scale: Vector): Local =>
  localOf(loss.weigh(found, residuals.jacobian(x, found)), x, bounds, scale);

/** The length of the start, or of the residuals where that is 0; at most that of the whole step. */
const firstRadius = (x: Vector, local: Local): Scalar => {
  const length = lengthIn(local, x);
  return minimum(where(equal(length, 0), local.size, length), lengthIn(local, wholeStep(local)));
};

const tryStep = (squares: Squares, { x, memory }: FlatState<Memory>): Tried => {
  const { residuals, loss, bounds } = squares;
  const { local, radius } = memory;
  const trial = stepWithin(local, radius);
  const straight = withinBounds(local, x, trial, bounds);
  const step = bounds === null && loss.isPlain ? accelerated(residuals, local, x, trial) : straight;
  const reached = project(add(x, cast(step, x.dtype)), bounds);
  const found = residuals.at(reached);
  return {
    ...predicted(local, straight),
    length: lengthIn(local, straight),
    isWhole: equal(trial.damping, 0),
    x: reached,
    residuals: found,
    value: loss.value(found),
  };
};

/**
 * What came of a step. Where the fall is lost in the value's rounding errors, the slopes at both ends still tell it: the value is
 * almost a parabola then, for which the trapezoid rule is exact. So the last digits of the point are found as well.
 */
const judge = (squares: Squares, { x, value, memory }: FlatState<Memory>, tried: Tried) => {
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
const isLevelled = (
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

const one = (condition: Scalar): Scalar => where(condition, 1, 0);

/**
 * The Levenberg-Marquardt method: each step is one trial, of the step to where the residuals' linear model is least within a radius.
 * A trial that does not bring what the model promises leaves the point where it is, and makes the radius less.
 *
 * J. J. Moré, "The Levenberg-Marquardt algorithm: implementation and theory", 1978.
 */
export const marquardt = (squares: Squares): Method<Memory> => ({
  init: (x) => {
    const found = squares.residuals.at(x);
    const value = squares.loss.value(found);
    const local = localAt(squares, x, found, zerosLike(x));
    const status = statusAtStart({ x, value, local }, squares.bounds, squares);
    const memory = { local, radius: firstRadius(x, local) };
    return { x, value, gradientNorm: cosineOf(local), status, steps: zeros([]), evaluations: counts(1, 1), memory };
  },
  step: (state) => {
    const tried = tryStep(squares, state);
    const judged = judge(squares, state, tried);
    const { next, actual, isCandidate, isFine, isAccepted } = judged;
    const [x, value, local] = choose(
      isAccepted,
      [tried.x, tried.value, next],
      [state.x, state.value, state.memory.local],
    );
    const steps = add(state.steps, 1);
    const isFarOff = logicalOr(logicalNot(isFine), greater(tried.value, mul(state.value, 100)));
    const signs = {
      isLevel: isLevelled(squares, state.value, tried, judged),
      isStuck: all(equal(tried.x, state.x)),
      isLast: greaterEqual(steps, squares.maxSteps),
    };
    return {
      x,
      value,
      gradientNorm: cosineOf(local),
      status: statusAfter({ x, value, local }, signs, squares.bounds, squares),
      steps,
      evaluations: addCounts(state.evaluations, {
        ...counts(1, 0),
        derivatives: one(isCandidate),
        notFinite: one(logicalNot(isFine)),
      }),
      memory: { local, radius: radiusAfter(state.memory.radius, tried, { actual, isFarOff }) },
    };
  },
});
