import { cond } from "@gradfold/autodiff";
import {
  all,
  equal,
  greater,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  type Matrix,
  maximum,
  type Scalar,
  type Vector,
  where,
} from "@gradfold/core";
import { lengthOf, wide } from "../../transform/norm.ts";
import { choose } from "../../transform/steps.ts";
import { pressed } from "../bounds.ts";
import { counts, type Evaluated, evaluatedAt, type Problem, stateAfter, stateAtStart, stationary } from "../problem.ts";
import type { Method } from "../state.ts";
import { type Idle, idleAfter, isIdle, notIdle } from "./idle.ts";
import { isIndefinite } from "./indefinite.ts";
import { ofHessian, proposal } from "./proposal.ts";
import { radiusAfter, shortest, trialOf } from "./trial.ts";
import { asScalar } from "../sizes.ts";

interface Memory {
  readonly gradient: Vector;
  /** [n, n]. */
  readonly hessian: Matrix;
  /** How far the model is trusted; float64. */
  readonly radius: Scalar;
  readonly idle: Idle;
}

/** Where the model is trusted as far as this, the objective has no end. */
const endless = 1e30;

/** What is known where a search stands. */
const memoryAt = (problem: Problem, at: Evaluated, hessian: Matrix, radius: Scalar, idle: Idle) => {
  const isFree = problem.bounds === null ? null : logicalNot(pressed(at.x, at.gradient, problem.bounds));
  return { isSaddle: isIndefinite(hessian, isFree), memory: { gradient: at.gradient, hessian, radius, idle } };
};

/**
 * Newton's method in a trust region: steps to the least point of a quadratic model within a distance, which grows where the model
 * tells the truth. A step that gains too little is not taken. The Hessian is evaluated where the search stands, once. It
 * tells saddles and maxima from minima, and the search goes on from them.
 *
 * A. R. Conn, N. I. M. Gould, P. L. Toint, "Trust-region methods", 2000, chapter 6.
 */
export const trustRegion = (problem: Problem): Method<Memory> => {
  const { objective, bounds } = problem;
  return {
    init: (x) => {
      const at = evaluatedAt(problem, x);
      const idle = notIdle({ value: at.value, ...stationary(at, bounds) });
      const { memory, isSaddle } = memoryAt(problem, at, objective.hessian(x), firstRadius(x), idle);
      return stateAtStart(problem, { ...at, isSaddle }, counts(1, 1, 1), memory);
    },
    step: (state) => {
      const { gradient, hessian, radius } = state.memory;
      const here = { x: state.x, value: state.value, gradient };
      const next = proposal(ofHessian(state.x, gradient, hessian, radius), bounds);
      const there = evaluatedAt(problem, next.x);
      const isFine = logicalAnd(isFinite(there.value), asScalar(all(isFinite(there.gradient))));
      const trial = trialOf(state.value, there.value, isFine, next);
      const { isTaken } = trial;
      const at = choose(isTaken, there, here);
      const after = radiusAfter(radius, next, trial);
      const idle = choose(
        isTaken,
        idleAfter(state.memory.idle, { value: at.value, ...stationary(at, bounds) }),
        state.memory.idle,
      );
      const { memory, isSaddle } = memoryAt(
        problem,
        at,
        cond(isTaken, objective.hessian, () => hessian, at.x),
        after,
        idle,
      );
      const isShort = lessEqual(after, shortest(state.x));
      const taken = where(isTaken, 1, 0);
      return stateAfter(
        problem,
        state,
        { ...at, isSaddle },
        {
          isStuck: logicalOr(equal(next.length, 0), logicalOr(isShort, isIdle(idle))),
          isEndless: logicalOr(logicalAnd(greater(after, endless), less(at.value, 0)), equal(there.value, -Infinity)),
          evaluations: { ...counts(1, 1), hessians: taken, notFinite: where(isFine, 0, 1) },
        },
        memory,
      );
    },
  };
};

const firstRadius = (x: Vector): Scalar => maximum(wide(lengthOf(x)), 1);
