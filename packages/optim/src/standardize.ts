import {
  add,
  div,
  DTypeError,
  equal,
  mean,
  mul,
  type NDArray,
  type Shape,
  ShapeError,
  sqrt,
  square,
  sub,
  where,
} from "@gradfold/core";
import { describe, formatShape, isNDArray, isRecord, sameShape, typed } from "@gradfold/core/library";
import { checkArray } from "./argument.ts";

/** The mean and standard deviation of each column, which may have axes itself. */
export interface Standardization<Columns extends Shape = Shape> {
  /** The mean of each column. */
  readonly mean: NDArray<Columns>;
  /** The standard deviation of each column. */
  readonly std: NDArray<Columns>;
}

export interface Fit {
  /** For each column of the rows. */
  <S extends Shape>(
    x: NDArray<S>,
  ): Standardization<S extends readonly [unknown, ...infer Columns extends Shape] ? Columns : Shape>;
}

/**
 * The mean and the standard deviation of each column, to {@link apply} to these rows and to others.
 *
 * @param x - [rows, …columns]
 * @throws ShapeError when x is a scalar, or has no rows; DTypeError when it is no array
 * @example
 * import { array, standardize } from "gradfold";
 * standardize.fit(array([[1, 10], [3, 10]])); // => { mean: float64 [2] [ 2, 10], std: float64 [2] [1, 0] }
 */
export const fit = typed<Fit>((x: NDArray): Standardization => {
  checkArray("standardize.fit", "the rows", x);
  if (x.shape.length === 0) throw new ShapeError("standardize.fit: a scalar has no rows.");
  if (x.shape[0] === 0) throw new ShapeError(`standardize.fit: there are no rows: ${formatShape(x.shape)}.`);
  const middle = mean(x, 0);
  return { mean: middle, std: sqrt(mean(square(sub<NDArray, NDArray>(x, middle)), 0)) };
});

export interface Apply {
  /** For each column, by what `standardize.fit` gave. */
  <S extends Shape>(standardization: Standardization, x: NDArray<S>): NDArray<S>;
}

const checkColumns = (name: string, standardization: Standardization, x: NDArray): void => {
  const { mean: middle, std } = isRecord(standardization) ? standardization : {};
  if (!isNDArray(middle) || !isNDArray(std))
    throw new DTypeError(
      `standardize.${name}: what standardize.fit gives comes first, { mean, std }, not ${describe(standardization)}.`,
    );
  checkArray(`standardize.${name}`, "the rows", x);
  if (x.shape.length === 0 || !sameShape(x.shape.slice(1), middle.shape))
    throw new ShapeError(
      `standardize.${name}: the columns differ: ${formatShape(x.shape)} and ${formatShape(middle.shape)}`,
    );
};

/** What to divide by: 1 for columns that do not vary. */
const width = (std: NDArray): NDArray => where(equal(std, 0), 1, std);

/**
 * Columns of mean 0 and standard deviation 1, for the rows that were fitted; columns that do not vary become zeros.
 *
 * @throws ShapeError when the columns do not fit
 * @example
 * import { array, standardize } from "gradfold";
 * const x = array([[1, 10], [3, 10]]);
 * standardize.apply(standardize.fit(x), x); // => float64 [2, 2] [[-1, 0], [ 1, 0]]
 */
export const apply = typed<Apply>((standardization: Standardization, x: NDArray) => {
  checkColumns("apply", standardization, x);
  return div<NDArray, NDArray>(sub<NDArray, NDArray>(x, standardization.mean), width(standardization.std));
});

/**
 * The way back from {@link apply}.
 *
 * @throws ShapeError when the columns do not fit
 * @example
 * import { array, standardize } from "gradfold";
 * standardize.invert(standardize.fit(array([[1], [3]])), array([[0], [2]])); // => float64 [2, 1] [[2], [4]]
 */
export const invert = typed<Apply>((standardization: Standardization, x: NDArray) => {
  checkColumns("invert", standardization, x);
  return add<NDArray, NDArray>(mul<NDArray, NDArray>(x, width(standardization.std)), standardization.mean);
});
