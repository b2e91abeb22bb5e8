import {
  add,
  arange,
  cast,
  clip,
  cumsum,
  div,
  DomainError,
  flip,
  greater,
  max,
  maximum,
  mul,
  type NDArray,
  reshape,
  sort,
  sub,
  where,
} from "@gradfold/core";
import { bound, check, finitePositive, fromZero, settings } from "./setting.ts";
import { checkFloats } from "./argument.ts";
import { fit, leafwise } from "./transform/leafwise.ts";
import { globalNorm } from "./transform/norm.ts";

/* The nearest point of a convex set: applied to parameters after each step, it keeps them in the set. */

export interface Box {
  /** -Infinity is none. */
  readonly lower: number;
  /** Infinity is none. */
  readonly upper: number;
}

const readBox = settings<Box>({ lower: bound(), upper: bound() });

/**
 * The nearest parameters whose numbers are all from `lower` to `upper`.
 *
 * @throws DomainError when the bounds cross
 * @example
 * import { array } from "@gradfold/core";
 * import { projection } from "@gradfold/optim";
 * projection.box(array([-3, 0.5, 3]), { lower: -1, upper: 1 }); // => float64 [3] [-1. , 0.5, 1. ]
 */
export const box = <P>(params: P, options: Box): P => {
  const { lower, upper } = readBox("projection.box", options);
  checkFloats("projection.box", params);
  if (lower > upper) throw new DomainError(`projection.box: the bounds cross: ${lower} and ${upper}.`);
  return leafwise((p) => [clip(p, { min: lower, max: upper })], params)[0];
};

/**
 * The nearest parameters of which none is negative.
 *
 * @example
 * import { array } from "@gradfold/core";
 * import { projection } from "@gradfold/optim";
 * projection.nonNegative(array([-3, 0.5])); // => float64 [2] [0. , 0.5]
 */
export const nonNegative = <P>(params: P): P => {
  checkFloats("projection.nonNegative", params);
  return leafwise((p) => [maximum(p, 0)], params)[0];
};

/**
 * The nearest probabilities: each leaf's numbers become non-negative and add up to `scale`.
 *
 * J. Duchi et al., "Efficient projections onto the ℓ1-ball for learning in high dimensions", ICML 2008.
 *
 * @param scale - above 0 (1)
 * @throws DomainError when the scale is not above 0
 * @example
 * import { array } from "@gradfold/core";
 * import { projection } from "@gradfold/optim";
 * projection.simplex(array([1, 0.5, -3])); // => float64 [3] [0.75, 0.25, 0. ]
 */
export const simplex = <P>(params: P, scale = 1): P => {
  check("projection.simplex", "the scale", finitePositive(), scale);
  checkFloats("projection.simplex", params);
  return leafwise((p) => [onSimplex(p, scale)], params)[0];
};

/** max(p - τ, 0), where τ is the greatest of (the sum of the k greatest numbers - scale) / k. */
const onSimplex = (p: NDArray, scale: number): NDArray => {
  const descending = flip(sort(reshape(p, [-1])));
  const counts = cast(add(arange(descending.shape[0]), 1), p.dtype);
  const thresholds = div(sub(cumsum(descending), scale), counts);
  return maximum(sub(p, max(thresholds)), 0);
};

/**
 * The nearest parameters of which the length of all numbers together is at most `radius`.
 *
 * @param radius - from 0 on (1)
 * @throws DomainError when the radius is negative
 * @example
 * import { array } from "@gradfold/core";
 * import { projection } from "@gradfold/optim";
 * projection.l2Ball({ w: array([3]), b: array(4) }); // => { b: float64 [] 0.8, w: float64 [1] [0.6] }
 */
export const l2Ball = <P>(params: P, radius = 1): P => {
  check("projection.l2Ball", "the radius", fromZero(), radius);
  checkFloats("projection.l2Ball", params);
  const length = globalNorm(params);
  const isOutside = greater(length, radius);
  const factor = div(radius, where(isOutside, length, 1));
  return leafwise((p) => [where(isOutside, mul(p, fit(factor, p)), p)], params)[0];
};
