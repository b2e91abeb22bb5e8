import { cast, item, matmul, type NDArray, slice, transpose } from "@gradfold/core";
import type { Data } from "./problem.ts";

/** The line of least squares, and how fast gradient descent may go there. */
export interface LeastSquares {
  readonly solution: readonly [slope: number, intercept: number];
  /** Full-batch descent without momentum converges below this learning rate: 2 over the Hessian's largest eigenvalue. */
  readonly largestRate: number;
}

const at = (x: NDArray, ...index: readonly number[]): number => item(slice(x, index));

/** Solves the normal equations xᵀx a = xᵀy, two by two, in float64. */
export const leastSquares = (data: Data): LeastSquares => {
  const x = cast(data.x, "float64");
  const y = cast(data.y, "float64");
  const gram = matmul(transpose(x), x);
  const moment = matmul(transpose(x), y);
  const [p, q, r] = [at(gram, 0, 0), at(gram, 0, 1), at(gram, 1, 1)];
  const [u, v] = [at(moment, 0), at(moment, 1)];
  const determinant = p * r - q * q;
  const largestEigenvalue = (p + r + Math.hypot(p - r, 2 * q)) / 2;
  return {
    solution: [(r * u - q * v) / determinant, (p * v - q * u) / determinant],
    largestRate: data.x.shape[0] / largestEigenvalue,
  };
};
