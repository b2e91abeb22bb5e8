import { whileLoop } from "@gradfold/autodiff";
import {
  abs,
  add,
  all,
  cast,
  cholesky,
  diagonal,
  div,
  dot,
  equal,
  eye,
  greater,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  type Matrix,
  max,
  maximum,
  min,
  minimum,
  mul,
  neg,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { lengthOf } from "../../transform/norm.ts";
import { alongFlattest, lowerSolve, upperSolve } from "./factor.ts";
import { asMatrix, asScalar, asVector } from "../sizes.ts";

/* The least point of a quadratic model within a distance. */

/** The model g·p + ½ p·H p, and how long p may be. */
export interface Model {
  readonly gradient: Vector;
  /** Symmetric; it may be indefinite. */
  readonly hessian: Matrix;
  readonly radius: Scalar;
}

/** A search for the damping λ for which (H + λ I) p = -g, H + λ I has no negative eigenvalue, and p is as long as it may be. */
interface Damping {
  readonly damping: Scalar;
  /** Between which dampings the right one lies. */
  readonly low: Scalar;
  readonly high: Scalar;
  readonly step: Vector;
  readonly isDone: Scalar;
  readonly turns: Scalar;
}

/** The greatest and the least of some numbers; 0 of none. */
const most = (x: Vector): Scalar => (x.shape[0] === 0 ? zeros([]) : max(x));
const least = (x: Vector): Scalar => (x.shape[0] === 0 ? zeros([]) : min(x));

/** A damping that leaves no curvature is too small. */
const beyond = 1.1;

/** Between which dampings the right one lies, by Gershgorin's circles around the eigenvalues (Conn, Gould and Toint, 7.3.8). */
const interval = ({ gradient, hessian, radius }: Model) => {
  const ends = diagonal(hessian);
  const around = sub(sum(abs(hessian), 1), abs(ends));
  const size = minimum(lengthOf(hessian), most(sum(abs(hessian), 1)));
  const wanted = div(lengthOf(gradient), radius);
  const up = minimum(most(add(ends, around)), size);
  const down = minimum(neg(least(sub(ends, around))), size);
  return {
    low: maximum(0, maximum(neg(least(ends)), sub(wanted, up))),
    high: mul(maximum(0, add(wanted, down)), beyond),
  };
};

/** How far from the edge a step may end, as a part of the radius. */
const slack = 0.1;
/** How far from the least value of the model a step may be, as a part of it. */
const hardSlack = 0.2;

/** A point between two dampings, nearer to the lower one. */
const between = (low: Scalar, high: Scalar): Scalar =>
  maximum(mul(sqrt(low), sqrt(high)), add(low, mul(sub(high, low), 0.01)));

/** The step of a damping, as far as H + λ I has a factor. */
const stepOf = ({ gradient, hessian, radius }: Model, damping: Scalar) => {
  const identity = eye(hessian.shape[0]);
  const found = cholesky(asMatrix(add(hessian, mul(identity, damping))));
  const isPositive = asScalar(all(isFinite(diagonal(found))));
  const factor = asMatrix(where(isPositive, found, identity));
  const half = lowerSolve(factor, neg(gradient));
  const step = upperSolve(factor, half);
  const length = lengthOf(step);
  // Newton's method for 1/|p| = 1/radius (C. Reinsch, 1971).
  const turned = lowerSolve(factor, step);
  const slope = dot(turned, turned);
  const more = mul(div(square(length), where(equal(slope, 0), 1, slope)), div(sub(length, radius), radius));
  return { factor, isPositive, half, step, length, next: add(damping, more) };
};

/** One more factorization. */
const tried = (model: Model, so: Damping): Damping => {
  const [{ radius }, { damping }] = [model, so];
  const { factor, isPositive, half, step, length, next } = stepOf(model, damping);
  const { direction, flat, far } = alongFlattest(factor, step, radius);
  const isInside = lessEqual(length, radius);
  const isInterior = logicalAnd(isInside, equal(damping, 0));
  const isSettled = logicalOr(isInterior, lessEqual(abs(sub(length, radius)), mul(radius, slack)));
  const isHard = lessEqual(mul(square(far), flat), mul(add(dot(half, half), mul(damping, square(radius))), hardSlack));
  const isDone = logicalAnd(isPositive, logicalOr(isSettled, logicalAnd(isInside, isHard)));
  const isWithin = logicalAnd(isPositive, isInside);
  const low = maximum(so.low, where(isWithin, sub(damping, flat), damping));
  const high = where(isWithin, minimum(so.high, damping), so.high);
  const isGood = logicalAnd(isPositive, logicalAnd(greater(next, low), less(next, high)));
  const shortened = mul(step, minimum(1, div(radius, where(equal(length, 0), 1, length))));
  const found = where(isInside, add(step, mul(direction, where(isSettled, 0, far))), shortened);
  return {
    damping: where(isGood, next, between(low, high)),
    low,
    high,
    step: asVector(where(isPositive, found, so.step)),
    isDone,
    turns: add(so.turns, 1),
  };
};

const maxTurns = 60;

/**
 * The least point of a quadratic model within a distance, nearly: also where the model curves downwards, and where the
 * gradient tells nothing of that direction (the hard case). By Cholesky factors of H + λ I, some three of them.
 *
 * J. J. Moré, D. C. Sorensen, "Computing a trust region step", 1983; A. R. Conn, N. I. M. Gould, P. L. Toint, "Trust-region
 * methods", 2000, section 7.3.
 */
export const leastWithin = (given: Model): Vector => {
  const { dtype } = given.gradient;
  const model = {
    gradient: cast(given.gradient, "float64"),
    hessian: cast(given.hessian, "float64"),
    radius: cast(given.radius, "float64"),
  };
  const { low, high } = interval(model);
  const { step } = whileLoop(
    ({ isDone, turns }: Damping) => logicalAnd(logicalNot(isDone), less(turns, maxTurns)),
    (so: Damping) => tried(model, so),
    {
      damping: where(equal(low, 0), 0, between(low, high)),
      low,
      high,
      step: mul(model.gradient, 0),
      isDone: less(model.radius, 0),
      turns: zeros([]),
    },
  );
  return cast(step, dtype);
};
