import type { ArrayType, NDArray } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { frozen } from "../array/shape.ts";
import { operand } from "../input/operand.ts";
import { zerosLike } from "../convert/make.ts";
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

/** The result, with Q above R; scratch for the matrix, for each column's τ and for its exponent, and for Q. */
const [result, matrix, taus, exponents, orthogonal] = [1, 2, 3, 4, 5];

const columnsIn = (m: Machine, buffer: number): Columns => ({ buffer, height: m.size(1) });

/** The sign that keeps R's diagonal from being negative at k. */
const signAt = (m: Machine, a: Columns, k: Value): Value =>
  m.select(m.less(m.load(a.buffer, columnOf(m, a, k, k).at), 0), -1, 1);

const writeOrthogonal = (m: Machine, start: Value): void => {
  const [height, n] = [m.size(1), m.size(2)];
  const [a, q] = [columnsIn(m, matrix), columnsIn(m, orthogonal)];
  m.loop(0, n, (j) => {
    const sign = signAt(m, a, j);
    m.loop(0, height, (i) => {
      const at = m.add(start, m.add(m.mul(i, n), j));
      m.store(result, at, m.mul(sign, m.load(orthogonal, columnOf(m, q, j, i).at)));
    });
  });
};

const writeTriangular = (m: Machine, start: Value): void => {
  const [n, a] = [m.size(2), columnsIn(m, matrix)];
  m.loop(0, n, (j) => {
    const restored = byPower(m, m.load(exponents, j));
    m.loop(0, m.add(j, 1), (k) => {
      const at = m.add(start, m.add(m.mul(k, n), j));
      m.store(result, at, m.mul(signAt(m, a, k), restored(m.load(matrix, columnOf(m, a, j, k).at))));
    });
  });
};

/** Leaves R and the reflections of matrix s where its columns were. */
const reflectMatrix = (m: Machine, s: Value): Columns => {
  const [height, n] = [m.size(1), m.size(2)];
  const a = columnsIn(m, matrix);
  loadColumns(m, m.mul(s, m.mul(height, n)), n, a);
  m.loop(0, n, (j) => m.store(exponents, j, normalize(m, columnOf(m, a, j, 0))));
  reflectColumns(m, a, taus, n);
  return a;
};

const factorization = recordRoutine((m) => {
  const [height, n] = [m.size(1), m.size(2)];
  m.loop(0, m.size(0), (s) => {
    const a = reflectMatrix(m, s);
    formOrthogonal(m, { of: a, taus, count: n }, columnsIn(m, orthogonal));
    const start = m.mul(s, m.mul(m.add(height, n), n));
    writeOrthogonal(m, start);
    writeTriangular(m, m.add(start, m.mul(height, n)));
  });
});

const triangularization = recordRoutine((m) => {
  const n = m.size(2);
  m.loop(0, m.size(0), (s) => {
    reflectMatrix(m, s);
    writeTriangular(m, m.mul(s, m.mul(n, n)));
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
      return [m * n, n, n, m * n].map((size) => ({ dtype: "float64", size }));
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

const triangularType = (inputs: readonly ArrayType[]): ArrayType => {
  const { shape, dtype } = only("qrTriangle", inputs);
  const [, , n] = stackOf({ shape, dtype });
  return { shape: frozen([...leadOf(shape), n, n]), dtype };
};

/** R without Q, whose derivatives are those of both. */
const triangular: Primitive = {
  name: "qrTriangle",
  parameters: {},
  type: triangularType,
  ...sequential({
    name: "qrTriangle",
    type: triangularType,
    routine: triangularization,
    sizes: (inputs) => stackOf(only("qrTriangle", inputs)),
    scratch: (inputs) => {
      const [, m, n] = stackOf(only("qrTriangle", inputs));
      return [m * n, n, n].map((size) => ({ dtype: "float64", size }));
    },
  }),
  jvp: (tangents, inputs) => {
    const tangent = primitive.jvp(tangents, inputs, bind(primitive, inputs));
    return tangent && parts(tangent)[1];
  },
  vjp: (place, cotangent, inputs) => {
    const factored = bind(primitive, inputs);
    const ofQ = zerosLike(parts(factored)[0]);
    return primitive.vjp(place, concatenate([ofQ, cotangent], -2), inputs, factored);
  },
  batch: (inputs) => bind(triangular, inputs),
};

/** The R of `qr` alone, at half of its cost: of matrices of floats at least as high as wide. */
export const qrTriangle = (x: NDArray): NDArray => bind(triangular, [x]);

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
