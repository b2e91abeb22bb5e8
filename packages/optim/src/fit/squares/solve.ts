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
import { anything, count, finitePositive, flag, kind, oneOf, optional, type Settings } from "../../setting.ts";
import { type Bounds, type FlatBounds, flatBounds } from "../bounds.ts";
import { rootsOfDiagonal } from "../covariance.ts";
import type { Compile, Searched } from "../iterate.ts";
import { type FitOutcome, outcomeOf } from "../outcome.ts";
import { type AnyFunction, search } from "../search.ts";
import { precisionOf, tolerancesOf } from "../tolerances.ts";
import { inverseRoot, undeterminedAt } from "./covariance.ts";
import { lossOf, type SquaresLoss } from "./loss.ts";
import { marquardt, type Squares } from "./marquardt.ts";
import { residualsOf } from "./residuals.ts";

/** When a search for least squares has converged: by the first of these that holds. 0 leaves a test out. */
export interface SquaresTolerances {
  /**
   * For the cosine of the angle between the residuals and the Jacobian's columns, which is 0 at the minimum and knows no units. It
   * bounds how far the point is from the minimum in standard errors; the dtype's precision to the power 2/3 by default, 3.7e-11.
   */
  readonly gradient?: number;
  /**
   * For the greatest change of a number, as a share of its size, in the step that would come next without damping; the
   * dtype's precision to the power 2/3 by default.
   */
  readonly step?: number;
  /**
   * For the change of the value in a step, as a share of it, both as it was expected and as it was; 0 by default: the last digits
   * of the point change no digit of the value.
   */
  readonly value?: number;
}

export interface LeastSquaresOptions<P = unknown> {
  /**
   * ρ, of which half of the sum over the residuals is minimized: `"linear"`, the squares themselves, by default. Others let
   * outliers count for less: with z = (r / scale)², times scale², `"huber"`: z up to 1, then 2 √z - 1; `"softL1"`:
   * 2 (√(1 + z) - 1); `"cauchy"`: ln(1 + z); `"arctan"`: arctan z.
   */
  readonly loss?: SquaresLoss;
  /** From which size on a residual counts as an outlier; 1 by default. It is SciPy's `f_scale`. */
  readonly scale?: number;
  /** When the search has converged. */
  readonly tolerances?: SquaresTolerances;
  /** The most steps; 1,000 by default. */
  readonly maxSteps?: number;
  /** From where to where each number may go: `lower`, `upper` or both, numbers or trees like the start; no bounds by default. */
  readonly bounds?: Bounds<P>;
  /**
   * Whether the residuals are in units of their standard deviations, which are known: the covariance is that of a variance of 1
   * then, and not of the variance that the residuals show. False by default. It is `absolute_sigma` of SciPy's curve_fit.
   */
  readonly unitVariance?: boolean;
  /** Compiles each step: `jit` of `gradfold/compile`. */
  readonly jit?: Compile;
}

export const squaresSettings: Settings<LeastSquaresOptions> = {
  loss: oneOf<SquaresLoss>("linear", "huber", "softL1", "cauchy", "arctan")("linear"),
  scale: finitePositive(1),
  tolerances: optional(anything<SquaresTolerances>()()),
  maxSteps: count(1000),
  bounds: optional(anything<Bounds>()()),
  unitVariance: flag(false),
  jit: optional(kind<Compile>("a function, as jit of gradfold/compile", (x) => typeof x === "function", "function")()),
};

/** What is known of a point that makes squares least, for the public functions to give. */
export interface Solved<P> {
  readonly searched: Searched<P>;
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
  "converged by step": "the next step would change no number by more than its tolerance, as a share of its size",
  stalled:
    "steps within the radius do not change the point any more. The rounding errors of the residuals may be that large",
};

const outcomeFor = (squares: Squares, { final }: Searched<unknown>, x: Vector): FitOutcome => {
  const { residuals, loss, bounds, tolerances, maxSteps } = squares;
  const found = residuals.at(x);
  const { residuals: weighed, jacobian } = loss.weigh(found, residuals.jacobian(x, found));
  const gradient = matmul(weighed, jacobian);
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

/** Makes squares of residuals least, for the function that is named. */
export const solveSquares = <P>(
  name: string,
  f: AnyFunction,
  start: P,
  options: Required<LeastSquaresOptions>,
): Solved<P> => {
  const { loss: rho, scale, tolerances: given, maxSteps, bounds: box, unitVariance, jit } = options;
  checkParameters(name, start);
  const [x0, back] = tree.ravel(start);
  const usual = precisionOf(x0.dtype) ** (2 / 3);
  const tolerances = tolerancesOf(name, given, { gradient: usual, step: usual, value: 0 });
  const [whole, loss] = [flatBounds(name, box, start), lossOf(rho, scale)];
  const squaresOf = (g: AnyFunction, bounds: FlatBounds): Squares => ({
    residuals: residualsOf(name, g, back),
    loss,
    bounds,
    tolerances,
    maxSteps,
  });
  const valueOf = (g: AnyFunction) => {
    const { at } = residualsOf(name, g, back);
    return (x: Vector): Scalar => loss.value(at(x));
  };
  const searched = search({
    name,
    f,
    start,
    bounds: whole,
    maxSteps,
    compile: jit ?? ((each) => each),
    methodOf: (g, bounds) => marquardt(squaresOf(g, bounds)),
    equationOf: (g) => typed<(x: Vector) => Vector>(grad(valueOf(g))),
  });
  const { final, run } = searched;
  const [x] = tree.ravel(final.point);
  const squares = squaresOf(f, whole);
  const value = run === undefined ? valueOf(f)(x) : final.value;
  const degreesOfFreedom = squares.residuals.at(x).shape[0] - x.shape[0];
  const rest = degreesOfFreedom > 0 ? degreesOfFreedom : NaN;
  return {
    searched,
    x,
    back,
    value,
    degreesOfFreedom,
    varianceFreedom: unitVariance ? Infinity : degreesOfFreedom,
    outcome: () => outcomeFor(squares, searched, x),
    variance: unitVariance ? array(1) : div<Scalar, number>(mul(value, 2), rest),
    root: (called) => {
      if (unitVariance || degreesOfFreedom > 0) return inverseRoot(called, squares, final.point, x);
      throw new DomainError(
        `${called}: there is no covariance: of ${x.shape[0]} numbers and ${x.shape[0] + degreesOfFreedom} residuals none is left ` +
          "to tell the residuals' variance. Add residuals, or give unitVariance where their variance is 1.",
      );
    },
  };
};

/** The plain fields that every result has. */
export const fieldsOf = <P>(called: string, solved: Solved<P>) => {
  const { searched, back, value, degreesOfFreedom, variance, root } = solved;
  const { memory: _, ...state } = searched.final;
  const covariance = (): Matrix => {
    const half = root(`${called}'s covariance`);
    return mul(matmul(half, transpose(half)), variance);
  };
  return {
    ...state,
    value,
    degreesOfFreedom,
    residualDeviation: sqrt(variance),
    covariance,
    standardErrors: (): P => rootsOfDiagonal(covariance(), back),
  };
};
