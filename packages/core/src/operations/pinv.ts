import type { ArrayType, NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { frozen } from "../array/shape.ts";
import { array } from "../convert/make.ts";
import { DomainError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import { type DType, floating } from "../scalar/dtype.ts";
import { recordRoutine } from "../scalar/routine.ts";
import { typed } from "../static/door.ts";
import type { PseudoInverse } from "../static/factor.ts";
import { add } from "./add.ts";
import { sub } from "./arithmetic.ts";
import { matmul } from "./contract.ts";
import { buffersFrom, decompose, decompositionScratch } from "./decomposition.ts";
import { allStacked } from "./family/batch.ts";
import { pair } from "./family/operands.ts";
import { sequential } from "./family/sequential.ts";
import { columnOf, formOrthogonal } from "./householder.ts";
import { checkMatrix, leadOf, stackOf } from "./matrix.ts";
import { swapLast } from "./reshape.ts";
import { broadcastTo, cast } from "./spread.ts";

const [result, orthogonal] = [2, 3];
const buffers = buffersFrom(4);

/** Solves for Qᵀ, whose columns are the right-hand sides of the identity's. */
const pseudoInversion = recordRoutine((m) => {
  const [rows, n] = [m.size(1), m.size(2)];
  const size = m.mul(rows, n);
  m.loop(0, m.size(0), (s) => {
    const start = m.mul(s, size);
    const { reflections, solve } = decompose(m, buffers, start, m.load(1, s));
    const q = { buffer: orthogonal, height: rows };
    formOrthogonal(m, reflections, q);
    m.loop(0, rows, (i) => {
      m.loop(0, reflections.count, (k) => m.store(buffers.solution, k, m.load(orthogonal, columnOf(m, q, k, i).at)));
      solve(0, (row, x) => m.store(result, m.add(start, m.add(m.mul(row, rows), i)), x));
    });
  });
});

const type = (inputs: readonly ArrayType[]): ArrayType => {
  const [{ shape, dtype }] = pair("pinv", inputs);
  const [, m, n] = stackOf({ shape, dtype });
  return { shape: frozen([...leadOf(shape), n, m]), dtype };
};

/** Acts on a matrix at least as high as wide and others with their transposes, or on the transposes of all of them. */
const standing = (
  act: (a: NDArray, p: NDArray, t: NDArray) => NDArray,
  a: NDArray,
  p: NDArray,
  t: NDArray,
): NDArray => {
  const [, m, n] = stackOf(a);
  return m >= n ? act(a, p, t) : swapLast(act(swapLast(a), swapLast(p), swapLast(t)));
};

/**
 * Of a matrix, the share of its first pivot below which others count as zero, and its elements. Derivatives are those at
 * a constant rank: dP = -P dA P + P Pᵀ dAᵀ (I - A P) + (I - P A) dAᵀ Pᵀ P, by G. Golub and V. Pereyra, "The
 * differentiation of pseudo-inverses and nonlinear least squares problems whose variables separate" (1973).
 */
export const pseudoInverse: Primitive = {
  name: "pinv",
  parameters: {},
  type,
  ...sequential({
    name: "pinv",
    type,
    routine: pseudoInversion,
    sizes: (inputs) => stackOf(pair("pinv", inputs)[0]),
    scratch: (inputs) => {
      const [, m, n] = stackOf(pair("pinv", inputs)[0]);
      return [{ dtype: "float64", size: m * Math.min(m, n) }, ...decompositionScratch(m, n)];
    },
  }),
  jvp: ([tangent], inputs, output) => {
    const [matrix] = pair("pinv", inputs);
    const push = (a: NDArray, p: NDArray, t: NDArray): NDArray => {
      const [k, h] = [matmul(swapLast(t), swapLast(p)), matmul(matmul(p, swapLast(p)), swapLast(t))];
      const inner = sub(sub(k, matmul(matmul(p, a), k)), add(matmul(h, a), matmul(p, t)));
      return add(matmul(inner, p), h);
    };
    return tangent ? standing(push, matrix, output, tangent) : null;
  },
  vjp: (place, cotangent, inputs, output) => {
    const [matrix] = pair("pinv", inputs);
    const pull = (a: NDArray, p: NDArray, v: NDArray): NDArray => {
      const w = matmul(v, swapLast(p));
      const inner = sub(w, add(matmul(swapLast(matmul(p, a)), w), swapLast(w)));
      const outer = matmul(matmul(p, swapLast(p)), sub(v, matmul(w, swapLast(a))));
      return swapLast(add(matmul(inner, p), outer));
    };
    return place === 0 ? standing(pull, matrix, output, cotangent) : null;
  },
  batch: (inputs, mapped) => bind(pseudoInverse, allStacked(inputs, mapped)),
};

/** For each matrix of a stack, the share of its first pivot at which others count as zero. */
export const thresholds = (name: string, rcond: number | undefined, of: ArrayType, dtype: DType): NDArray => {
  const [, m, n] = stackOf(of);
  const share = rcond ?? Math.max(m, n) * (dtype === "float32" ? 2 ** -23 : 2 ** -52);
  if (!Number.isFinite(share) || share < 0 || share >= 1)
    throw new DomainError(`${name}: rcond is a number from 0 to below 1, not ${describe(rcond)}.`);
  return broadcastTo(array(share, { dtype }), leadOf(of.shape));
};

/**
 * The pseudo-inverse [n, m] of a matrix [m, n], or of each of a stack of them, after Moore and Penrose: the matrix P for
 * which P b is what {@link lstsq} gives for b. Of a regular matrix it is the inverse. Its rank is decided as `lstsq` does;
 * derivatives are those at a constant rank. Of a matrix with a NaN or an infinity all is NaN.
 *
 * @param options - `rcond`: the share of the first pivot at which others count as zero, as for `lstsq`
 * @throws ShapeError when there are fewer than two axes; DomainError when `rcond` is not from 0 to below 1
 * @example
 * import { array, pinv, toNested } from "gradfold";
 * toNested(pinv(array([[2, 0], [0, 4], [0, 0]]))); // => [ [ 0.5, 0, 0 ], [ 0, 0.25, 0 ] ]
 */
export const pinv = typed<PseudoInverse<"pinv">>((x: NDArray, options?: { readonly rcond?: number }) => {
  const a = operand("pinv", x);
  checkMatrix("pinv", a.shape);
  const { rcond } = optionsOf("pinv", options, { rcond: undefined });
  const dtype = floating(a.dtype);
  return bind(pseudoInverse, [cast(a, dtype), thresholds("pinv", rcond, a, dtype)]);
});
