import type { NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { formatShape, type Shape } from "../array/shape.ts";
import { arange, array as make } from "../convert/make.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { typed } from "../static/door.ts";
import { add } from "./add.ts";
import { lessEqual } from "./compare.ts";
import { expandDims } from "./reshape.ts";
import { where } from "./where.ts";

export interface Triangle {
  /** The elements on one side of the k-th diagonal of a matrix, or of each of a stack; zeros on the other. */
  <S extends Shape>(x: NDArray<S>, k?: number): NDArray<S>;
}

/** A public function that keeps the elements on one side of the k-th diagonal of matrices. */
const triangle = (name: string, isKept: (rows: NDArray, columns: NDArray) => NDArray): Triangle =>
  typed<Triangle>((x: NDArray, k = 0) => {
    const array = operand(name, x);
    const { shape, dtype } = array;
    const [m, n] = shape.slice(-2);
    if (m === undefined || n === undefined)
      throw new ShapeError(`${name}: a matrix is needed, not ${formatShape(shape)}`);
    if (!Number.isSafeInteger(k)) throw new DomainError(`${name}: k must be a whole number, not ${describe(k)}.`);
    return where(isKept(add(expandDims(arange(m), 1), k), arange(n)), array, make(0, { dtype }));
  });

/**
 * The lower triangle of a matrix, or of each of a stack: zeros above the k-th diagonal.
 *
 * @param k - which diagonal is the last one kept: 0 by default, positive above the main one
 * @throws ShapeError when `x` has less than two axes; DomainError when k is not whole
 * @example
 * import { array, toNested, tril } from "gradfold";
 * toNested(tril(array([[1, 2], [3, 4]]))); // => [ [ 1, 0 ], [ 3, 4 ] ]
 */
export const tril = triangle("tril", (rows, columns) => lessEqual(columns, rows));

/**
 * The upper triangle of a matrix, or of each of a stack: zeros below the k-th diagonal.
 *
 * @param k - which diagonal is the first one kept: 0 by default, positive above the main one
 * @throws ShapeError when `x` has less than two axes; DomainError when k is not whole
 * @example
 * import { array, toNested, triu } from "gradfold";
 * toNested(triu(array([[1, 2], [3, 4]]))); // => [ [ 1, 2 ], [ 0, 4 ] ]
 */
export const triu = triangle("triu", (rows, columns) => lessEqual(rows, columns));
