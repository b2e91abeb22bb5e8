import { mean, type NDArray, type Scalar, square } from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";

export type Leaves = readonly NDArray[];

/** A function of arrays, and arrays to call it with. */
export interface Program {
  readonly name: string;
  readonly f: (...xs: Leaves) => unknown;
  readonly xs: Leaves;
}

export const program = <const X extends Leaves>(name: string, xs: X, f: (...xs: X) => unknown): Program => ({
  name,
  xs,
  f: f as unknown as Program["f"], // as it is called with these arrays
});

/** A program, and the value and gradient of the mean of its square by all its arguments. */
export const withGradient = <const X extends Leaves>(
  name: string,
  xs: X,
  f: (...xs: X) => NDArray,
): readonly Program[] => {
  const loss = (list: X): Scalar => mean(square(f(...list)));
  return [program(name, xs, f), program(`${name}, gradient`, xs, (...list) => valueAndGrad(loss)(list))];
};
