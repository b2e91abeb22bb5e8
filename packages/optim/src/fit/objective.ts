import { grad, jacfwd, valueAndGrad } from "@gradfold/autodiff";
import { DTypeError, type Matrix, type Scalar, ShapeError, type Vector } from "@gradfold/core";
import { describe, formatShape, isFloat, isNDArray, reasonOf, typed } from "@gradfold/core/library";
import { isScalar } from "../form.ts";

/** An objective as a function of the vector of all numbers of a point. */
export interface Objective {
  readonly value: (x: Vector) => Scalar;
  readonly valueAndGradient: (x: Vector) => readonly [value: Scalar, gradient: Vector];
  readonly gradient: (x: Vector) => Vector;
  /** [n, n]. */
  readonly hessian: (x: Vector) => Matrix;
}

/** What an objective gave, which must be a scalar float. */
const scalarOf = (name: string, given: unknown): Scalar => {
  if (typeof given === "number" || !isNDArray(given))
    throw new DTypeError(`${name}: the objective must give a scalar array, not ${describe(given)}.${reasonOf(given)}`);
  if (!isScalar(given))
    throw new ShapeError(
      `${name}: the objective must give a scalar, but its shape is ${formatShape(given.shape)}. Take its sum or mean; ` +
        "of residuals leastSquares minimizes the squares.",
    );
  if (!isFloat(given.dtype))
    throw new DTypeError(`${name}: the objective must give a float, but it is ${given.dtype}.`);
  return typed<(x: unknown) => Scalar>((x: unknown) => x)(given);
};

/** An objective of trees as one of vectors, for the function that is named. */
export const objectiveOf = <P>(name: string, f: (point: P) => unknown, back: (x: Vector) => P): Objective => {
  const value = (x: Vector): Scalar => scalarOf(name, f(back(x)));
  const valueAndGradient = typed<Objective["valueAndGradient"]>(valueAndGrad(value));
  const gradient = typed<Objective["gradient"]>(grad(value));
  return { value, valueAndGradient, gradient, hessian: typed<Objective["hessian"]>(jacfwd(gradient)) };
};
