// Wrong programs do not compile, and the compiler's words are these, to the letter.
import {
  add,
  array,
  elu,
  expandDims,
  leakyRelu,
  matmul,
  mean,
  mul,
  type Matrix,
  type NDArray,
  ones,
  type Shape,
  stack,
  sub,
  sum,
  take,
  tanh,
  tree,
  type Vector,
} from "../src/index.ts";
import { is } from "./is.ts";
import { first, says, second } from "./says.ts";

const x = ones([100, 2]);
const m = array([3, 2]);

// ── m @ x + b: the seed file's badMatmul
// @ts-expect-error the inner sizes differ
matmul(m, x);
says<"matmul: inner sizes differ: [2] @ [100, 2] (2 is not 100). Did you mean to swap them?">()(
  second(matmul<[2], [100, 2]>),
);
says<"matmul: inner sizes differ: [2, 3] @ [4, 5] (3 is not 4)">()(second(matmul<[2, 3], [4, 5]>));
says<"matmul: inner sizes differ: [?, 32] @ [30, 10] (32 is not 30)">()(second(matmul<[number, 32], [30, 10]>));
says<"matmul: the first argument is a scalar. Use mul">()(second(matmul<[], [2]>));
says<"matmul: the second argument is a scalar. Use mul">()(second(matmul<[2], []>));
says<"matmul: batch axes: cannot broadcast [2] with [3]: 2 is not 3">()(second(matmul<[2, 3, 4], [3, 4, 5]>));
is<NDArray<[2]>>()(second(matmul<[100, 2], [2]>));

// ── Broadcasting
// @ts-expect-error 3 is not 4
add(array([1, 2, 3]), array([1, 2, 3, 4]));
// @ts-expect-error 2 is not 4
mul(ones([3, 2]), ones([100, 4]));
says<"add: cannot broadcast [3] with [4]: 3 is not 4">()(second(add<NDArray<[3]>, NDArray<[4]>>));
says<"mul: cannot broadcast [3, 2] with [100, 4]: 2 is not 4">()(second(mul<NDArray<[3, 2]>, NDArray<[100, 4]>>));
says<"sub: cannot broadcast [?, 2] with [3]: 2 is not 3">()(second(sub<NDArray<[number, 2]>, NDArray<[3]>>));
says<"add: cannot broadcast [2, 0] with [2, 3]: 0 is not 3">()(second(add<NDArray<[2, 0]>, NDArray<[2, 3]>>));

// ── Axes
// @ts-expect-error there is no axis 2
sum(x, 2);
// @ts-expect-error there is no axis -3
mean(x, [0, -3]);
// @ts-expect-error there is no axis 2
take(x, ones([3], { dtype: "int32" }), 2);
says<"sum: axis 2 is out of range for [100, 2]">()(second(sum<NDArray<[100, 2]>, 2>));
says<"mean: axis -3 is out of range for [100, 2]">()(second(mean<NDArray<[100, 2]>, readonly [0, -3]>));
says<"sum: axis 0 is out of range for []">()(second(sum<number, 0>));

// ── Joining
// @ts-expect-error the shapes differ
stack([ones([2]), ones([3])]);
says<"stack: shapes differ: [2] and [3]">()(first(stack<readonly [NDArray<[2]>, NDArray<[3]>]>));

says<"stack: shapes differ: [2] and [1]">()(first(stack<readonly [NDArray<[2]>, NDArray<[1]>]>));
says<"stack: shapes differ: [2] and [2, 2]">()(first(stack<readonly [NDArray<[2]>, NDArray<[2, 2]>]>));
stack([ones([2, 3]), ones([Number("2"), 3])]);
stack([ones([2]) as NDArray, ones([2])]);

// ── A layer with the wrong inner size
const [w1, w2] = [ones([64, 32]), ones([30, 10])];
// @ts-expect-error 32 is not 30
export const e6 = (a: Matrix<number, 64>) => matmul(tanh(matmul(a, w1)), w2);
interface Dense<I extends number, O extends number> {
  readonly w: Matrix<I, O>;
  readonly b: Vector<O>;
}
interface Mlp {
  readonly hidden: Dense<64, 32>;
  readonly out: Dense<30, 10>;
}
const dense = <I extends number, O extends number>(p: Dense<I, O>, a: Matrix<number, NoInfer<I>>) =>
  add(matmul(a, p.w), p.b);
// @ts-expect-error a hidden layer of 32 does not fit an output layer of 30
export const e7 = (p: Mlp, a: Matrix<number, 64>) => dense(p.out, tanh(dense(p.hidden, a)));

// ── Others
let p = array([0.5, 0.75]);
// @ts-expect-error the shape of a variable does not change
p = sub(p, ones([3, 2]));
// @ts-expect-error tree.map keeps shapes
tree.map((leaf) => sum(leaf), { w: m });
// @ts-expect-error two axes have no third size
export const e19 = x.shape[2];
// @ts-expect-error a list is no array
add(x, [1, 2]);
// @ts-expect-error shapes are read-only
x.shape[0] = 3;
// @ts-expect-error an array is made by the library
export const forged: NDArray<[2]> = { shape: [2], dtype: "float64" };
// @ts-expect-error no such dtype
ones([2], { dtype: "float16" });
// @ts-expect-error two trees of one structure are needed
tree.map((a, b) => add(a, b), { w: m }, { v: m });

// ── Correct programs that the types refuse: the limits
// @ts-expect-error two generic shapes may clash
export const l1 = <S extends Shape, T extends Shape>(a: NDArray<S>, b: NDArray<T>) => add(a, b);
// @ts-expect-error the axes of a generic shape are not known
export const l2 = <S extends Shape>(a: NDArray<S>) => sub(a, mean(a, 0));
// @ts-expect-error a generic size beside 1 is not decided
export const l3 = <N extends number, D extends number>(a: Matrix<N, D>) => sub(a, sum(a, 1, { keepDims: true }));
declare const ws: readonly NDArray[];
let h = ones([4, 8]);
// @ts-expect-error an unknown shape does not fit a known one
for (const w of ws) h = tanh(matmul(h, w));
// @ts-expect-error a size known at run time only is no literal
export const l4: NDArray<[5, 2]> = ones([Number("5"), 2]);
// @ts-expect-error shapes are plain tuples, not read-only ones
export const l5: NDArray<[2]> = ones([2]) as NDArray<readonly [2]>;

// ── And what looks wrong but is not is accepted
is<NDArray<[3, 1, 2]>>()(expandDims(ones([3, 2]), 1));
is<NDArray<[2]>>()(add(m, 1));
is<NDArray<[2]>>()(elu(m));
is<NDArray<[100, 2]>>()(leakyRelu(x, ones([2])));
says<"elu: cannot broadcast [2] with [3]: 2 is not 3">()(second(elu<NDArray<[2]>, NDArray<[3]>>));
