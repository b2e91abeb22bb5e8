import { logicalAnd, mul, type Scalar, sub, type Vector } from "@gradfold/core";
import { choose } from "../../transform/steps.ts";
import { freeGradient } from "../bounds.ts";
import { counts, type Evaluated, type Problem, stateAfter, stateAtStart } from "../problem.ts";
import type { Method } from "../state.ts";
import { searchAlong } from "./line.ts";

/** What is known of the inverse Hessian, and what follows from it. */
export interface InverseHessian<M> {
  /** Nothing is known yet. */
  readonly empty: (x: Vector) => M;
  /** Its product with a gradient whose components at bounds are 0; of nothing known, at most of length 1. */
  readonly times: (known: M, gradient: Vector) => Vector;
  /** After one more step, by which point and gradient changed. */
  readonly learn: (known: M, step: Vector, change: Vector) => M;
  /** Whether anything is known. */
  readonly isEmpty: (known: M) => Scalar;
}

interface Memory<M> {
  readonly gradient: Vector;
  readonly known: M;
}

/**
 * Steps by an approximation of the inverse Hessian that each step makes better. Numbers at a bound against which the
 * gradient presses them stay there; the others go on along the line until they meet theirs. Where no place of the line is better
 * the approximation is forgotten, and where it was empty the search is stuck.
 *
 * D. P. Bertsekas, "Projected Newton methods for optimization problems with simple constraints", 1982.
 */
export const quasiNewton = <M>(problem: Problem, inverse: InverseHessian<M>): Method<Memory<M>> => {
  const evaluated = (x: Vector): Evaluated => {
    const [value, gradient] = problem.objective.valueAndGradient(x);
    return { x, value, gradient };
  };
  return {
    init: (x) => {
      const at = evaluated(x);
      return stateAtStart(problem, at, counts(1, 1), { gradient: at.gradient, known: inverse.empty(x) });
    },
    step: (state) => {
      const { x, value, memory } = state;
      const { gradient, known } = memory;
      const direction = mul(inverse.times(known, freeGradient(x, gradient, problem.bounds)), -1);
      const { place, evaluations, notFinite, isStalled, isEndless } = searchAlong(problem, { x, value, gradient }, direction);
      const at = place.there;
      const learnt = inverse.learn(known, sub(at.x, x), sub(at.gradient, gradient));
      const next = choose(isStalled, inverse.empty(x), learnt);
      const isStuck = logicalAnd(isStalled, inverse.isEmpty(known));
      const spent = { ...counts(0, 0), values: evaluations, derivatives: evaluations, notFinite };
      const signs = { isStuck, isEndless, evaluations: spent };
      return stateAfter(problem, state, at, signs, { gradient: at.gradient, known: next });
    },
  };
};
