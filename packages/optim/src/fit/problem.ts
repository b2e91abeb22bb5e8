import { add, array, type Scalar, type Vector, zeros } from "@gradfold/core";
import { type FlatBounds, isAnyPressed, projectedGradient } from "./bounds.ts";
import { greatest } from "./greatest.ts";
import type { Objective } from "./objective.ts";
import type { Evaluations, FlatState } from "./state.ts";
import { type Signs, statusAfter, statusAtStart } from "./status.ts";
import type { Limits } from "./tolerances.ts";

/** What a method of minimization is told. */
export interface Problem extends Limits {
  /** The function that is called, for the words of errors. */
  readonly name: string;
  readonly objective: Objective;
  readonly bounds: FlatBounds;
  /** From the vector of all numbers to a tree like the start. */
  readonly back: (x: Vector) => unknown;
}

/** A place with the objective's value and gradient. */
export interface Evaluated {
  readonly x: Vector;
  readonly value: Scalar;
  readonly gradient: Vector;
}

/** The objective and its gradient at a place. */
export const evaluatedAt = ({ objective }: Problem, x: Vector): Evaluated => {
  const [value, gradient] = objective.valueAndGradient(x);
  return { x, value, gradient };
};

/** A place where a method knows whether the objective curves downwards. */
export interface Examined extends Evaluated {
  readonly isSaddle?: Scalar;
}

/** How far a place is from one where there is nothing more to gain, and whether it is at a bound. */
export const stationary = ({ x, gradient }: Evaluated, bounds: FlatBounds) => ({
  gradientNorm: greatest(projectedGradient(x, gradient, bounds)),
  isBound: isAnyPressed(x, gradient, bounds),
});

/** Counts of evaluations. */
export const counts = (values: number, derivatives: number, hessians = 0): Evaluations => ({
  values: array(values),
  derivatives: array(derivatives),
  hessians: array(hessians),
  notFinite: array(0),
});

export const addCounts = (a: Evaluations, b: Evaluations): Evaluations => ({
  values: add(a.values, b.values),
  derivatives: add(a.derivatives, b.derivatives),
  hessians: add(a.hessians, b.hessians),
  notFinite: add(a.notFinite, b.notFinite),
});

/** The state at the start, of what a method found there, and of the memory that it begins with. */
export const stateAtStart = <M>(problem: Problem, at: Examined, evaluations: Evaluations, memory: M): FlatState<M> => {
  const { gradientNorm, isBound } = stationary(at, problem.bounds);
  const steps = zeros([]);
  const status = statusAtStart({ ...at, gradientNorm, isBound, steps }, problem);
  return { x: at.x, value: at.value, gradientNorm, status, steps, evaluations, memory };
};

/** The state after a step, of what the method found and says of it. */
export const stateAfter = <M>(
  problem: Problem,
  before: FlatState<M>,
  at: Examined,
  { evaluations, ...signs }: Signs & { readonly evaluations: Evaluations },
  memory: M,
): FlatState<M> => {
  const { gradientNorm, isBound } = stationary(at, problem.bounds);
  const steps = add(before.steps, 1);
  const after = { ...at, gradientNorm, isBound, steps };
  const status = statusAfter(before, after, signs, problem);
  const all = addCounts(before.evaluations, evaluations);
  return { x: at.x, value: at.value, gradientNorm, status, steps, evaluations: all, memory };
};
