import {
  add,
  all,
  equal,
  greater,
  greaterEqual,
  logicalNot,
  logicalOr,
  minimum,
  mul,
  type Scalar,
  type Vector,
  where,
  zeros,
  zerosLike,
} from "@gradfold/core";
import { choose } from "../../transform/steps.ts";
import { addCounts, counts } from "../problem.ts";
import type { Method } from "../state.ts";
import { wholeStep } from "./damping.ts";
import { isLevelled, judge } from "./judge.ts";
import { cosineOf, lengthIn, type Local } from "./local.ts";
import { localAt, type Memory, type Squares } from "./problem.ts";
import { radiusAfter } from "./radius.ts";
import { statusAfter, statusAtStart } from "./status.ts";
import { tryStep } from "./trial.ts";

/** The length of the start, or of the residuals where that is 0; at most that of the whole step. */
const firstRadius = (x: Vector, local: Local): Scalar => {
  const length = lengthIn(local, x);
  return minimum(where(equal(length, 0), local.size, length), lengthIn(local, wholeStep(local)));
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
