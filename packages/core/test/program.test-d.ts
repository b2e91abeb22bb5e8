// What users write: all of it compiles, without casts, and has exactly these types.
import {
  abs,
  add,
  array,
  attempt,
  concatenate,
  div,
  either,
  exp,
  expectShape,
  type Key,
  type Matrix,
  matmul,
  maximum,
  mean,
  mul,
  type NDArray,
  ones,
  random,
  type Scalar,
  type Shape,
  slice,
  square,
  stack,
  sub,
  sum,
  take,
  tanh,
  transpose,
  tree,
  type Vector,
  zeros,
} from "../src/index.ts";
import { is } from "./is.ts";

// ── The blog, line by line
const n = 100;
const [k1, k2, k3] = random.split(random.key(0), 3);
const x = stack([random.uniform(k1, [n], { min: -1, max: 1 }), ones([n])], 1);
is<NDArray<[100, 2]>>()(x);
is<100>()(x.shape[0]);
is<NDArray<[5, 2]>>()(slice(x, [[0, 5]]));
is<NDArray<[100]>>()(slice(x, [null, 0]));
const m = array([3, 2]);
is<NDArray<[2]>>()(m);
const y = add(matmul(x, m), random.uniform(k2, [n]));
is<NDArray<[100]>>()(y);
const mse = (yHat: NDArray, y: NDArray) => mean(square(sub(yHat, y)));
is<(yHat: NDArray, y: NDArray) => Scalar>()(mse);
is<Scalar>()(mse(matmul(x, array([0.5, 0.75])), y));
is<readonly [Key, Key, Key]>()([k1, k2, k3] as const);
is<readonly Key[]>()(random.split(k1, 100));
is<readonly Key[]>()(random.split(k1, n as number));

// ── Layers: parameters carry sizes, helpers take any
interface Dense<I extends number, O extends number> {
  readonly w: Matrix<I, O>;
  readonly b: Vector<O>;
}
interface Mlp {
  readonly hidden: Dense<64, 32>;
  readonly out: Dense<32, 10>;
  readonly temperature?: Scalar;
}
/** NoInfer matters: without it TypeScript infers I = 30 | 32 from two places and accepts a wrong size. */
const dense = <I extends number, O extends number>(p: Dense<I, O>, x: Matrix<number, NoInfer<I>>) =>
  add(matmul(x, p.w), p.b);
const initial = <const I extends number, const O extends number>(key: Key, i: I, o: O): Dense<I, O> => ({
  w: mul(random.uniform(key, [i, o]), Math.sqrt(2 / (i + o))),
  b: zeros([o]),
});
const predict = (p: Mlp, x: Matrix<number, 64>) => dense(p.out, tanh(dense(p.hidden, x)));
declare const digits: NDArray<[1797, 64]>;
const params: Mlp = { hidden: initial(k1, 64, 32), out: initial(k2, 32, 10) };
is<NDArray<[number, 10]>>()(predict(params, digits));
is<NDArray<[32, 64]>>()(take(digits, zeros([32], { dtype: "int32" })));

// ── Generic functions of one's own
export const mseG = <S extends Shape>(a: NDArray<S>, b: NDArray<S>) => mean(square(sub(a, b)));
export const lerp = <S extends Shape>(a: NDArray<S>, b: NDArray<S>, t: number): NDArray<S> =>
  add(mul(a, 1 - t), mul(b, t));
export const scaled = <S extends Shape>(a: NDArray<S>): NDArray<S> => mul(2, sub(a, mean(a)));
export const hinge = <S extends Shape>(a: NDArray<S>): NDArray<S> => maximum(sub(1, abs(a)), 0);
export const centred = <N extends number, D extends number>(a: Matrix<N, D>): Matrix<N, D> => sub(a, mean(a, 0));
export const gram = <N extends number, D extends number>(a: Matrix<N, D>): Matrix<D, D> => matmul(transpose(a), a);
export const softmaxRows = (a: Matrix) => {
  const e = exp(a);
  return div(e, sum(e, 1, { keepDims: true }));
};
export const denseAny = (p: { readonly w: NDArray; readonly b: NDArray }, a: NDArray) => add(matmul(a, p.w), p.b);
export const deep = (ws: readonly NDArray[], a: NDArray) => ws.reduce((h, w) => tanh(matmul(h, w)), a);
is<Scalar>()(mseG(ones([3, 4]), ones([3, 4])));
is<NDArray<[3]>>()(lerp(ones([3]), ones([3]), 0.5));
is<NDArray<[2, 2]>>()(gram(x));
is<NDArray<[100, 2]>>()(centred(x));
is<NDArray>()(deep([ones([2, 3])], x));
is<NDArray<[number, number]>>()(softmaxRows(x));

// ── Sizes that are known at run time only
declare const size: number;
declare const any: NDArray;
declare const several: NDArray<[2]> | NDArray<[3]>;
declare const maybe: NDArray<[3]> | number;
is<NDArray<[100]>>()(add(matmul(ones([size, 2]), ones([2])), ones([100])));
is<NDArray>()(add(any, ones([3])));
is<NDArray<[2] | [3]>>()(mul(several, 2));
is<NDArray<[3]>>()(add(maybe, ones([3])));
is<NDArray<[5, 2]>>()(expectShape(ones([size, 2]), [5, 2]));
is<NDArray<[6, 3]>>()(concatenate([ones([2, 3]), ones([4, 3])]));
const list = [ones([3]), ones([3])];
is<NDArray<[number, 3]>>()(stack(list));
is<NDArray<[3]>>()(list.reduce((s, v) => add(s, v)));
let p = array([0.5, 0.75]);
for (let i = 0; i < 10; i++) p = sub(p, mul(0.1, p));
let h = ones([4, 8]);
for (const w of [ones([8, 8]), ones([8, 8])]) h = tanh(matmul(h, w));

// ── Trees
is<Mlp>()(tree.map((leaf) => mul(leaf, 0.5), params));
is<number>()(tree.mapTo((leaf) => leaf.shape.length, params).hidden.w);
is<Mlp>()(tree.map((a, b) => add(a, b), params, params));
is<Mlp>()(tree.zerosLike(params));
const paths = tree.mapTo((_leaf, path) => path, { a: m, b: [1, null] as const });
is<string>()(paths.a);
is<readonly [string, null]>()(paths.b);

// ── Errors as values
const attempted = attempt(() => matmul(x, m));
if (either.isRight(attempted)) is<NDArray<[100]>>()(attempted.right);
