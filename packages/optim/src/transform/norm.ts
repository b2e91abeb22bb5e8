import {
  add,
  cast,
  div,
  equal,
  isFinite,
  mean,
  mul,
  type NDArray,
  type Scalar,
  type Shape,
  sqrt,
  square,
  sum,
  toTypedArray,
  tree,
  where,
  zeros,
} from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { tracer } from "@gradfold/core/transform";

/** In float64, which holds the squares of all float32 numbers. */
export const wide = <S extends Shape>(x: NDArray<S>): NDArray<S> => (x.dtype === "float64" ? x : cast(x, "float64"));

const total = (terms: readonly Scalar[]): Scalar => terms.reduce((sum, term) => add(sum, term), zeros([]));

const leavesOf = (updates: unknown): readonly NDArray[] => tree.leaves(updates).map(wide);

/** The sum of the squares of all numbers in a tree, in float64. */
export const squaredNorm = (updates: unknown): Scalar => total(leavesOf(updates).map((x) => sum(square(x))));

/** √x, whose derivative at 0 is 0. */
const flatRoot = (x: NDArray): NDArray => {
  const isZero = equal(x, 0);
  return where(isZero, 0, sqrt(where(isZero, 1, x)));
};

/** Numbers whose squares overflow are scaled down by this: a power of two, which rounds nothing. */
const down = 2 ** -600;

type RootOf = <S extends Shape>(squares: (scale: number) => NDArray<S>) => NDArray<S>;

/** √ of a sum of squares, also where that overflows: then it is made of numbers that are scaled down. */
const rootOf = typed<RootOf>((squares: (scale: number) => NDArray): NDArray => {
  const plain = squares(1);
  if (tracer(plain) === undefined && toTypedArray(plain).every(Number.isFinite)) return sqrt(plain);
  return where(isFinite(plain), flatRoot(plain), div(flatRoot(squares(down)), down));
});

const scaledSquare = (x: NDArray, scale: number): NDArray => square(scale === 1 ? x : mul(x, scale));

/**
 * The length of all numbers of a tree together: √Σx². It is computed in float64, and does not overflow where squares do.
 *
 * @throws TreeError when it is no tree
 * @example
 * import { array, globalNorm } from "gradfold";
 * globalNorm({ w: array([3, 0]), b: array(4) }); // => float64 [] 5
 */
export const globalNorm = (updates: unknown): Scalar => {
  const leaves = leavesOf(updates);
  return rootOf((scale) => total(leaves.map((x) => sum(scaledSquare(x, scale)))));
};

/** The length of an array, in its dtype. */
export const lengthOf = (x: NDArray): Scalar => {
  const numbers = wide(x);
  return cast(
    rootOf((scale) => sum(scaledSquare(numbers, scale))),
    x.dtype,
  );
};

/** The lengths along some axes, which stay with size 1. */
export const lengthsOf = (x: NDArray, axes: readonly number[]): NDArray => {
  const numbers = wide(x);
  return cast(
    rootOf<Shape>((scale) => sum(scaledSquare(numbers, scale), axes, { keepDims: true })),
    x.dtype,
  );
};

/** The root mean square of an array, in its dtype. */
export const rmsOf = (x: NDArray): Scalar => {
  const numbers = wide(x);
  return cast(
    rootOf((scale) => mean(scaledSquare(numbers, scale))),
    x.dtype,
  );
};

/** The scalar product of two trees alike, in float64. */
export const treeDot = <P>(a: P, b: P): Scalar => {
  const others = leavesOf(b);
  return total(leavesOf(a).map((x, i) => sum(mul<NDArray, NDArray>(x, others[i] ?? x))));
};
