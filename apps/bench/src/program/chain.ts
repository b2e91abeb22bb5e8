import {
  add,
  array,
  concatenate,
  logSumExp,
  matmul,
  mean,
  mul,
  type NDArray,
  ones,
  type Scalar,
  slice,
  square,
  sub,
  tanh,
  type Vector,
  zeros,
} from "@gradfold/core";
import { foriLoop, grad, valueAndGrad } from "@gradfold/autodiff";
import { type Data, doublesOf, floatsOf } from "../data.ts";
import type { Deep, Logistic, LogSumExp, Ode, Orbit } from "./program.ts";

/** Puts a value through a function, again and again. */
const repeated = <A>(x: A, times: number, f: (x: A) => A): A => {
  let y = x;
  for (let i = 0; i < times; i++) y = f(y);
  return y;
};

export const logistic = ({ size, rounds, checked }: Logistic, data: Data) => {
  const after = (rounds: number) => (x: Vector) => repeated(x, rounds, (y): Vector => mul(mul(3.9, y), sub(1, y)));
  return { f: after(rounds), checked: after(checked), inputs: [array(doublesOf(data, "x"), { shape: [size] })] };
};

/** Of points of any kind, the step of the classical Runge-Kutta method for their velocities. */
const rungeKutta =
  <P>(velocity: (p: P) => P, moved: (p: P, v: P, by: number) => P, h: number) =>
  (p: P): P => {
    const k1 = velocity(p);
    const k2 = velocity(moved(p, k1, h / 2));
    const k3 = velocity(moved(p, k2, h / 2));
    const k4 = velocity(moved(p, k3, h));
    return moved(moved(moved(moved(p, k1, h / 6), k2, h / 3), k3, h / 3), k4, h / 6);
  };

type Point = readonly [Scalar, Scalar, Scalar];

const lorenz = ([x, y, z]: Point): Point => [
  mul(10, sub(y, x)),
  sub(mul(x, sub(28, z)), y),
  sub(mul(x, y), mul(8 / 3, z)),
];

const movedPoint = ([x, y, z]: Point, [u, v, w]: Point, by: number): Point => [
  add(x, mul(by, u)),
  add(y, mul(by, v)),
  add(z, mul(by, w)),
];

/** The sum of the three numbers after the steps, and its gradient. */
export const orbit = ({ steps }: Orbit, data: Data) => {
  const step = rungeKutta(lorenz, movedPoint, 0.01);
  const f = valueAndGrad((p: Point) => {
    const [x, y, z] = repeated(p, steps, step);
    return add(add(x, y), z);
  });
  const [x = NaN, y = NaN, z = NaN] = doublesOf(data, "start");
  return { f, inputs: [[array(x), array(y), array(z)] as const] };
};

export const deep = ({ layers, units, batch }: Deep, data: Data) => {
  type Matrix = NDArray<[number, number]>;
  const x = array(floatsOf(data, "x"), { shape: [batch, units] });
  const flat = array(floatsOf(data, "weights"), { shape: [layers, units, units] });
  const weights = Array.from({ length: layers }, (_, i): Matrix => slice(flat, [i]));
  const loss = (weights: readonly Matrix[], x: Matrix) =>
    mean(square(weights.reduce((h, w): Matrix => tanh(matmul(h, w)), x)));
  return { f: valueAndGrad(loss), inputs: [weights, x] };
};

export const logarithm = ({ size, gradient }: LogSumExp, data: Data) => {
  const f = (x: Vector) => logSumExp(x);
  return { f: gradient ? valueAndGrad(f) : f, inputs: [array(doublesOf(data, "x"), { shape: [size] })] };
};

/** y₀' = x₀ and yᵢ' = xᵢ yᵢ₋₁ from 0 on, up to time 2: the gradient of the last y. */
export const ode = ({ size, steps }: Ode, data: Data) => {
  const h = 2 / steps;
  const moved = (y: Vector, v: Vector, by: number): Vector => add(y, mul(by, v));
  const f = grad((x: Vector) => {
    const velocity = (y: Vector): Vector => mul(x, concatenate([ones([1]), slice(y, [[0, -1]])], 0));
    const end = foriLoop(0, steps, (_, y) => rungeKutta(velocity, moved, h)(y), zeros<[number]>([size]));
    return slice(end, [-1]);
  });
  return { f, inputs: [array(doublesOf(data, "x"), { shape: [size] })] };
};
