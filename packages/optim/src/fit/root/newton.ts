import { cond } from "@gradfold/autodiff";
import {
  add,
  all,
  cast,
  equal,
  greater,
  greaterEqual,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  matmul,
  type Matrix,
  maximum,
  mul,
  type Scalar,
  square,
  sub,
  sum,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { lengthOf } from "../../transform/norm.ts";
import { choose } from "../../transform/steps.ts";
import { type FlatBounds, isAnyPressed, projectedGradient } from "../bounds.ts";
import { greatest } from "../greatest.ts";
import { addCounts, counts } from "../problem.ts";
import { type Idle, idleAfter, isIdle, notIdle } from "../method/idle.ts";
import { type Proposal, proposal } from "../method/proposal.ts";
import { radiusAfter, shortest, trialOf } from "../method/trial.ts";
import type { Method } from "../state.ts";
import { type Case, statusOf } from "../status.ts";
import type { Limits } from "../tolerances.ts";
import { columnsOf, ofJacobian } from "./damped.ts";
import type { Equations } from "./equations.ts";
import { asScalar, asVector } from "../sizes.ts";

/** What the search for a root is told. */
export interface RootProblem extends Limits {
  readonly equations: Equations;
  readonly bounds: FlatBounds;
}

/** What the search carries on. */
export interface RootMemory {
  readonly residual: Vector;
  /** [n, n]. */
  readonly jacobian: Matrix;
  /** The greatest length of each column of a Jacobian so far: the units in which distances are measured. */
  readonly scale: Vector;
  /** How far the linear equations are trusted, in these units. */
  readonly radius: Scalar;
  readonly idle: Idle;
}

/** Half the sum of the squares: what falls in every step. */
const halfOf = (residual: Vector): Scalar => mul(sum(square(cast(residual, "float64"))), 0.5);

/** What is known of a point. */
interface Found {
  readonly x: Vector;
  readonly value: Scalar;
  readonly residual: Vector;
  readonly jacobian: Matrix;
}

const stationary = ({ x, residual, jacobian }: Found, bounds: FlatBounds) => {
  const gradient = cast(asVector(matmul(residual, jacobian)), x.dtype);
  return {
    gradientNorm: greatest(projectedGradient(x, gradient, bounds)),
    isBound: isAnyPressed(x, gradient, bounds),
  };
};

/** How a search stands at a point, by the point alone. */
const here = ({ value, residual, jacobian }: Found, { tolerances }: Limits): readonly Case[] => [
  ["diverged", logicalNot(logicalAnd(isFinite(value), asScalar(all(isFinite(jacobian)))))],
  ["converged by value", lessEqual(greatest(residual), tolerances.value)],
];

/** The part of the value that a step to a root promises to take away. */
const nearlyAll = 1 - 1e-6;

/** Whether a step of Newton's method, which makes the linear equations true, is so short that its end is a root. */
const isAtRoot = (x: Vector, value: Scalar, next: Proposal, { tolerances }: Limits): Scalar => {
  const isWhole = greaterEqual(next.promised, mul(value, nearlyAll));
  const isSmall = lessEqual(greatest(sub(next.x, x)), mul(greatest(next.x), tolerances.step));
  return tolerances.step === 0 ? less(greatest(x), 0) : logicalAnd(isWhole, isSmall);
};

/** Columns of length 0 are measured by 1. */
const unitsOf = (columns: Vector): Vector => where(greater(columns, 0), columns, 1);

/** How far the equations are trusted at first, as a multiple of the start's size. */
const firstFactor = 100;

/**
 * Newton's method for equations, in a trust region: steps to where the linear equations are as nearly true as a distance allows. A
 * step that gains too little is not taken. The Jacobian is evaluated where the search stands, once; where it is singular
 * the shortest step counts.
 *
 * M. J. D. Powell, "A hybrid method for nonlinear equations", 1970; J. J. Moré, B. S. Garbow, K. E. Hillstrom, "User guide for
 * MINPACK-1", 1980.
 */
export const newtonRoot = (problem: RootProblem): Method<RootMemory> => {
  const { equations, bounds } = problem;
  return {
    init: (x) => {
      const [residual, jacobian] = [equations.residual(x), equations.jacobian(x)];
      const at: Found = { x, value: halfOf(residual), residual, jacobian };
      const { gradientNorm } = stationary(at, bounds);
      const scale = unitsOf(columnsOf(jacobian));
      const size = lengthOf(mul(cast(x, "float64"), scale));
      const radius = mul(where(greater(size, 0), size, 1), firstFactor);
      const idle = notIdle({ value: at.value, gradientNorm });
      return {
        x,
        value: at.value,
        gradientNorm,
        status: statusOf(here(at, problem)),
        steps: zeros([]),
        evaluations: counts(1, 1),
        memory: { residual, jacobian, scale, radius, idle },
      };
    },
    step: (state) => {
      const { x, value, memory } = state;
      const { residual, jacobian, scale, radius } = memory;
      const next = proposal(ofJacobian(x, residual, jacobian, scale, radius), bounds);
      const found = equations.residual(next.x);
      const trial = trialOf(value, halfOf(found), asScalar(all(isFinite(found))), next);
      const { isTaken, isFine } = trial;
      const to = choose(isTaken, { x: next.x, value: halfOf(found), residual: found }, { x, value, residual });
      const at: Found = { ...to, jacobian: cond(isTaken, equations.jacobian, () => jacobian, to.x) };
      const { gradientNorm, isBound } = stationary(at, bounds);
      const idle = choose(isTaken, idleAfter(memory.idle, { value: at.value, gradientNorm }), memory.idle);
      const units = maximum(scale, columnsOf(at.jacobian));
      const after = radiusAfter(radius, next, trial);
      const steps = add(state.steps, 1);
      const isShort = logicalOr(equal(next.length, 0), lessEqual(after, shortest(mul(cast(x, "float64"), units))));
      const isStuck = logicalOr(isShort, isIdle(idle));
      const status = statusOf([
        ...here(at, problem),
        ["converged by step", logicalAnd(isFine, isAtRoot(x, value, next, problem))],
        ["at a bound", logicalAnd(isStuck, isBound)],
        ["stalled", isStuck],
        ["limit reached", greaterEqual(steps, problem.maxSteps)],
      ]);
      const spent = { ...counts(1, 0), derivatives: where(isTaken, 1, 0), notFinite: where(isFine, 0, 1) };
      return {
        x: at.x,
        value: at.value,
        gradientNorm,
        status,
        steps,
        evaluations: addCounts(state.evaluations, spent),
        memory: { residual: at.residual, jacobian: at.jacobian, scale: units, radius: after, idle },
      };
    },
  };
};
