import { cond } from "@gradfold/autodiff";
import {
  abs,
  add,
  all,
  cholesky,
  diagonal,
  div,
  equal,
  eye,
  greater,
  isFinite,
  logicalNot,
  matmul,
  type Matrix,
  max,
  mul,
  type Scalar,
  solve,
  square,
  sub,
  sum,
  svd,
  transpose,
  type Vector,
  where,
} from "@gradfold/core";
import { precisionOf } from "../precision.ts";

/**
 * Whether a symmetric matrix is positive definite, and not to rounding alone: what a pivot of Cholesky's factor keeps of its
 * diagonal element, whatever the scale of the rows.
 */
const isPositiveDefinite = (a: Matrix): Scalar => {
  const pivots = square(diagonal(cholesky(a)));
  return all(greater(pivots, mul(diagonal(a), 4 * a.shape[0] * precisionOf(a.dtype))));
};

const identityLike = (a: Matrix): Matrix => eye(a.shape[0], { dtype: a.dtype });

/** The mean of a matrix and its transpose: a Hessian is symmetric but for rounding. */
const symmetric = (a: Matrix): Matrix => div(add(a, transpose(a)), 2);

/**
 * |A|⁻¹ b of a symmetric matrix: by the eigenvalues' magnitudes, where one that is 0, or below √ε of the greatest, counts as
 * the greatest. The matrix plus
 * a bound c on its eigenvalues has all above 0, and so its singular values s are those of A plus c.
 */
const byMagnitudes = (a: Matrix, b: Vector): Vector => {
  const bound = mul(max(sum(abs(a), 1)), 2);
  const { s, v } = svd(add(a, mul(identityLike(a), bound)));
  const magnitudes = abs(sub(s, bound));
  const greatest = max(magnitudes);
  const isKnown = greater(magnitudes, mul(greatest, Math.sqrt(precisionOf(a.dtype))));
  const divisors = where(isKnown, magnitudes, where(equal(greatest, 0), 1, greatest));
  return matmul(v, div<Vector, Vector>(matmul(transpose(v), b), divisors));
};

/**
 * A⁻¹ b where a symmetric matrix is positive definite, which its Cholesky factor tells; elsewhere |A|⁻¹ b, or b itself where
 * the matrix is not finite. Its product with b is above 0 unless b is 0.
 */
export const downhill = (a: Matrix, b: Vector): Vector => {
  const isKnown = all(isFinite(a));
  return cond(
    isPositiveDefinite(a),
    (x: Matrix, y: Vector): Vector => solve(x, y),
    (x: Matrix, y: Vector): Vector => byMagnitudes(where(logicalNot(isKnown), identityLike(x), symmetric(x)), y),
    a,
    b,
  );
};
