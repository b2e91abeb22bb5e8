import {
  add,
  dot,
  equal,
  eye,
  greater,
  logicalNot,
  matmul,
  type Matrix,
  mul,
  outer,
  type Scalar,
  solve,
  sub,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { blockOf } from "../block.ts";
import { scaleOf, scaleOr, weightOf } from "./curvature.ts";
import type { InverseHessian } from "./quasi-newton.ts";
import { asMatrix, asVector } from "../sizes.ts";

interface Dense {
  /** The inverse Hessian, [n, n]. */
  readonly matrix: Matrix;
  /** One over the curvature along the last step; 0 where none was learnt. */
  readonly scale: Scalar;
}

const times = (matrix: Matrix, x: Vector): Vector => asVector(matmul(matrix, x));

/**
 * The product of a gradient with the inverse of the Hessian's block of free numbers, by the inverse W of the whole:
 * W_FF - W_FH W_HH⁻¹ W_HF, where H are the numbers that are held.
 */
const timesFree = (matrix: Matrix, gradient: Vector, isFree: Vector): Vector => {
  const held = logicalNot(isFree);
  const whole = times(matrix, gradient);
  const back = asVector(solve(blockOf(matrix, held), where(held, whole, 0)));
  return asVector(where(isFree, sub(whole, times(matrix, back)), 0));
};

/** W after a step s, over which the gradient changed by y: (I - s yᵀ / s·y) W (I - y sᵀ / s·y) + s sᵀ / s·y. */
const updated = (matrix: Matrix, step: Vector, change: Vector, weight: Scalar): Matrix => {
  const moved = times(matrix, change);
  const along = mul(step, weight);
  const grown = add(1, mul(dot(change, moved), weight));
  const cross = outer(moved, along);
  return asMatrix(add(sub(matrix, add(cross, outer(along, moved))), mul(outer(step, along), grown)));
};

/**
 * The inverse Hessian as all steps tell it, a whole matrix. Before the first step is learnt it is the identity, times one over the
 * curvature along this step.
 *
 * J. Nocedal, S. J. Wright, "Numerical optimization", 2006, equations 6.17 and 6.20.
 */
export const denseMatrix: InverseHessian<Dense> = {
  empty: (x) => ({ matrix: eye(x.shape[0], { dtype: x.dtype }), scale: zeros([], { dtype: x.dtype }) }),
  times: ({ matrix, scale }, gradient, isFree) => {
    const known = isFree === null ? times(matrix, gradient) : timesFree(matrix, gradient, isFree);
    return where(equal(scale, 0), mul(gradient, scaleOr(scale, gradient)), known);
  },
  scaling: ({ scale }, gradient) => scaleOr(scale, gradient),
  learn: ({ matrix, scale }, step, change) => {
    const weight = weightOf(step, change);
    const isKnown = greater(weight, 0);
    const newest = scaleOf(change, weight);
    const before = asMatrix(where(equal(scale, 0), mul(matrix, newest), matrix));
    return {
      matrix: asMatrix(where(isKnown, updated(before, step, change, weight), matrix)),
      scale: where(isKnown, newest, scale),
    };
  },
  isEmpty: ({ scale }) => equal(scale, 0),
};
