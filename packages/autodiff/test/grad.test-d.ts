// The types of derivatives, and the compiler's words about functions that have none.
import {
  add,
  array,
  matmul,
  type Matrix,
  mean,
  mul,
  type NDArray,
  ones,
  type Scalar,
  square,
  stack,
  sub,
  sum,
  type Vector,
} from "@gradfold/core";
import { grad, hessian, hvp, stopGradient, valueAndGrad, vjp } from "../src/index.ts";
import { is } from "./is.ts";

const [x, b] = [ones([100, 2]), ones([100])];
const residual = (a: Vector<2>) => square(sub(matmul(x, a), b));
const loss = (a: Vector<2>) => mean(residual(a));

// ── A gradient has the type of the parameters
is<Vector<2>>()(grad(loss)(array([1, 2])));
interface Dense<I extends number, O extends number> {
  readonly w: Matrix<I, O>;
  readonly b: Vector<O>;
}
interface Mlp {
  readonly hidden: Dense<64, 32>;
  readonly out: readonly [Dense<32, 10>, Scalar];
  readonly temperature?: Scalar;
}
declare const mlp: Mlp;
declare const digits: NDArray<[1797, 64]>;
const mlpLoss = (p: Mlp, batch: { readonly x: Matrix<number, 64> }) =>
  mean(add(matmul(batch.x, p.hidden.w), p.hidden.b));
is<Mlp>()(grad(mlpLoss)(mlp, { x: digits }));
is<readonly [value: Scalar, gradient: Mlp]>()(valueAndGrad(mlpLoss)(mlp, { x: digits }));

// ── Numbers stand for scalars; an unannotated parameter has an unknown rank
is<NDArray>()(grad((a) => mul(a, grad((c) => add(a, c))(1)))(1));
is<Scalar>()(grad((a: Scalar, c: Scalar) => mul(a, c))(1, 2));

// ── A loss may return a pair, or a number
const pair = (a: Vector<2>) => [loss(a), { accuracy: sum(a), name: "run" }] as const;
const [[value, aux], gradient] = valueAndGrad(pair)(array([1, 2]));
is<Scalar>()(value);
is<string>()(((): string => aux.name)());
is<Scalar>()(aux.accuracy);
is<Vector<2>>()(gradient);
is<readonly [value: Scalar, gradient: Vector<2>]>()(valueAndGrad((_a: Vector<2>): number => 1)(array([1, 2])));

// ── Nested gradients keep their types
is<Vector<2>>()(grad((a: Vector<2>) => sum(grad(loss)(a)))(array([1, 2])));

// ── vjp: one cotangent for each argument
const [out, pullback] = vjp((a: Vector<2>, c: Vector<2>) => mul(a, c), array([1, 2]), array([3, 4]));
is<Vector<2>>()(out);
const [first, second] = pullback(ones([2]));
is<Vector<2>>()(first);
is<Vector<2>>()(second);
// @ts-expect-error a cotangent has the shape of the result
pullback(ones([3]));
// @ts-expect-error there are two arguments
vjp((a: Vector<2>, c: Vector<2>) => mul(a, c), array([1, 2]));

is<Mlp>()(stopGradient(mlp));

// ── A loss that is no scalar
/** What a transform asks of the loss that it is given. */
type Asked<F> = F extends (...args: infer A) => unknown
  ? A extends readonly [(...args: never) => infer R, ...unknown[]]
    ? R
    : never
  : never;
declare const asked: <F>(f: F) => Asked<F>;
const says =
  <Words extends string>() =>
  <A>(_asked: A & ([A] extends [Words] ? ([Words] extends [A] ? unknown : never) : never)): void => {};

// @ts-expect-error a vector is no loss
grad(residual);
// @ts-expect-error a pair of a vector and something is no loss
valueAndGrad((a: Vector<2>) => [a, { accuracy: a }] as const);
// @ts-expect-error a string is no loss
grad((_a: Vector<2>) => "loss");
says<"grad: the loss must be a scalar, but its shape is [100]. Take its mean or sum">()(
  asked(grad<Vector<2>, [], NDArray<[100]>>),
);
says<"valueAndGrad: the loss must be a scalar, but its shape is [2]. Take its mean or sum">()(
  asked(valueAndGrad<Vector<2>, [], readonly [Vector<2>, { readonly accuracy: Vector<2> }]>),
);
says<"grad: the loss must be a scalar, but its shape is [?, 3]. Take its mean or sum">()(
  asked(grad<Vector<2>, [], NDArray<[number, 3]>>),
);
says<"hessian: the loss must be a scalar, but its shape is [2]. Take its mean or sum">()(
  asked(hessian<Vector<2>, [], Vector<2>>),
);
says<"hvp: the loss must return a scalar array">()(asked(hvp<Vector<2>, [], string>));
says<"grad: the loss must return a scalar array">()(asked(grad<Vector<2>, [], string>));

// ── Arguments of the wrong shape
// @ts-expect-error three parameters for two
grad(loss)(array([1, 2, 3]));
// @ts-expect-error a number is no vector
grad(loss)(1);
// @ts-expect-error the batch is 63 wide
grad(mlpLoss)(mlp, { x: ones([32, 63]) });
is<NDArray<[2, 2]>>()(stack([grad(loss)(array([1, 2])), array([1, 2])]));
