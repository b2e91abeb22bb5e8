import { jacfwd } from "@gradfold/autodiff";
import { DTypeError, type Matrix, tree, type Vector } from "@gradfold/core";
import { isFloat, isNDArray, typed } from "@gradfold/core/library";
import { byType, clashOf, errorOf } from "../../form.ts";

/** Equations as functions of the vector of all numbers of a point. */
export interface Equations {
  /** What is 0 at a root, a vector as long. */
  readonly residual: (x: Vector) => Vector;
  /** Its derivatives, [n, n]. */
  readonly jacobian: (x: Vector) => Matrix;
}

const byShape = byType(() => undefined);

/** Refuses what is not like the point, number by number, or holds no floats. */
const checkLike = (name: string, given: unknown, point: unknown): void => {
  const clash = clashOf(given, point, byShape);
  const advice = "There must be as many equations as unknowns; of more or fewer leastSquares minimizes the squares.";
  if (clash !== undefined)
    throw errorOf(
      clash,
      (at, found, wanted) =>
        `${name}: the function must give a tree like the start, but at ${at} it is ${found} and not ${wanted}. ${advice}`,
    );
  tree.leaves(given).forEach((x) => {
    if (isNDArray(x) && !isFloat(x.dtype))
      throw new DTypeError(`${name}: the function must give floats, but an array is ${x.dtype}.`);
  });
};

/** A function from trees to trees like them as one of vectors, for the function that is named. */
export const equationsOf = <P>(name: string, f: (point: P) => unknown, back: (x: Vector) => P): Equations => {
  const residual = (x: Vector): Vector => {
    const point = back(x);
    const given = f(point);
    checkLike(name, given, point);
    return tree.ravel(given)[0];
  };
  return { residual, jacobian: typed<Equations["jacobian"]>(jacfwd(residual)) };
};
