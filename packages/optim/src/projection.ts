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
import { checkFloats } from "./argument.ts";
import { boundOrTree, boundsFor, type Box, uncrossed } from "./bounds.ts";
import { check, finitePositive, fromZero, settings } from "./setting.ts";
import { fit, leafwise } from "./transform/leafwise.ts";
import { globalNorm } from "./transform/norm.ts";

export type { Box } from "./bounds.ts";

/* The nearest point of a convex set: applied to parameters after each step, it keeps them in the set. */

const readBox = settings<{ readonly lower: unknown; readonly upper: unknown }>({
  lower: boundOrTree(),
  upper: boundOrTree(),
});

/**
 * The nearest parameters whose numbers are all from `lower` to `upper`: bounds for all of them, or for each.
 *
 * @param options - `lower` and `upper`: a number, or a tree like the parameters of numbers and arrays that broadcast
 * @throws DomainError when the bounds cross; TreeError or ShapeError when they do not fit the parameters
 * @example
 * import { array, projection } from "gradfold";
 * projection.box(array([-3, 0.5, 3]), { lower: -1, upper: 1 }); // => float64 [3] [-1. , 0.5, 1. ]
 * const params = { w: array([-3, 3]), b: array(-2) };
 * const lower = { w: array([0, 1]), b: -1 };
 * projection.box(params, { lower, upper: 2 }); // => { b: float64 [] -1, w: float64 [2] [0, 2] }
 */
export const box = <P>(params: P, options: Box<NoInfer<P>>): P => {
  const name = "projection.box";
  const { lower, upper } = readBox(name, options);
  checkFloats(name, params);
  if (typeof lower === "number" && typeof upper === "number") {
    if (lower > upper) throw new DomainError(`${name}: the bounds cross: ${lower} and ${upper}.`);
    return leafwise((p) => [clip(p, { min: lower, max: upper })], params)[0];
  }
  const bounds = [boundsFor(name, "lower", lower, params), boundsFor(name, "upper", upper, params)] as const;
  const within = (p: NDArray, low: NDArray, high: NDArray): NDArray =>
    clip(p, { min: uncrossed(name, low, high), max: high });
  return leafwise((p, low, high) => [within(p, cast(low, p.dtype), cast(high, p.dtype))], params, ...bounds)[0];
};

/**
 * The nearest parameters of which none is negative.
 *
 * @example
 * import { array, projection } from "gradfold";
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
 * import { array, projection } from "gradfold";
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
 * import { array, projection } from "gradfold";
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
