import { expandDims, eye, logicalAnd, type Matrix, type Vector, where } from "@gradfold/core";
import { asMatrix } from "./sizes.ts";

/** The places of a matrix whose row and column are both marked. */
export const bothOf = (marks: Vector): Matrix => logicalAnd(expandDims(marks, 1), expandDims(marks, 0));

/** The block of a matrix whose rows and columns are marked, and the identity elsewhere. */
export const blockOf = (matrix: Matrix, marks: Vector): Matrix =>
  asMatrix(where(bothOf(marks), matrix, eye(matrix.shape[0], { dtype: matrix.dtype })));
