import {
  add,
  arange,
  cos,
  div,
  dot,
  equal,
  less,
  matmul,
  type Matrix,
  maximum,
  mul,
  neg,
  type Scalar,
  sqrt,
  square,
  sub,
  transpose,
  triangularSolve,
  type Vector,
  where,
} from "@gradfold/core";
import { lengthOf } from "../../transform/norm.ts";
import { asVector } from "../sizes.ts";

/* What the Cholesky factor of a damped Hessian tells. */

/** L⁻¹ x. */
export const lowerSolve = (factor: Matrix, x: Vector): Vector => asVector(triangularSolve(factor, x));
/** L⁻ᵀ x. */
export const upperSolve = (factor: Matrix, x: Vector): Vector =>
  asVector(triangularSolve(transpose(factor), x, { lower: false }));

const unit = (x: Vector): Vector => {
  const length = lengthOf(x);
  return div(x, where(equal(length, 0), 1, length));
};

/** A direction in which H + λ I curves least, by its factor: three turns of inverse iteration, from one that no symmetry has. */
const flattest = (factor: Matrix): Vector => {
  const n = factor.shape[0];
  const turn = (z: Vector): Vector => unit(upperSolve(factor, lowerSolve(factor, z)));
  return turn(turn(turn(unit(asVector(add(cos(mul(arange(n), 2.399963229728653)), 1.5))))));
};

/** From within the distance on along a direction up to its end, the shorter way. */
const toEdge = (step: Vector, direction: Vector, radius: Scalar): Scalar => {
  const rest = maximum(sub(square(radius), dot(step, step)), 0);
  const along: Scalar = dot(step, direction);
  const root = sqrt(add(square(along), rest));
  const divisor = add(along, where(less(along, 0), neg(root), root));
  return where(equal(divisor, 0), 0, div(rest, where(equal(divisor, 0), 1, divisor)));
};

/** How a model goes on from a step along its flattest direction to the end of a distance. */
export interface Onward {
  readonly direction: Vector;
  /** The model's curvature along it. */
  readonly flat: Scalar;
  /** How far it is to the end. */
  readonly far: Scalar;
}

export const alongFlattest = (factor: Matrix, step: Vector, radius: Scalar): Onward => {
  const direction = flattest(factor);
  const bent = asVector(matmul(transpose(factor), direction));
  return { direction, flat: dot(bent, bent), far: toEdge(step, direction, radius) };
};
