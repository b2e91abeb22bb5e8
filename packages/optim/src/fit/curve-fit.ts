import { broadcastTo, DomainError, DTypeError, mul, type NDArray, ShapeError, sqrt, sub } from "@gradfold/core";
import {
  checker,
  checkFunction,
  describe,
  eachElement,
  formatShape,
  isFloat,
  isNDArray,
  reasonOf,
  sameShape,
  typed,
} from "@gradfold/core/library";
import { checkArray } from "../argument.ts";
import { anything, optional, settings } from "../setting.ts";
import type { LeastSquaresFit } from "./least-squares.ts";
import type { Point } from "./minimize.ts";
import { resultOf } from "./result.ts";
import { type CurveBand, type BandOptions, bandOf, type Intervals, intervalsOf } from "./squares/band.ts";
import { type LeastSquaresOptions, squaresSettings } from "./squares/options.ts";
import { fieldsOf, solveSquares } from "./squares/solve.ts";

export interface CurveFitOptions<P = unknown> extends LeastSquaresOptions<P> {
  /**
   * What the squared residuals are multiplied by: one number above 0, or an array that broadcasts to y; 1 by default. Of
   * observations whose standard deviations σ are known, or known but for a common factor, the weights are 1 / σ².
   */
  readonly weights?: NDArray | number;
}

/** The same with arrays of any sizes. */
type AnySize<X> = X extends NDArray
  ? NDArray
  : X extends number | string | boolean | null | undefined
    ? X
    : { readonly [K in keyof X]: AnySize<X[K]> };

/** A curve that fits observations, and how sure it is. */
export interface CurveFit<P, X> extends LeastSquaresFit<P, NDArray> {
  /** The prediction less the observation, times the root of its weight, of each. */
  readonly residuals: NDArray;
  /**
   * From where to where each parameter is, at a level of confidence, 0.95 by default: so many standard errors on both sides as
   * Student's t says for the degrees of freedom, or the normal distribution where the variance is given.
   *
   * @throws DomainError when the level is not between 0 and 1, or there is no covariance
   */
  readonly intervals: (level?: number) => Intervals<P>;
  /**
   * Predictions at some x, and from where to where they are, at a level of confidence, 0.95 by default; by the delta method.
   *
   * @throws DomainError when the level is not between 0 and 1, or there is no covariance
   */
  readonly band: (x: AnySize<X>, level?: number, options?: BandOptions) => CurveBand;
}

const name = "curveFit";

const read = settings<CurveFitOptions>({ ...squaresSettings, weights: optional(anything<NDArray | number>()()) });

type Model = (params: unknown, x: unknown) => unknown;

/** What a model gave, which must be floats. */
const predictionsOf = (given: unknown): NDArray => {
  if (isNDArray(given) && isFloat(given.dtype)) return given;
  const what = isNDArray(given) ? given.dtype : describe(given);
  throw new DTypeError(`${name}: the model must give an array of floats, not ${what}.${reasonOf(given)}`);
};

const positive = checker(
  "weights",
  0,
  eachElement((m, w) => m.and(m.less(0, w), m.less(w, Infinity))),
);

/** The root of each observation's weight; undefined where all are 1. */
const rootsOf = (weights: unknown, y: NDArray): NDArray | undefined => {
  if (weights === undefined) return undefined;
  if (typeof weights !== "number") checkArray(name, "the weights", weights);
  const refusal = () =>
    new DomainError(`${name}: weights must be finite and above 0. Leave out an observation that is not to count.`);
  return sqrt(positive(broadcastTo(typed<(w: unknown) => NDArray>((w: unknown) => w)(weights), y.shape), refusal));
};

/**
 * The parameters of a model that fit observations best: those that make the sum of weight · (model - y)² least, near a start,
 * by `leastSquares`; with intervals of the parameters and a band around the curve.
 *
 * @param model - from a tree of parameters like the start, and x, to predictions in the shape of y
 * @param x - whatever the model takes besides: an array, or a tree of some
 * @param y - the observations, an array
 * @param start - where the search begins: a tree of floats
 * @throws ShapeError when the predictions are not in the shape of y, or there are none; DTypeError when they are no floats;
 *   DomainError when a weight is not above 0, the start is not finite or outside of its bounds, bounds cross, or an option is
 *   out of range; TreeError when the bounds are not like the start
 * @example
 * import { add, array, curveFit, div, mul } from "gradfold";
 * const [x, y] = [array([1, 2, 4, 8]), array([2.1, 3.2, 4.1, 5.2])];
 * const fit = curveFit(({ a, b }, x) => div(mul(a, x), add(b, x)), x, y, { a: 5, b: 1 });
 * fit.intervals(0.9).lower; // => { a: float64 [] 5.7632457, b: float64 [] 1.47944625 }
 * fit.band(array([3])).predicted; // => float64 [1] [3.79744383]
 */
export const curveFit = typed<
  <P, X>(
    model: (params: NoInfer<Point<P>>, x: NoInfer<X>) => NDArray,
    x: X,
    y: NDArray,
    start: P,
    options?: CurveFitOptions<NoInfer<P>>,
  ) => CurveFit<Point<P>, X>
>((model: Model, x: unknown, y: NDArray, start: unknown, options?: CurveFitOptions): CurveFit<unknown, unknown> => {
  checkFunction(name, model);
  checkArray(name, "y", y);
  const { weights, ...rest } = read(name, options);
  const roots = rootsOf(weights, y);
  const residuals = (params: unknown): NDArray => {
    const predictions = predictionsOf(model(params, x));
    if (!sameShape(predictions.shape, y.shape))
      throw new ShapeError(
        `${name}: the model gives ${formatShape(predictions.shape)}, but y is ${formatShape(y.shape)}. There must be a prediction for each observation.`,
      );
    const differences = sub<NDArray, NDArray>(predictions, y);
    return roots === undefined ? differences : mul<NDArray, NDArray>(differences, roots);
  };
  const solved = solveSquares(name, residuals, start, rest);
  const { searched, outcome } = solved;
  const plain = {
    ...fieldsOf(name, solved),
    intervals: (level = 0.95): Intervals<unknown> => intervalsOf(`${name}'s intervals`, solved, level),
    band: (at: unknown, level = 0.95, given?: BandOptions): CurveBand =>
      bandOf(`${name}'s band`, solved, (params) => predictionsOf(model(params, at)), level, given),
  };
  return resultOf(name, searched, outcome, plain);
});
