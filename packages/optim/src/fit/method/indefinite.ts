import {
  abs,
  add,
  all,
  cast,
  cholesky,
  diagonal,
  expandDims,
  eye,
  isFinite,
  logicalAnd,
  logicalNot,
  type Matrix,
  maximum,
  mul,
  type Scalar,
  type Vector,
  where,
} from "@gradfold/core";
import { greatest } from "../greatest.ts";
import { precisionOf } from "../tolerances.ts";
import { asMatrix, asScalar } from "../sizes.ts";

/** A symmetric matrix of the numbers that are free, and the identity for others; in float64. */
export const blockOf = (matrix: Matrix, isFree: Vector | null): Matrix => {
  const whole = cast(matrix, "float64");
  if (isFree === null) return whole;
  const both = logicalAnd(expandDims(isFree, 1), expandDims(isFree, 0));
  return asMatrix(where(both, whole, eye(whole.shape[0])));
};

/**
 * Whether a Hessian curves downwards somewhere among the numbers that are free, and not by rounding alone: whether there is
 * no Cholesky factor, also after a small part was added to its diagonal.
 */
export const isIndefinite = (hessian: Matrix, isFree: Vector | null): Scalar => {
  const block = blockOf(hessian, isFree);
  const precision = precisionOf(hessian.dtype);
  const size = maximum(greatest(block), precision);
  const rounding = add(mul(abs(diagonal(block)), Math.sqrt(precision)), mul(size, precision));
  const factor = cholesky(asMatrix(add(block, mul(eye(block.shape[0]), rounding))));
  return logicalNot(asScalar(all(isFinite(diagonal(factor)))));
};
