import {
  add,
  cast,
  any,
  equal,
  greaterEqual,
  isFinite,
  less,
  logicalAnd,
  logicalNot,
  mul,
  notEqual,
  type Scalar,
  sum,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import type { Place } from "../../line-search/place.ts";
import { type Searched, wolfe } from "../../line-search/search.ts";
import { wide } from "../../transform/norm.ts";
import { landed } from "../bounds.ts";
import { type Evaluated, evaluatedAt, type Problem } from "../problem.ts";
import { precisionOf } from "../../precision.ts";

/** A place where the objective is known, as one of a line through it. */
const placed = (at: Scalar, there: Evaluated, direction: Vector): Place<Evaluated> => ({
  at,
  value: wide(there.value),
  slope: sum(cast(mul(there.gradient, direction), "float64")),
  there,
});

/** The objective along x + a d, or at the nearest point within bounds: there a number that met its bound moves no more. */
const along =
  (problem: Problem, x: Vector, direction: Vector) =>
  (at: Scalar): Place<Evaluated> => {
    const { bounds } = problem;
    const step = mul(direction, cast(at, direction.dtype));
    const reached = landed(x, step, bounds);
    const moving = bounds === null ? direction : where(equal(reached, add(x, step)), direction, 0);
    return placed(at, evaluatedAt(problem, reached), moving);
  };

/** What a search found, and whether the objective falls as far as it went. */
interface Found extends Searched<Evaluated> {
  readonly isEndless: Scalar;
}

/** The longest step, in units of the direction: where the objective falls below 0 as far as that, it has no end. */
const longest = 1e10;

/** Whether some number that moves is free to go on without end. */
const goesOn = ({ bounds }: Problem, direction: Vector): Scalar => {
  if (bounds === null) return isFinite(zeros([]));
  const ahead = where(less(direction, 0), bounds.lower, bounds.upper);
  return any(logicalAnd(notEqual(direction, 0), logicalNot(isFinite(ahead))));
};

/** How far to go from a place in a direction, of which a first multiple is tried; bent where it meets bounds. */
export const searchAlong = (problem: Problem, from: Evaluated, direction: Vector, first: Scalar): Found => {
  const found = wolfe(along(problem, from.x, direction), placed(zeros([]), from, direction), {
    first,
    longest,
    slopeRtol: 1e-3,
    curvRtol: 0.9,
    intervalRtol: 0.1,
    valueRtol: 4 * precisionOf(from.value.dtype),
    maxSteps: 20,
  });
  const isFar = logicalAnd(greaterEqual(found.place.at, longest), less(found.place.value, 0));
  return { ...found, isEndless: logicalAnd(isFar, goesOn(problem, direction)) };
};
