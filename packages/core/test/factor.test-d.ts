// Factors of matrices of any height and width, and least squares: what they give, and what the compiler says of clashes.
import {
  conditionNumber,
  lstsq,
  type Matrix,
  type NDArray,
  ones,
  pinv,
  qr,
  type Scalar,
  svd,
  type Vector,
} from "../src/index.ts";
import { is } from "./is.ts";
import { first, says, second } from "./says.ts";

declare const n: number;
declare const unknown: NDArray;

// ── qr: k is the lesser of the sizes
const tall = qr(ones([5, 3]));
is<NDArray<[5, 3]>>()(tall.q);
is<NDArray<[3, 3]>>()(tall.r);
const wide = qr(ones([9, 10]));
is<NDArray<[9, 9]>>()(wide.q);
is<NDArray<[9, 10]>>()(wide.r);
is<NDArray<[100, 100]>>()(qr(ones([100, 1000])).q);
is<NDArray<[1200, 1199]>>()(qr(ones([1200, 1199])).q);
is<NDArray<[2, 0, 3]>>()(qr(ones([2, 0, 3])).r);
is<NDArray<[7, 4, 2]>>()(qr(ones([7, 4, 2])).q);
is<NDArray<[number, number]>>()(qr(ones([n, 3])).q);
is<NDArray<[number, 3]>>()(qr(ones([n, 3])).r);
is<NDArray>()(qr(unknown).q);
says<"qr: a matrix is needed, not [3]">()(first(qr<[3]>));
// @ts-expect-error a vector has no factors
qr(ones([3]));

// ── svd and the condition number
const wideValues = svd(ones([2, 3, 10]));
is<NDArray<[2, 3, 3]>>()(wideValues.u);
is<NDArray<[2, 3]>>()(wideValues.s);
is<NDArray<[2, 10, 3]>>()(wideValues.v);
is<NDArray>()(svd(unknown).s);
is<Scalar>()(conditionNumber(ones([5, 3])));
is<NDArray<[2]>>()(conditionNumber(ones([2, n, 3])));
says<"svd: a matrix is needed, not [3]">()(first(svd<[3]>));
says<"conditionNumber: a matrix is needed, not []">()(first(conditionNumber<[]>));

// ── pinv
is<NDArray<[3, 5]>>()(pinv(ones([5, 3])));
is<NDArray<[2, 3, number]>>()(pinv(ones([2, n, 3]), { rcond: 1e-6 }));
is<NDArray>()(pinv(unknown));
says<"pinv: a matrix is needed, not []">()(first(pinv<[]>));

// ── lstsq: a vector, or columns
const vector = lstsq(ones([5, 3]), ones([5]));
is<NDArray<[3]>>()(vector.solution);
is<Scalar>()(vector.residualSumOfSquares);
is<Scalar>()(vector.rank);
const columns = lstsq(ones([2, 1, 5, 3]), ones([4, 5, 2]));
is<NDArray<[2, 4, 3, 2]>>()(columns.solution);
is<NDArray<[2, 4, 2]>>()(columns.residualSumOfSquares);
is<NDArray<[2, 4]>>()(columns.rank);
is<NDArray<[2]>>()(lstsq(ones([2, 5, 3]), ones([5])).rank);
is<NDArray>()(lstsq(unknown, ones([5])).solution);
says<"lstsq: a matrix is needed, not [3]">()(second(lstsq<[3], [3]>));
says<"lstsq: the right-hand side is a scalar">()(second(lstsq<[3, 2], []>));
says<"lstsq: sizes differ: [3, 2] and [2] (3 is not 2)">()(second(lstsq<[3, 2], [2]>));
says<"lstsq: sizes differ: [3, 2] and [2, 3] (3 is not 2)">()(second(lstsq<[3, 2], [2, 3]>));
says<"lstsq: batch axes: cannot broadcast [2] with [4]: 2 is not 4">()(second(lstsq<[2, 3, 2], [4, 3, 1]>));
// @ts-expect-error 3 is not 2
lstsq(ones([3, 2]), ones([2]));

// ── Functions of one's own
export const fitted = <M extends number, N extends number>(x: Matrix<M, N>, y: Vector<M>): Vector<N> =>
  lstsq(x, y).solution;
export const basis = <N extends number>(x: Matrix<N, N>): Matrix<N, N> => qr(x).q;
