import { add, mul, type NDArray, type Scalar, square, sqrt, sum, tree, zeros } from "@gradfold/core";

/** The sum of the squares of all numbers in a tree. */
export const squaredNorm = (updates: unknown): Scalar =>
  tree.leaves(updates).reduce<Scalar>((total, leaf) => add(total, sum(square(leaf))), zeros([]));

/**
 * The length of all numbers of a tree together: √Σx².
 *
 * @example
 * import { array } from "@gradfold/core";
 * import { globalNorm } from "@gradfold/optim";
 * globalNorm({ w: array([3, 0]), b: array(4) }); // => float64 [] 5
 */
export const globalNorm = (updates: unknown): Scalar => sqrt(squaredNorm(updates));

/** The scalar product of two trees alike. */
export const treeDot = <P>(a: P, b: P): Scalar => {
  const others: readonly NDArray[] = tree.leaves(b);
  return tree
    .leaves(a)
    .reduce<Scalar>((total, leaf, i) => add(total, sum(mul<NDArray, NDArray>(leaf, others[i] ?? leaf))), zeros([]));
};
