import {
  array,
  equal,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  mul,
  type Scalar,
  sub,
  type Vector,
  where,
} from "@gradfold/core";
import { choose } from "../../transform/steps.ts";
import { freeBeyond, inward, toBound } from "../bounds.ts";
import { counts, type Evaluated, evaluatedAt, type Problem, stateAfter, stateAtStart, stationary } from "../problem.ts";
import type { Method } from "../state.ts";
import { weightOf } from "./curvature.ts";
import { type Idle, idleAfter, isIdle, notIdle } from "./idle.ts";
import { searchAlong } from "./line.ts";

/** What is known of the inverse Hessian, and what follows from it. */
export interface InverseHessian<M> {
  /** Nothing is known yet. */
  readonly empty: (x: Vector) => M;
  /**
   * The product of a gradient, whose components are 0 where numbers are held, with the inverse of the Hessian's block of
   * those that are free (null: all of them); of nothing known, at most of length 1.
   */
  readonly times: (known: M, gradient: Vector, isFree: Vector | null) => Vector;
  /** What to multiply a gradient by for a step down of a fair length. */
  readonly scaling: (known: M, gradient: Vector) => Scalar;
  /** After one more step, by which point and gradient changed. */
  readonly learn: (known: M, step: Vector, change: Vector) => M;
  /** Whether nothing is known. */
  readonly isEmpty: (known: M) => Scalar;
}

interface Memory<M> {
  readonly gradient: Vector;
  readonly known: M;
  /** Which multiple of the direction to try first: more than 1 after a step that told nothing and was longer than it. */
  readonly first: Scalar;
  readonly idle: Idle;
}

/**
 * Where to go. A number that a step down the gradient would take to its bound goes there and no farther; for the others it
 * is the step to the minimum of the model in which these are held.
 */
const directionOf = <M>(
  { bounds }: Problem,
  inverse: InverseHessian<M>,
  { x, gradient }: Evaluated,
  known: M,
): Vector => {
  if (bounds === null) return mul(inverse.times(known, gradient, null), -1);
  const isFree = freeBeyond(x, gradient, inverse.scaling(known, gradient), bounds);
  const newton = mul(inverse.times(known, where(isFree, gradient, 0), isFree), -1);
  return inward(x, where(isFree, newton, toBound(x, gradient, bounds)), bounds);
};

/**
 * Steps by an approximation of the inverse Hessian that each step makes better, and a search along the line, which is bent
 * where numbers meet their bounds. Where no place of the line is better the approximation is forgotten, and where it was empty
 * the search is stuck.
 *
 * D. P. Bertsekas, "Projected Newton methods for optimization problems with simple constraints", 1982.
 */
export const quasiNewton = <M>(problem: Problem, inverse: InverseHessian<M>): Method<Memory<M>> => {
  return {
    init: (x) => {
      const at = evaluatedAt(problem, x);
      const idle = notIdle({ value: at.value, ...stationary(at, problem.bounds) });
      return stateAtStart(problem, at, counts(1, 1), {
        gradient: at.gradient,
        known: inverse.empty(x),
        first: array(1),
        idle,
      });
    },
    step: (state) => {
      const { x, value, memory } = state;
      const { gradient, known } = memory;
      const from = { x, value, gradient };
      const direction = directionOf(problem, inverse, from, known);
      const { place, evaluations, notFinite, isStalled, isEndless } = searchAlong(
        problem,
        from,
        direction,
        memory.first,
      );
      const at = place.there;
      const [taken, change] = [sub(at.x, x), sub(at.gradient, gradient)];
      const learnt = inverse.learn(known, taken, change);
      const isAgain = logicalAnd(logicalNot(isStalled), equal(weightOf(taken, change), 0));
      const first = where(isAgain, maximum(place.at, 1), 1);
      const next = choose(isStalled, inverse.empty(x), learnt);
      const idle = idleAfter(memory.idle, { value: at.value, ...stationary(at, problem.bounds) });
      const isStuck = logicalOr(isIdle(idle), logicalAnd(isStalled, inverse.isEmpty(known)));
      const spent = { ...counts(0, 0), values: evaluations, derivatives: evaluations, notFinite };
      const signs = { isStuck, isEndless, evaluations: spent };
      return stateAfter(problem, state, at, signs, { gradient: at.gradient, known: next, first, idle });
    },
  };
};
