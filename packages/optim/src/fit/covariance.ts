import {
  cholesky,
  diagonal,
  DomainError,
  equal,
  eye,
  isFinite,
  logicalNot,
  matmul,
  type Matrix,
  sqrt,
  transpose,
  triangularSolve,
  type Vector,
  where,
} from "@gradfold/core";
import { checker, eachElement } from "@gradfold/core/library";
import { blockOf, bothOf } from "./block.ts";
import { asMatrix, asVector } from "./sizes.ts";

/* How sure a point is: the inverse of a matrix of second derivatives, and roots of its diagonal. */

/** A matrix, refused where a number of it is not finite. */
export const finite = checker(
  "covariance",
  0,
  eachElement((m, x) => m.equal(m.sub(x, x), 0)),
);

/**
 * The inverse of a symmetric matrix that is positive definite, of the rows and columns of numbers that are free; 0 in those
 * of others. By its Cholesky factor L: L⁻ᵀ L⁻¹.
 */
export const inverseOfFree = (name: string, matrix: Matrix, isFree: Vector): Matrix => {
  const root = triangularSolve(cholesky(blockOf(matrix, isFree)), eye(matrix.shape[0], { dtype: matrix.dtype }));
  const inverse = asMatrix(where(bothOf(isFree), matmul(transpose(root), root), 0));
  const refusal = () =>
    new DomainError(
      `${name}: there is no covariance: the second derivatives at the point are not positive definite. It is a saddle or ` +
        "not a minimum yet, or some numbers are not determined by the objective: leave them out, or add a penalty.",
    );
  return asMatrix(finite(inverse, refusal));
};

/** Roots of variances. Those of numbers that are held are 0, with a derivative of 0. */
export const rootsOf = (variances: Vector): Vector => {
  const isHeld = equal(variances, 0);
  return asVector(where(isHeld, 0, sqrt(asVector(where(isHeld, 1, variances)))));
};

/** Square roots of a covariance's diagonal, as a tree like the point. */
export const rootsOfDiagonal = <P>(covariance: Matrix, back: (x: Vector) => P): P =>
  back(rootsOf(diagonal(covariance)));

/** All numbers are free where nothing is marked as held. */
export const freeOf = (held: Vector | undefined, x: Vector): Vector =>
  held === undefined ? isFinite(x) : logicalNot(held);
