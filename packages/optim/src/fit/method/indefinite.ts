import {
  abs,
  add,
  all,
  cast,
  cholesky,
  diagonal,
  eye,
  isFinite,
  logicalNot,
  type Matrix,
  maximum,
  mul,
  type Scalar,
  type Vector,
} from "@gradfold/core";
import { blockOf } from "../block.ts";
import { greatest } from "../greatest.ts";
import { precisionOf } from "../../precision.ts";
import { asMatrix, asScalar } from "../sizes.ts";

/**
 * Whether a Hessian curves downwards somewhere among the numbers that are free, and not by rounding alone: whether there is
 * no Cholesky factor, also after a small part was added to its diagonal.
 */
export const isIndefinite = (hessian: Matrix, isFree: Vector | null): Scalar => {
  const whole = cast(hessian, "float64");
  const block = isFree === null ? whole : blockOf(whole, isFree);
  const precision = precisionOf(hessian.dtype);
  const size = maximum(greatest(block), precision);
  const rounding = add(mul(abs(diagonal(block)), Math.sqrt(precision)), mul(size, precision));
  const factor = cholesky(asMatrix(add(block, mul(eye(block.shape[0]), rounding))));
  return logicalNot(asScalar(all(isFinite(diagonal(factor)))));
};
