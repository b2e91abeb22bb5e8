import { whileLoop } from "@gradfold/autodiff";
import {
  add,
  cast,
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
  mul,
  type NDArray,
  neg,
  type Scalar,
  type Shape,
  sqrt,
  square,
  sub,
  sum,
  svd,
  transpose,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { lengthOf } from "../../transform/norm.ts";
import type { Model } from "../method/proposal.ts";
import { asMatrix, asVector } from "../sizes.ts";

/* Steps that make linear equations nearly true, as far as a distance allows. */

const times = (matrix: Matrix, x: Vector): Vector => asVector(matmul(matrix, x));

/** x / y, and 0 where y is 0. */
const ratio = typed<<S extends Shape>(x: NDArray<S>, y: NDArray<S>) => NDArray<S>>(
  (x: NDArray, y: NDArray): NDArray => {
    const isZero = equal(y, 0);
    return where(isZero, 0, div(x, where(isZero, 1, y)));
  },
);

/** Lengths of a matrix's columns. */
export const columnsOf = (matrix: Matrix): Vector => asVector(sqrt(sum(square(cast(matrix, "float64")), 0)));

/** The part of a greatest singular value below which one counts as 0. */
const rankTolerance = 2 ** -46;

const mostTurns = 30;
const slack = 0.1;

/** In the space of right singular vectors: the damped step, and how fast its length falls with the damping. */
const damped = (values: Vector, sides: Vector, damping: Scalar) => {
  const step = asVector(ratio(mul(values, sides), add(square(values), damping)));
  const length = lengthOf(step);
  const fall: Scalar = sum(ratio(square(step), add(square(values), damping)));
  return { step, length, fall };
};

/**
 * The shortest p that makes |J p + r| least with |p| at most the radius: (JᵀJ + λ I) p = -Jᵀr for the least λ ≥ 0 that it takes,
 * by singular values, so that a singular J does no harm.
 *
 * J. J. Moré, "The Levenberg-Marquardt algorithm", 1978.
 */
const dampedStep = (jacobian: Matrix, residual: Vector, radius: Scalar): Vector => {
  const { u, s, v } = svd(jacobian);
  const greatest = s.shape[0] === 0 ? zeros([]) : max(s);
  const values = asVector(where(greater(s, mul(greatest, rankTolerance)), s, 0));
  const sides = neg(times(asMatrix(transpose(u)), residual));
  const { damping } = whileLoop(
    ({ length, turns }: { readonly damping: Scalar; readonly length: Scalar; readonly turns: Scalar }) =>
      logicalAnd(greater(length, mul(radius, 1 + slack)), less(turns, mostTurns)),
    ({ damping, turns }) => {
      const { length, fall } = damped(values, sides, damping);
      const more = mul(ratio(square(length), fall), div(sub(length, radius), radius));
      const next = maximum(damping, add(damping, more));
      return { damping: next, length: damped(values, sides, next).length, turns: add(turns, 1) };
    },
    { damping: zeros([]), length: damped(values, sides, zeros([])).length, turns: zeros([]) },
  );
  return times(asMatrix(v), damped(values, sides, damping).step);
};

/** The model ½|r + J s|² around a point, where distances are measured in units of each number. */
export const ofJacobian = (x: Vector, residual: Vector, jacobian: Matrix, scale: Vector, radius: Scalar): Model => {
  const [sides, matrix] = [cast(residual, "float64"), cast(jacobian, "float64")];
  const upright = asMatrix(transpose(matrix));
  const row = expandDims(scale, 0);
  return {
    x,
    gradient: times(upright, sides),
    radius,
    size: (step) => lengthOf(mul(step, scale)),
    bent: (step) => times(upright, times(matrix, step)),
    least: (isFree, toHeld) => {
      const free = isFree === null ? div(matrix, row) : where(expandDims(isFree, 0), div(matrix, row), 0);
      const rest = isFree === null ? sides : add(sides, times(matrix, toHeld));
      return div(dampedStep(asMatrix(free), rest, radius), scale);
    },
  };
};
