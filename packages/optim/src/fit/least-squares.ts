import type { Matrix, Scalar } from "@gradfold/core";
import { checkFunction, typed } from "@gradfold/core/library";
import { settings } from "../setting.ts";
import type { Minimum, Point } from "./minimize.ts";
import { resultOf } from "./result.ts";
import type { AnyFunction } from "./search.ts";
import { type LeastSquaresOptions, squaresSettings } from "./squares/options.ts";
import { fieldsOf, solveSquares } from "./squares/solve.ts";

/** The point that makes the squares of residuals least, and how the search for it went. */
export interface LeastSquaresFit<P, R> extends Minimum<P> {
  /** Half of the sum of the squared residuals, or of what `loss` makes of them. */
  readonly value: Scalar;
  /**
   * The cosine of the angle between the residuals and the Jacobian's columns, of numbers that do not press against a bound: 0 at
   * the minimum.
   */
  readonly gradientNorm: Scalar;
  /** The residuals at the point, as the function gives them. */
  readonly residuals: R;
  /** How many more residuals than numbers there are. */
  readonly degreesOfFreedom: number;
  /** The standard deviation of the residuals: the root of twice the value over the degrees of freedom, NaN if there are none; 1 if given. */
  readonly residualDeviation: Scalar;
  /**
   * The covariance of the point's n numbers, leaf after leaf, [n, n]: the residuals' variance times (Jᵀ J)⁻¹, by the
   * triangular factor of J. Numbers that press against a bound are taken as fixed: 0. Of a robust loss J and the variance are those
   * of the squares that stand for it at the point.
   *
   * @throws DomainError when the residuals do not determine the numbers, which it names, or leave nothing to tell their variance
   */
  readonly covariance: () => Matrix;
}

const name = "leastSquares";

const read = settings(squaresSettings);

/**
 * The point that makes the sum of the squares of residuals least, near a start, by the Levenberg-Marquardt method: with the
 * Jacobian's columns in units of their norms, its factors by reflections and never the normal equations, and steps that
 * are bent along with the residuals. It is for up to some hundreds of numbers.
 *
 * Only the residuals' own scale counts: no tolerance depends on units. Of more numbers than residuals it finds one of many points,
 * without a covariance. Where residuals are not finite, the search steps back, and counts it.
 * As `minimize`, it works inside of `jit` and `vmap` to the same bits, and has derivatives by what the residuals close over.
 *
 * J. J. Moré, "The Levenberg-Marquardt algorithm: implementation and theory", 1978; M. K. Transtrum, J. P. Sethna,
 * "Improvements to the Levenberg-Marquardt algorithm for nonlinear least-squares minimization", 2012.
 *
 * @param residuals - from a tree like the start to floats: an array of any shape, or a tree of arrays
 * @param start - where the search begins: a tree of floats
 * @throws DomainError when the start is not finite or outside of its bounds, bounds cross, or an option is out of range;
 *   DTypeError when the residuals are no floats; ShapeError when there are none; TreeError when the bounds are not like the start
 * @example
 * import { array, exp, leastSquares, mul, sub } from "gradfold";
 * const [t, y] = [array([0, 1, 2]), array([8, 4, 2])];
 * const fit = leastSquares(({ a, k }) => sub(mul(a, exp(mul(k, t))), y), { a: 1, k: 0 });
 * [fit.outcome.isConverged, fit.point.k]; // => [ true, float64 [] -0.69314718 ]
 */
export const leastSquares = typed<
  <P, R>(
    residuals: (point: NoInfer<Point<P>>) => R,
    start: P,
    options?: LeastSquaresOptions<NoInfer<P>>,
  ) => LeastSquaresFit<Point<P>, R>
>((residuals: AnyFunction, start: unknown, options?: LeastSquaresOptions): LeastSquaresFit<unknown, unknown> => {
  checkFunction(name, residuals);
  const solved = solveSquares(name, residuals, start, read(name, options));
  const { searched, outcome } = solved;
  return resultOf(name, searched, outcome, {
    ...fieldsOf(name, solved),
  });
});
