import { whileLoop } from "@gradfold/autodiff";
import {
  abs,
  add,
  concatenate,
  div,
  equal,
  expandDims,
  greater,
  less,
  logicalAnd,
  matmul,
  type Matrix,
  max,
  maximum,
  minimum,
  mul,
  type NDArray,
  qr,
  type Scalar,
  slice,
  sqrt,
  square,
  sub,
  sum,
  svd,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { type FlatBounds, pressed } from "../bounds.ts";
import { precisionOf } from "../tolerances.ts";
import type { Weighed } from "./loss.ts";

/**
 * Residuals near a point, as their Jacobian tells them. It is there as its triangular factor, and as the singular value
 * decomposition of that factor in units of the columns: the step for any damping is a sum over singular values then.
 */
export interface Local {
  /** R of the Jacobian Q R, [k, n] with k the lesser of m and n. */
  readonly root: Matrix;
  /** Qᵀ r, [k]. */
  readonly side: Vector;
  /** The norm of the residuals. */
  readonly size: Scalar;
  /** Jᵀ r. */
  readonly gradient: Vector;
  /** The greatest norm that each column had so far (D). */
  readonly scale: Vector;
  /** The singular values of R D⁻¹ without the columns of numbers that press against a bound, in descending order. */
  readonly values: Vector;
  /** Uᵀ Qᵀ r, for the left singular vectors U. */
  readonly sides: Vector;
  /** The right singular vectors V, as columns. */
  readonly directions: Matrix;
}

const asVector = typed<(x: NDArray) => Vector>((x: unknown) => x);
const asMatrix = typed<(x: NDArray) => Matrix>((x: unknown) => x);

export const normOf = (x: Vector): Scalar => sqrt(sum(square(x)));

const columnNorms = (x: Matrix): Vector => asVector(sqrt(sum(square(x), 0)));

/** Units of columns: 1 for those that were always 0. */
export const unitsOf = ({ scale }: Pick<Local, "scale">): Vector => asVector(where(equal(scale, 0), 1, scale));

/**
 * What is known where residuals and their Jacobian are, after a scale of columns. One factorization of [J | r] gives R and Qᵀ r:
 * the normal equations, which would cost half of the digits, are never formed.
 */
export const localOf = ({ residuals, jacobian }: Weighed, x: Vector, bounds: FlatBounds, scale: Vector): Local => {
  const [m, n] = jacobian.shape;
  const k = Math.min(m, n);
  const { r } = qr(asMatrix(concatenate([jacobian, expandDims(residuals, 1)], 1)));
  const root = asMatrix(
    slice(r, [
      [0, k],
      [0, n],
    ]),
  );
  const side = asVector(slice(r, [[0, k], n]));
  const gradient = matmul(side, root);
  const all = asVector(maximum(scale, columnNorms(root)));
  const inUnits = div(root, unitsOf({ scale: all }));
  const free = bounds === null ? inUnits : where(pressed(x, gradient, bounds), 0, inUnits);
  const { u, s, v } = svd(asMatrix(free));
  return {
    root,
    side,
    size: normOf(asVector(slice(r, [null, n]))),
    gradient,
    scale: all,
    values: s,
    sides: matmul(side, u),
    directions: v,
  };
};

/** The singular values that are not lost in rounding errors. */
const known = ({ values, root, directions }: Local): Vector => {
  const most = Math.max(root.shape[0], directions.shape[0]);
  return greater(values, mul(max(values), most * precisionOf(values.dtype)));
};

/**
 * The cosine of the angle between the residuals and the Jacobian's columns, as far as bounds let them count: 0 at a minimum.
 * It has no units, and no change of variables changes it (D. M. Bates, D. G. Watts, "A relative offset orthogonality
 * convergence criterion for nonlinear least squares", 1981).
 */
export const cosineOf = (local: Local): Scalar => {
  const along = normOf(asVector(where(known(local), local.sides, 0)));
  const isZero = equal(local.size, 0);
  return where(isZero, 0, minimum(div(along, where(isZero, 1, local.size)), 1));
};

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
      const excess = div<Scalar, Scalar>(mul(length, mul(length, add(length, mul(radius, -1)))), radius);
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

/** By how much half of the squares falls along a step by the linear model, and its slope where the step begins, as a fall. */
export const predicted = ({ root, side }: Local, step: Vector): { readonly slope: Scalar; readonly fall: Scalar } => {
  const along = matmul(root, step);
  const slope = mul<Scalar, number>(sum(mul(side, along)), -1);
  return { slope, fall: sub<Scalar, Scalar>(slope, mul(sum(square(along)), 0.5)) };
};

/** The greatest change of a number in the whole step, as a share of its size. */
export const shareOf = (x: Vector, step: Vector): Scalar => max(where(equal(step, 0), 0, div(abs(step), abs(x))));
