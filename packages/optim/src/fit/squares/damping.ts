import { whileLoop } from "@gradfold/autodiff";
import {
  add,
  div,
  greater,
  less,
  logicalAnd,
  matmul,
  mul,
  type Scalar,
  square,
  sub,
  sum,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { known, type Local, normOf, unitsOf } from "./local.ts";
import { asVector } from "../sizes.ts";

/* Steps of a linear model, by how much they are damped. */

/** A step in units of the columns, by singular values and a damping: V S (S² + λ)⁻¹ Uᵀ Qᵀ r. */
const coefficients = (local: Local) => {
  const { values, sides } = local;
  const isKnown = known(local);
  const top = asVector(where(isKnown, mul(values, sides), 0));
  const squares = square(values);
  const bottom = (damping: Scalar): Vector => asVector(where(isKnown, add(squares, damping), 1));
  return {
    of: (damping: Scalar): Vector => div(top, bottom(damping)),
    /** Minus half of the derivative of the squared norm by the damping. */
    steepness: (damping: Scalar): Scalar => {
      const each = bottom(damping);
      return sum(div(square(div(top, each)), each));
    },
  };
};

const none = (local: Local): Scalar => zeros([], { dtype: local.size.dtype });

const stepOf = (local: Local, z: Vector): Vector => mul(div(matmul(local.directions, z), unitsOf(local)), -1);

/** The step to the minimum of the residuals' linear model: the shortest where there are several. */
export const wholeStep = (local: Local): Vector => stepOf(local, coefficients(local).of(none(local)));

/** A step, and whether it is the whole one. */
export interface Trial {
  readonly step: Vector;
  readonly damping: Scalar;
}

/** How far the length of a step may be beyond the radius, as a share of it, and how often the damping is improved at most. */
const [radiusRtol, mostTurns] = [0.1, 10];

/**
 * The step whose length, in units of the columns, is at most the radius: the whole one, or that of the damping which brings it
 * there, found by Newton's iteration for 1 / length, from 0 upwards (J. J. Moré, "The Levenberg-Marquardt algorithm:
 * implementation and theory", 1978).
 */
export const stepWithin = (local: Local, radius: Scalar): Trial => {
  const { of, steepness } = coefficients(local);
  const most = mul<Scalar, number>(radius, 1 + radiusRtol);
  const isFar = (damping: Scalar): Scalar => greater(normOf(of(damping)), most);
  const { damping } = whileLoop(
    ({ damping, turns }: { readonly damping: Scalar; readonly turns: Scalar }) =>
      logicalAnd(less(turns, mostTurns), isFar(damping)),
    ({ damping, turns }) => {
      const length = normOf(of(damping));
      const excess = div<Scalar, Scalar>(mul(length, mul(length, sub(length, radius))), radius);
      return { damping: add(damping, div<Scalar, Scalar>(excess, steepness(damping))), turns: add(turns, 1) };
    },
    { damping: none(local), turns: zeros([]) },
  );
  return { step: stepOf(local, of(damping)), damping };
};

/** The step that minimizes |J v + w|² + λ |D v|², of D⁻¹ Jᵀ w. */
export const dampedBy = (local: Local, gradient: Vector, damping: Scalar): Vector => {
  const { values, directions } = local;
  const isKnown = known(local);
  const bottom = where(isKnown, add(square(values), damping), 1);
  return stepOf(local, asVector(where(isKnown, div(matmul(gradient, directions), bottom), 0)));
};
