// Reductions: what they give, and what the compiler says of wrong axes.
import {
  all,
  any,
  argmax,
  argmin,
  array,
  type Axes,
  div,
  exp,
  logSoftmax,
  logSumExp,
  type Matrix,
  max,
  mean,
  min,
  mul,
  type NDArray,
  norm,
  ones,
  prod,
  type Scalar,
  type Shape,
  softmax,
  std,
  sub,
  sum,
  variance,
  type Vector,
} from "../src/index.ts";
import { is } from "./is.ts";
import { says, second } from "./says.ts";

const x = ones([100, 2]);
const stackOfRows = ones([2, 3, 4]);

// ── Every reduction follows its axes
is<Scalar>()(max(x));
is<NDArray<[2]>>()(max(x, 0));
is<NDArray<[100]>>()(min(x, -1));
is<NDArray<[3]>>()(prod(stackOfRows, [0, -1]));
is<NDArray<[100, 1]>>()(logSumExp(x, 1, { keepDims: true }));
is<NDArray<[1, 1]>>()(norm(x, undefined, { keepDims: true, ord: "inf" }));
is<NDArray<[2]>>()(variance(x, 0, { ddof: 1 }));
is<NDArray<[1, 2]>>()(std(x, 0, { ddof: 1, keepDims: true }));
is<Scalar>()(norm(x));
is<Scalar>()(std(x, undefined, { ddof: 1 }));
is<NDArray<[2]>>()(sum(x, [0]));
is<NDArray<[100, 2]>>()(sum(x, []));
is<NDArray<[100]>>()(argmax(x, 1));
is<NDArray<[2, 1, 4]>>()(argmin(stackOfRows, 1, { keepDims: true }));
is<NDArray<[2]>>()(all(x, 0));
is<Scalar>()(any(x));
is<Scalar>()(max(3));
is<NDArray<[100, 2]>>()(softmax(x));
is<NDArray<[100, 2]>>()(logSoftmax(x, 0));

// ── Sizes, axes and options that are known at run time only
declare const n: number;
declare const list: readonly number[];
declare const axes: Axes;
declare const keepDims: boolean;
declare const unknown: NDArray;
is<NDArray<[number]>>()(max(ones([n, 2]), 1));
is<NDArray>()(max(x, n));
is<NDArray>()(max(x, axes));
is<NDArray>()(mean(unknown, axes, { keepDims }));
is<NDArray>()(max(x, 0, { keepDims }));
is<NDArray<[number, number]>>()(max(x, list, { keepDims: true }));
is<NDArray>()(max(x, list));
is<NDArray>()(argmax(unknown, 1));
is<Scalar>()(logSumExp(unknown));
is<NDArray>()(softmax(unknown, 3));

// ── Functions of one's own, over any shape
export const standardized = <S extends Shape>(a: NDArray<S>): NDArray<S> => div(sub(a, mean(a)), std(a));
export const normalized = <S extends Shape>(a: NDArray<S>): NDArray<S> => div(a, norm(a));
export const attention = <S extends Shape>(a: NDArray<S>): NDArray<S> => softmax(mul(a, 0.5));
export const columns = <N extends number, D extends number>(a: Matrix<N, D>): Vector<D> => max(a, 0);
export const places = <N extends number, D extends number>(a: Matrix<N, D>): Vector<N> => argmax(a, -1);
export const crossEntropy = <N extends number, D extends number>(logits: Matrix<N, D>, targets: Matrix<N, D>): Scalar =>
  mean(sum(mul(logSoftmax(logits), targets), -1));
export const stable = (a: NDArray): NDArray => {
  const powers = exp(sub(a, max(a, -1, { keepDims: true })));
  return div(powers, sum(powers, -1, { keepDims: true }));
};
is<NDArray<[100]>>()(places(x));

// ── Wrong axes
// @ts-expect-error there is no axis 2
max(x, 2);
// @ts-expect-error there is no axis -3
softmax(x, -3);
// @ts-expect-error there is no axis 0 of a scalar
argmax(array(1), 0);
// @ts-expect-error there is no such order
norm(x, 0, { ord: 3 });
// @ts-expect-error ddof belongs to variance and std
mean(x, 0, { ddof: 1 });
// @ts-expect-error the greater of two is maximum
max(x, x);
says<"max: axis 2 is out of range for [100, 2]">()(second(max<NDArray<[100, 2]>, 2>));
says<"argmin: axis -3 is out of range for [100, 2]">()(second(argmin<NDArray<[100, 2]>, readonly [0, -3]>));
says<"variance: axis 0 is out of range for []">()(second(variance<number, 0>));
says<"logSumExp: axis 3 is out of range for [?, 2]">()(second(logSumExp<NDArray<[number, 2]>, 3>));
says<"softmax: axis 2 is out of range for [100, 2]">()(second(softmax<[100, 2], 2>));
says<"logSoftmax: axis 1 is out of range for [7]">()(second(logSoftmax<[7], 1>));
