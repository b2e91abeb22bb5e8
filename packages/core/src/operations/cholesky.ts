import type { ArrayType, NDArray } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { eye } from "../convert/make.ts";
import { operand } from "../input/operand.ts";
import { floating } from "../scalar/dtype.ts";
import { recordRoutine } from "../scalar/routine.ts";
import { typed } from "../static/door.ts";
import type { OfSquare } from "../static/matrix.ts";
import { add } from "./add.ts";
import { mul, sub } from "./arithmetic.ts";
import { matmul } from "./contract.ts";
import { only } from "./family/operands.ts";
import { sequential } from "./family/sequential.ts";
import { checkSquare, stackOf } from "./matrix.ts";
import { swapLast } from "./reshape.ts";
import { cast } from "./spread.ts";
import { tril } from "./triangle.ts";
import { triangularRecord } from "./triangular.ts";

/**
 * Row by row: each element less the products of those before it in two rows, divided by the diagonal; in float64,
 * rounded at the end. A diagonal that is not positive is NaN.
 */
const factorization = recordRoutine((m) => {
  const n = m.size(1);
  const squares = m.mul(n, n);
  m.loop(0, m.size(0), (s) => {
    const start = m.mul(s, squares);
    m.loop(0, n, (i) => {
      const row = m.mul(i, n);
      m.loop(0, m.add(i, 1), (j) => {
        const other = m.mul(j, n);
        const rest = m.variable(m.load(0, m.add(m.add(start, row), j)));
        m.loop(0, j, (k) => rest.set(m.sub(rest.get(), m.mul(m.load(2, m.add(row, k)), m.load(2, m.add(other, k))))));
        const found = rest.get();
        const root = m.select(m.less(0, found), m.sqrt(found), NaN);
        const isDiagonal = m.equal(i, j);
        const divisor = m.select(isDiagonal, 1, m.load(2, m.add(other, j)));
        m.store(2, m.add(row, j), m.select(isDiagonal, root, m.div(found, divisor)));
      });
      m.loop(0, m.add(i, 1), (j) => m.store(1, m.add(m.add(start, row), j), m.load(2, m.add(row, j))));
    });
  });
});

/** The lower triangle with half the diagonal. */
const lowerAndHalf = (x: NDArray): NDArray => sub(tril(x), mul(x, cast(mul(eye(x.shape.at(-1) ?? 0), 0.5), x.dtype)));

/** The symmetric matrix with a given lower triangle. */
const mirrored = (x: NDArray): NDArray => {
  const half = lowerAndHalf(x);
  return add(half, swapLast(half));
};

/** The adjoint of mirroring. */
const folded = (x: NDArray): NDArray => lowerAndHalf(add(x, swapLast(x)));

const type = (inputs: readonly ArrayType[]): ArrayType => only("cholesky", inputs);

const lower = triangularRecord(true);
const upper = triangularRecord(false);

/**
 * Derivatives after I. Murray, "Differentiation of the Cholesky decomposition" (2016): dL = L Φ(L⁻¹ dA L⁻ᵀ), Φ being the
 * lower triangle with half the diagonal. Only the lower triangle of the operand counts.
 */
const primitive: Primitive = {
  name: "cholesky",
  parameters: {},
  type,
  ...sequential({
    name: "cholesky",
    type,
    routine: factorization,
    sizes: (inputs) => stackOf(type(inputs)),
    scratch: (inputs) => [{ dtype: "float64", size: stackOf(type(inputs))[1] ** 2 }],
  }),
  jvp: ([t], _, factor) => {
    if (!t) return null;
    const left = bind(lower, [factor, mirrored(t)]);
    return matmul(factor, lowerAndHalf(bind(lower, [factor, swapLast(left)])));
  },
  vjp: (_, cotangent, __, factor) => {
    const inner = lowerAndHalf(matmul(swapLast(factor), cotangent));
    const left = bind(upper, [swapLast(factor), inner]);
    return folded(swapLast(bind(upper, [swapLast(factor), swapLast(left)])));
  },
  batch: (inputs) => bind(primitive, inputs),
};

/**
 * The lower triangular L with L Lᵀ = a, for a symmetric positive definite matrix or each of a stack of them. The mean of
 * a and aᵀ is what is factored, so that derivatives are symmetric. Where a matrix is not positive definite, L is NaN from
 * the first such row on.
 *
 * @throws ShapeError when the matrix is not square
 * @example
 * import { array, cholesky, toNested } from "gradfold";
 * toNested(cholesky(array([[4, 2], [2, 10]]))); // => [ [ 2, 0 ], [ 1, 3 ] ]
 */
export const cholesky = typed<OfSquare<"cholesky">>((x: NDArray) => {
  const a = operand("cholesky", x);
  checkSquare("cholesky", a.shape);
  const numbers = cast(a, floating(a.dtype));
  return bind(primitive, [mul(add(numbers, swapLast(numbers)), 0.5)]);
});
