// Contractions and linear algebra: what they give, and what the compiler says where sizes clash.
import {
  array,
  cholesky,
  diag,
  diagonal,
  dot,
  einsum,
  inverse,
  matmul,
  type Matrix,
  type NDArray,
  ones,
  outer,
  type Scalar,
  solve,
  sum,
  transpose,
  triangularSolve,
  type Vector,
} from "../src/index.ts";
import { is } from "./is.ts";
import { first, says, second } from "./says.ts";

const v = array([1, 2, 3]);
const square = ones([3, 3]);
declare const n: number;
declare const unknown: NDArray;
declare const spec: string;

// ── dot and outer
is<Scalar>()(dot(v, v));
is<Scalar>()(dot(v, ones([n])));
is<NDArray<[3, 2]>>()(outer(v, ones([2])));
is<NDArray<[3, number]>>()(outer(v, ones([n])));
is<NDArray<[number, 3]>>()(outer(unknown, v));
says<"dot: sizes differ: [3] and [4]">()(second(dot<[3], [4]>));
says<"dot: two vectors are needed, not [3, 2] and [2]. Use matmul">()(second(dot<[3, 2], [2]>));
says<"outer: two vectors are needed, not [3] and []. Use reshape(x, [-1])">()(second(outer<[3], []>));
// @ts-expect-error 3 is not 4
dot(v, ones([4]));

// ── einsum, where the subscripts are written out
is<NDArray<[2, 4]>>()(einsum("ij,jk->ik", ones([2, 3]), ones([3, 4])));
is<NDArray<[4, 5, 2]>>()(einsum("bij,bjk->kbi", ones([5, 2, 3]), ones([5, 3, 4])));
is<Scalar>()(einsum("i,i->", v, v));
is<NDArray<[3]>>()(einsum("ii->i", square));
is<NDArray<[3, 3, 2]>>()(einsum("i,j,k->ijk", v, v, ones([2])));
is<NDArray<[number, 4]>>()(einsum("ij,jk->ik", ones([n, 3]), ones([3, 4])));
is<NDArray>()(einsum("...i->...", square));
is<NDArray>()(einsum("ij,jk", square, square));
is<NDArray>()(einsum(spec, square, square));
is<NDArray>()(einsum("ij,jk->ik", unknown, square));
says<"einsum: the sizes of j differ: 3 and 4 in ij,jk->ik">()(
  first(einsum<"ij,jk->ik", [NDArray<[2, 3]>, NDArray<[4, 5]>]>),
);
says<"einsum: the sizes of i differ: 2 and 3 in ii->i">()(first(einsum<"ii->i", [NDArray<[2, 3]>]>));
// @ts-expect-error 3 is not 4
einsum("ij,jk->ik", ones([2, 3]), ones([4, 5]));

// ── Diagonals
is<NDArray<[3, 3]>>()(diag(v));
is<NDArray<[number, number]>>()(diag(v, 1));
is<NDArray<[3]>>()(diag(square));
is<NDArray>()(diag(unknown));
is<NDArray<[2]>>()(diagonal(ones([2, 3])));
is<NDArray<[number]>>()(diagonal(ones([n, n])));
is<NDArray<[5, 3]>>()(diagonal(ones([5, 3, 4])));
is<NDArray<[4, 3]>>()(diagonal(ones([5, 3, 4]), 0, 1));
is<NDArray<[3, 4]>>()(diagonal(ones([5, 3, 4]), -1, 0));
is<NDArray>()(diagonal(ones([5, 3, 4]), n));
is<NDArray>()(diagonal(unknown));
export const traceOf = (m: Matrix): Scalar => sum(diagonal(m));
export const traces = <B extends number, N extends number>(m: NDArray<[B, N, N]>): NDArray<[B, number]> => diagonal(m);
says<"diagonal: axis 2 is out of range for [2, 3]">()(second(diagonal<[2, 3], 2>));
// @ts-expect-error a vector has no axis 1
diagonal(v, 0, 1);

// ── Systems of equations
is<NDArray<[3]>>()(solve(square, v));
is<NDArray<[3, 2]>>()(solve(square, ones([3, 2])));
is<NDArray<[5, 3]>>()(solve(ones([5, 3, 3]), v));
is<NDArray<[5, 4, 3, 2]>>()(solve(ones([5, 1, 3, 3]), ones([4, 3, 2])));
is<NDArray<[number]>>()(solve(ones([n, n]), ones([n])));
is<NDArray>()(solve(unknown, v));
is<NDArray<[3]>>()(triangularSolve(square, v, { lower: false }));
is<NDArray<[3, 3]>>()(inverse(square));
is<NDArray<[2, 3, 3]>>()(cholesky(ones([2, 3, 3])));
is<NDArray>()(cholesky(unknown));
says<"solve: the matrix must be square, not [2, 3]">()(second(solve<[2, 3], [2]>));
says<"solve: the matrix must be square, not [3]">()(second(solve<[3], [3]>));
says<"solve: sizes differ: [3, 3] and [2] (3 is not 2)">()(second(solve<[3, 3], [2]>));
says<"solve: sizes differ: [3, 3] and [2, 3] (3 is not 2)">()(second(solve<[3, 3], [2, 3]>));
says<"solve: the right-hand side is a scalar. Use div">()(second(solve<[2, 2], []>));
says<"solve: batch axes: cannot broadcast [2] with [4]: 2 is not 4">()(second(solve<[2, 3, 3], [4, 3, 1]>));
says<"triangularSolve: sizes differ: [2, 2] and [3] (2 is not 3)">()(second(triangularSolve<[2, 2], [3]>));
says<"cholesky: the matrix must be square, not [2, 3]">()(first(cholesky<[2, 3]>));
says<"inverse: the matrix must be square, not []">()(first(inverse<[]>));
// @ts-expect-error 3 is not 2
solve(square, ones([2]));
// @ts-expect-error 2 x 3 is not square
inverse(ones([2, 3]));

// ── Functions of one's own
export const leastSquares = <N extends number, D extends number>(x: Matrix<N, D>, y: Vector<N>): Vector<D> =>
  solve(matmul(transpose(x), x), matmul(transpose(x), y));
export const whitened = <D extends number>(covariance: Matrix<D, D>, x: Vector<D>): Vector<D> =>
  triangularSolve(cholesky(covariance), x);
export const inverses = (list: readonly NDArray[]): readonly NDArray[] => list.map((x) => inverse(x));
is<NDArray<[2]>>()(leastSquares(ones([100, 2]), ones([100])));
