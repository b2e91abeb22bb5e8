import { grad } from "@gradfold/autodiff";
import {
  array,
  div,
  DomainError,
  matmul,
  type Matrix,
  mul,
  type Scalar,
  sqrt,
  transpose,
  tree,
  type Vector,
} from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { checkParameters } from "../../argument.ts";
import { type FlatBounds, flatBounds } from "../bounds.ts";
import { rootsOfDiagonal } from "../covariance.ts";
import type { Searched } from "../iterate.ts";
import { type FitOutcome, outcomeOf } from "../outcome.ts";
import { type AnyFunction, search } from "../search.ts";
import { precisionOf } from "../../precision.ts";
import { tolerancesOf } from "../tolerances.ts";
import { inverseRoot, undeterminedAt } from "./covariance.ts";
import { lossOf } from "./loss.ts";
import { marquardt } from "./marquardt.ts";
import type { LeastSquaresOptions } from "./options.ts";
import type { Squares } from "./problem.ts";
import { residualsOf, residualsIn } from "./residuals.ts";

/** What is known of a point that makes squares least, for the public functions to give. */
export interface Solved<P, R = unknown> {
  readonly searched: Searched<P>;
  /** The residuals at the point, as the function gives them. */
  readonly residuals: R;
  readonly x: Vector;
  readonly back: (x: Vector) => P;
  /** Half of the sum of ρ(r²). */
  readonly value: Scalar;
  /** How many more residuals than numbers there are. */
  readonly degreesOfFreedom: number;
  /** How many degrees of freedom the variance has: infinitely many where it is known. */
  readonly varianceFreedom: number;
  readonly outcome: () => FitOutcome;
  /** The variance of the residuals that counts for covariances. */
  readonly variance: Scalar;
  /** A root of the covariance but for the variance. */
  readonly root: (name: string) => Matrix;
}

const words = {
  "converged by value": "the value does not tell a step from none any more, by its tolerance or its rounding errors",
  "converged by step":
    "the next step would change no number by more than its tolerance, as a share of its size, or take no more from the residuals " +
    "than rounding the numbers changes in them",
  stalled:
    "steps within the radius do not change the point any more. The rounding errors of the residuals may be that large",
};

const outcomeFor = (squares: Squares, { final }: Searched<unknown>, x: Vector): FitOutcome => {
  const { residuals, loss, bounds, tolerances, maxSteps } = squares;
  const gradient = (): Vector => {
    const found = residuals.at(x);
    const { residuals: weighed, jacobian } = loss.weigh(found, residuals.jacobian(x, found));
    return matmul(weighed, jacobian);
  };
  const measure = "the cosine of the angle between the residuals and the Jacobian's columns";
  const also = undeterminedAt(squares, final.point, x);
  return outcomeOf({
    state: final,
    gradient,
    bounds,
    tolerances,
    maxSteps,
    measure,
    words,
    ...(also === "" ? {} : { also }),
  });
};

/** What is to be searched, as functions of what a transform makes of the residuals and bounds. */
const taskOf = <P>(name: string, start: P, options: Required<LeastSquaresOptions>) => {
  const { loss: rho, scale, tolerances: given, maxSteps } = options;
  const [x0, back] = tree.ravel(start);
  const precision = precisionOf(x0.dtype);
  const usual = { gradient: precision ** (2 / 3), step: 4 * precision, value: 0 };
  const [tolerances, loss] = [tolerancesOf(name, given, usual), lossOf(rho, scale)];
  const squaresOf = (f: AnyFunction, bounds: FlatBounds): Squares => ({
    residuals: residualsOf(name, f, back),
    loss,
    bounds,
    tolerances,
    maxSteps,
  });
  const gradientOf = (f: AnyFunction) => {
    const { at } = residualsOf(name, f, back);
    return typed<(x: Vector) => Vector>(grad((x: Vector): Scalar => loss.value(at(x))));
  };
  return { back, loss, squaresOf, gradientOf };
};

/** Makes squares of residuals least, for the function that is named. */
export const solveSquares = <P, R>(
  name: string,
  f: (point: unknown) => R,
  start: P,
  options: Required<LeastSquaresOptions>,
): Solved<P, R> => {
  const { maxSteps, bounds: box, unitVariance, jit } = options;
  checkParameters(name, start);
  const { back, loss, squaresOf, gradientOf } = taskOf(name, start, options);
  const whole = flatBounds(name, box, start);
  const searched = search({
    name,
    f,
    start,
    bounds: whole,
    maxSteps,
    compile: jit,
    methodOf: (g, bounds) => marquardt(squaresOf(g, bounds)),
    equationOf: gradientOf,
  });
  const { final, run } = searched;
  const [[x], squares, residuals] = [tree.ravel(final.point), squaresOf(f, whole), f(final.point)];
  const found = residualsIn(name, residuals, x.dtype);
  const value = run === undefined ? loss.value(found) : final.value;
  const [m, n] = [found.shape[0], x.shape[0]];
  return {
    searched,
    residuals,
    x,
    back,
    value,
    degreesOfFreedom: m - n,
    varianceFreedom: unitVariance ? Infinity : m - n,
    outcome: () => outcomeFor(squares, searched, x),
    variance: unitVariance ? array(1, { dtype: x.dtype }) : div<Scalar, number>(mul(value, 2), m > n ? m - n : NaN),
    root: (called) => {
      if (unitVariance || m > n) return inverseRoot(called, squares, final.point, x);
      throw new DomainError(
        `${called}: there is no covariance: of ${n} numbers and ${m} residuals none is left to tell the residuals' variance. ` +
          "Add residuals, or give unitVariance where their variance is 1.",
      );
    },
  };
};

/** The plain fields that every result has. */
export const fieldsOf = <P, R>(called: string, solved: Solved<P, R>) => {
  const { searched, residuals, back, value, degreesOfFreedom, variance, root } = solved;
  const { memory: _, ...state } = searched.final;
  const covariance = (): Matrix => {
    const half = root(`${called}'s covariance`);
    return mul(matmul(half, transpose(half)), variance);
  };
  return {
    ...state,
    value,
    residuals,
    degreesOfFreedom,
    residualDeviation: sqrt(variance),
    covariance,
    standardErrors: (): P => rootsOfDiagonal(covariance(), back),
  };
};
