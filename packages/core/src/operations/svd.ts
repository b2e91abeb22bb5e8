import type { ArrayType, NDArray } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { formatShape, frozen } from "../array/shape.ts";
import { eye } from "../convert/make.ts";
import { ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { floating } from "../scalar/dtype.ts";
import { typed } from "../static/door.ts";
import type { OfMatrix, SingularValues } from "../static/factor.ts";
import { add } from "./add.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { rowsOf } from "./block.ts";
import { equal } from "./compare.ts";
import { matmul } from "./contract.ts";
import { diagonal } from "./diagonal.ts";
import { only } from "./family/operands.ts";
import { sequential } from "./family/sequential.ts";
import { jacobi, jacobiScratch } from "./jacobi.ts";
import { concatenate } from "./join.ts";
import { checkMatrix, leadOf, stackOf } from "./matrix.ts";
import { expandDims, squeeze, swapLast } from "./reshape.ts";
import { slice } from "./slice.ts";
import { cast } from "./spread.ts";
import { where } from "./where.ts";

const type = (inputs: readonly ArrayType[]): ArrayType => {
  const { shape, dtype } = only("svd", inputs);
  const [, m, n] = stackOf({ shape, dtype });
  return { shape: frozen([...leadOf(shape), m + 1 + n, n]), dtype };
};

/** U, the singular values as a row, and V, which stand one above the other. */
const parts = (decomposed: NDArray): readonly [u: NDArray, s: NDArray, v: NDArray] => {
  const [, height, n] = stackOf(decomposed);
  const m = height - n - 1;
  return [rowsOf(decomposed, 0, m), rowsOf(decomposed, m, m + 1), rowsOf(decomposed, m + 1, height)];
};

/** x / y, and 0 where y is. */
const ratio = (x: NDArray, y: NDArray): NDArray => {
  const isZero = equal(y, 0);
  return where(isZero, 0, div(x, where(isZero, 1, y)));
};

/** Over the differences of the squares of the singular values, of the column's less the row's. */
const overGaps = (x: NDArray, s: NDArray): NDArray => {
  const column = swapLast(s);
  return ratio(ratio(x, sub(s, column)), add(s, column));
};

/** What is not in the space of the columns of U. */
const outside = (x: NDArray, u: NDArray): NDArray => sub(x, matmul(u, matmul(swapLast(u), x)));

const onDiagonal = (row: NDArray): NDArray => mul(row, cast(eye(row.shape.at(-1) ?? 0), row.dtype));

/**
 * Of matrices at least as high as wide. With D = Uᵀ dA V: dS is the diagonal of D, dU = U F(D S + S Dᵀ) + (I - U Uᵀ) dA V S⁻¹
 * and dV = V F(S D + Dᵀ S), F dividing by the differences of squares (J. Townsend, "Differentiating the singular value
 * decomposition", 2016).
 */
const primitive: Primitive = {
  name: "svd",
  parameters: {},
  type,
  ...sequential({
    name: "svd",
    type,
    routine: jacobi,
    sizes: (inputs) => stackOf(only("svd", inputs)),
    scratch: (inputs) => {
      const [, m, n] = stackOf(only("svd", inputs));
      return jacobiScratch(m, n);
    },
  }),
  jvp: ([t], _, decomposed) => {
    if (!t) return null;
    const [u, s, v] = parts(decomposed);
    const moved = matmul(t, v);
    const d = matmul(swapLast(u), moved);
    const [right, left] = [mul(d, s), mul(swapLast(s), d)];
    const ofU = add(matmul(u, overGaps(add(right, swapLast(right)), s)), ratio(outside(moved, u), s));
    const ofV = matmul(v, overGaps(add(left, swapLast(left)), s));
    return concatenate([ofU, expandDims(diagonal(d), -2), ofV], -2);
  },
  vjp: (_, cotangent, __, decomposed) => {
    const [u, s, v] = parts(decomposed);
    const [ofU, ofS, ofV] = parts(cotangent);
    const turn = (x: NDArray, ofX: NDArray): NDArray => {
      const along = matmul(swapLast(x), ofX);
      return overGaps(sub(along, swapLast(along)), s);
    };
    const inner = add(add(mul(turn(u, ofU), s), mul(swapLast(s), turn(v, ofV))), onDiagonal(ofS));
    return matmul(add(matmul(u, inner), ratio(outside(ofU, u), s)), swapLast(v));
  },
  batch: (inputs) => bind(primitive, inputs),
};

const decompose = (name: string, x: NDArray): readonly [u: NDArray, s: NDArray, v: NDArray] => {
  const a = operand(name, x);
  checkMatrix(name, a.shape);
  const numbers = cast(a, floating(a.dtype));
  const [, m, n] = stackOf(a);
  if (m >= n) return parts(bind(primitive, [numbers]));
  const [v, s, u] = parts(bind(primitive, [swapLast(numbers)]));
  return [u, s, v];
};

/**
 * The singular value decomposition of a matrix [m, n], or of each of a stack of them: `u` [m, k] and `v` [n, k] of
 * orthonormal columns, and the singular values `s` [k] in descending order, with u S vᵀ = a and k the lesser of m and n; by
 * Jacobi's rotations (G. Golub and C. Van Loan, "Matrix Computations", 4th edition, 8.6.3), which find small singular values
 * as precisely as large ones. NumPy and JAX return vᵀ. In each column of `v`, or of `u` where a is wide, the element of
 * greatest size is positive. Of a matrix with a NaN or an infinity all is NaN.
 *
 * Derivatives of `u` and `v` need singular values that differ; where two are equal, or 0, what would be divided by their
 * difference counts as 0, which is right for functions that do not depend on how `u` and `v` are chosen.
 *
 * @throws ShapeError when there are fewer than two axes
 * @example
 * import { array, svd, toNested } from "gradfold";
 * const { u, s, v } = svd(array([[0, 2], [3, 0]]));
 * toNested(s); // => [ 3, 2 ]
 * toNested(u); // => [ [ 0, 1 ], [ 1, 0 ] ]
 * toNested(v); // => [ [ 1, 0 ], [ 0, 1 ] ]
 */
export const svd = typed<SingularValues<"svd">>((x: NDArray) => {
  const [u, s, v] = decompose("svd", x);
  return { u, s: squeeze(s, -2), v };
});

/**
 * How many times more an error relative to a right-hand side may become in the solution of its equations: the condition
 * number of a matrix in the 2-norm, its greatest singular value over its least one (NumPy's `linalg.cond`). Infinity for a
 * matrix with a singular value of 0; rounding makes most singular matrices ones of some 1e16. For each of a stack of
 * matrices there is one.
 *
 * @throws ShapeError when there are fewer than two axes, or no elements
 * @example
 * import { array, conditionNumber, item } from "gradfold";
 * item(conditionNumber(array([[4, 0], [0, 2]]))); // => 2
 */
export const conditionNumber = typed<OfMatrix<"conditionNumber">>((x: NDArray) => {
  const [, s] = decompose("conditionNumber", x);
  const k = s.shape.at(-1) ?? 0;
  if (k === 0)
    throw new ShapeError(
      `conditionNumber: a matrix without elements has none: ${formatShape(operand("conditionNumber", x).shape)}`,
    );
  const at = (place: number): NDArray => slice(s, [...leadOf(s.shape).map(() => null), 0, place]);
  const least = at(k - 1);
  const isZero = equal(least, 0);
  return where(isZero, Infinity, div(at(0), where(isZero, 1, least)));
});
