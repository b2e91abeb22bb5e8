import {
  concatenate,
  div,
  equal,
  expandDims,
  greater,
  matmul,
  type Matrix,
  max,
  maximum,
  minimum,
  mul,
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
} from "@gradfold/core";
import { qrTriangle } from "@gradfold/core/library";
import { type FlatBounds, pressed } from "../bounds.ts";
import { precisionOf } from "../../precision.ts";
import type { Weighed } from "./loss.ts";
import { asMatrix, asVector } from "../sizes.ts";

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

export const normOf = (x: Vector): Scalar => sqrt(sum(square(x)));

export const columnNorms = (x: Matrix): Vector => asVector(sqrt(sum(square(x), 0)));

/** Units of columns: 1 for those that were always 0. */
export const unitsOf = ({ scale }: Pick<Local, "scale">): Vector => asVector(where(equal(scale, 0), 1, scale));

/**
 * What is known where residuals and their Jacobian are, after a scale of columns. One factorization of [J | r] gives R and Qᵀ r:
 * the normal equations, which would cost half of the digits, are never formed.
 */
export const localOf = ({ residuals, jacobian }: Weighed, x: Vector, bounds: FlatBounds, scale: Vector): Local => {
  const [m, n] = jacobian.shape;
  const k = Math.min(m, n);
  const both = asMatrix(concatenate([jacobian, expandDims(residuals, 1)], 1));
  const r = m > n ? asMatrix(qrTriangle(both)) : qr(both).r;
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
export const known = ({ values, root, directions }: Local): Vector => {
  const most = Math.max(root.shape[0], directions.shape[0]);
  return greater(values, mul(max(values), most * precisionOf(values.dtype)));
};

/** How much of the residuals the columns of numbers that do not press against a bound could take away. */
export const removable = (local: Local): Scalar => normOf(asVector(where(known(local), local.sides, 0)));

/**
 * The cosine of the angle between the residuals and the Jacobian's columns, as far as bounds let them count: 0 at a minimum.
 * It has no units, and no change of variables changes it (D. M. Bates, D. G. Watts, "A relative offset orthogonality
 * convergence criterion for nonlinear least squares", 1981).
 */
export const cosineOf = (local: Local): Scalar => {
  const isZero = equal(local.size, 0);
  return where(isZero, 0, minimum(div(removable(local), where(isZero, 1, local.size)), 1));
};

/** The length of a step, or of a point, in units of the columns. */
export const lengthIn = (local: Local, step: Vector): Scalar => normOf(mul(step, unitsOf(local)));

/** By how much half of the squares falls along a step by the linear model, and its slope where the step begins, as a fall. */
export const predicted = ({ root, side }: Local, step: Vector): { readonly slope: Scalar; readonly fall: Scalar } => {
  const along = matmul(root, step);
  const slope = mul<Scalar, number>(sum(mul(side, along)), -1);
  return { slope, fall: sub<Scalar, Scalar>(slope, mul(sum(square(along)), 0.5)) };
};
