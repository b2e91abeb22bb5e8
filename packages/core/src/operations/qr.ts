import type { ArrayType, NDArray } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { frozen } from "../array/shape.ts";
import { operand } from "../input/operand.ts";
import { floating } from "../scalar/dtype.ts";
import type { Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine } from "../scalar/routine.ts";
import { typed } from "../static/door.ts";
import type { Factored } from "../static/factor.ts";
import { add } from "./add.ts";
import { sub } from "./arithmetic.ts";
import { columnsOf, rowsOf } from "./block.ts";
import { matmul } from "./contract.ts";
import { only } from "./family/operands.ts";
import { sequential } from "./family/sequential.ts";
import {
  byPower,
  columnOf,
  type Columns,
  formOrthogonal,
  loadColumns,
  normalize,
  reflectColumns,
} from "./householder.ts";
import { concatenate } from "./join.ts";
import { checkMatrix, leadOf, stackOf } from "./matrix.ts";
import { swapLast } from "./reshape.ts";
import { cast } from "./spread.ts";
import { tril, triu } from "./triangle.ts";
import { triangularRecord } from "./triangular.ts";

/** The result, with Q above R; scratch for the matrix, for Q, for each column's τ and for its exponent. */
const [result, matrix, orthogonal, taus, exponents] = [1, 2, 3, 4, 5];

const columnsIn = (m: Machine, buffer: number): Columns => ({ buffer, height: m.size(1) });

/** Writes Q and R, with the signs that keep R's diagonal from being negative. */
const write = (m: Machine, start: Value): void => {
  const [height, n] = [m.size(1), m.size(2)];
  const [a, q] = [columnsIn(m, matrix), columnsIn(m, orthogonal)];
  const signOf = (k: Value): Value => m.select(m.less(m.load(matrix, columnOf(m, a, k, k).at), 0), -1, 1);
  m.loop(0, n, (j) => {
    const sign = signOf(j);
    m.loop(0, height, (i) => {
      const at = m.add(start, m.add(m.mul(i, n), j));
      m.store(result, at, m.mul(sign, m.load(orthogonal, columnOf(m, q, j, i).at)));
    });
    const restored = byPower(m, m.load(exponents, j));
    m.loop(0, m.add(j, 1), (k) => {
      const at = m.add(start, m.add(m.mul(m.add(height, k), n), j));
      m.store(result, at, m.mul(signOf(k), restored(m.load(matrix, columnOf(m, a, j, k).at))));
    });
  });
};

const factorization = recordRoutine((m) => {
  const [height, n] = [m.size(1), m.size(2)];
  const a = columnsIn(m, matrix);
  m.loop(0, m.size(0), (s) => {
    loadColumns(m, m.mul(s, m.mul(height, n)), n, a);
    m.loop(0, n, (j) => m.store(exponents, j, normalize(m, columnOf(m, a, j, 0))));
    reflectColumns(m, a, taus, n);
    formOrthogonal(m, { of: a, taus, count: n }, columnsIn(m, orthogonal));
    write(m, m.mul(s, m.mul(m.add(height, n), n)));
  });
});

const type = (inputs: readonly ArrayType[]): ArrayType => {
  const { shape, dtype } = only("qr", inputs);
  const [, m, n] = stackOf({ shape, dtype });
  return { shape: frozen([...leadOf(shape), m + n, n]), dtype };
};

/** Q and R, which stand one above the other. */
const parts = (factored: NDArray): readonly [q: NDArray, r: NDArray] => {
  const [, height, n] = stackOf(factored);
  return [rowsOf(factored, 0, height - n), rowsOf(factored, height - n, height)];
};

const lower = triangularRecord(true);
const upper = triangularRecord(false);

/** The lower triangle, and below the diagonal its mirror image in the upper one; the reverse for the upper triangle. */
const mirrored = (x: NDArray): NDArray => add(tril(x), swapLast(tril(x, -1)));

/**
 * Of matrices at least as high as wide. With C = dA R⁻¹ and M = Qᵀ C: dR = U R and dQ = C - Q U, U being the upper
 * triangle of M plus the transpose of what is below it; after S. Walter and L. Lehmann, "Algorithmic differentiation of
 * linear algebra functions with application in optimum experimental design" (2010).
 */
const primitive: Primitive = {
  name: "qr",
  parameters: {},
  type,
  ...sequential({
    name: "qr",
    type,
    routine: factorization,
    sizes: (inputs) => stackOf(only("qr", inputs)),
    scratch: (inputs) => {
      const [, m, n] = stackOf(only("qr", inputs));
      return [m * n, m * n, n, n].map((size) => ({ dtype: "float64", size }));
    },
  }),
  jvp: ([t], _, factored) => {
    if (!t) return null;
    const [q, r] = parts(factored);
    const c = swapLast(bind(lower, [swapLast(r), swapLast(t)]));
    const m = matmul(swapLast(q), c);
    const u = add(triu(m), swapLast(tril(m, -1)));
    return concatenate([sub(c, matmul(q, u)), matmul(u, r)], -2);
  },
  vjp: (_, cotangent, __, factored) => {
    const [q, r] = parts(factored);
    const [ofQ, ofR] = parts(cotangent);
    const m = sub(matmul(r, swapLast(ofR)), matmul(swapLast(ofQ), q));
    const ofC = add(ofQ, matmul(q, mirrored(m)));
    return swapLast(bind(upper, [r, swapLast(ofC)]));
  },
  batch: (inputs) => bind(primitive, inputs),
};

/**
 * The factors of a matrix [m, n], or of each of a stack of them: Q of orthonormal columns, [m, k], and R, [k, n], zero
 * below the diagonal, with Q R = a and k the lesser of m and n; by Householder's reflections (G. Golub and C. Van Loan,
 * "Matrix Computations", 4th edition, 5.2). R's diagonal is never negative, so that a matrix of full rank has one
 * factorization only, which moves smoothly with it; NumPy's and JAX's, LAPACK's, differ by signs. A column with a NaN or
 * an infinity makes itself and those behind it NaN.
 *
 * Derivatives need linearly independent columns; of a wide matrix, the first m. Others divide by zero.
 *
 * @throws ShapeError when there are fewer than two axes
 * @example
 * import { array, qr, toNested } from "gradfold";
 * const { q, r } = qr(array([[0, 2], [1, 3]]));
 * toNested(q); // => [ [ 0, 1 ], [ 1, 0 ] ]
 * toNested(r); // => [ [ 1, 3 ], [ 0, 2 ] ]
 */
export const qr = typed<Factored<"qr">>((x: NDArray) => {
  const a = operand("qr", x);
  checkMatrix("qr", a.shape);
  const numbers = cast(a, floating(a.dtype));
  const [, m, n] = stackOf(a);
  if (m >= n) {
    const [q, r] = parts(bind(primitive, [numbers]));
    return { q, r };
  }
  const [q, r] = parts(bind(primitive, [columnsOf(numbers, 0, m)]));
  return { q, r: concatenate([r, matmul(swapLast(q), columnsOf(numbers, m, n))], -1) };
});
