import { jacfwd, jacrev, jvp, vjp } from "@gradfold/autodiff";
import { cast, type DType, DTypeError, type Matrix, ShapeError, tree, type Vector } from "@gradfold/core";
import { describe, isFloat, isNDArray, reasonOf, typed } from "@gradfold/core/library";
import { checkTree } from "../../argument.ts";
import type { AnyFunction } from "../search.ts";

/** Residuals as a function of the vector of all numbers of a point. */
export interface Residuals {
  /** [m], in the dtype of the point. */
  readonly at: (x: Vector) => Vector;
  /** [m, n], where the residuals are known. */
  readonly jacobian: (x: Vector, residuals: Vector) => Matrix;
  /** Jᵀ times the second derivative of the residuals along a step, [n]. */
  readonly bend: (x: Vector, step: Vector) => Vector;
}

/** What a function of residuals gave, floats as one array or a tree of them, as a vector of a dtype. */
export const residualsIn = (name: string, given: unknown, dtype: DType): Vector => {
  const refuse = (what: string) =>
    new DTypeError(`${name}: the residuals must be float arrays, not ${what}.${reasonOf(given)}`);
  if (typeof given === "number" || given === undefined || given === null) throw refuse(describe(given));
  checkTree(name, "the residuals", given);
  const leaves = tree.leaves(given);
  const odd = leaves.find((x) => !isNDArray(x) || !isFloat(x.dtype));
  if (odd !== undefined) throw refuse(isNDArray(odd) ? odd.dtype : describe(odd));
  const [residuals] = tree.ravel(given);
  if (residuals.shape[0] > 0) return cast(residuals, dtype);
  throw new ShapeError(`${name}: there are no residuals: the array is empty. Give one residual for each observation.`);
};

type Jacobian = (f: Residuals["at"]) => (x: Vector) => Matrix;

/** Column by column, or row by row: whichever takes fewer passes. */
const [byColumns, byRows] = [typed<Jacobian>(jacfwd), typed<Jacobian>(jacrev)];

/** Residuals of trees as those of vectors, for the function that is named. */
export const residualsOf = <P>(name: string, f: AnyFunction, back: (x: Vector) => P): Residuals => {
  const at = (x: Vector): Vector => residualsIn(name, f(back(x)), x.dtype);
  const [forward, backward] = [byColumns(at), byRows(at)];
  const along =
    (f: Residuals["at"], step: Vector): Residuals["at"] =>
    (x) =>
      jvp(f, [x], [step])[1];
  return {
    at,
    jacobian: (x, residuals) => (residuals.shape[0] < x.shape[0] ? backward : forward)(x),
    bend: (x, step) => vjp(at, x)[1](along(along(at, step), step)(x))[0],
  };
};
