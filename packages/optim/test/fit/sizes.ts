import {
  add,
  array,
  concatenate,
  cos,
  div,
  exp,
  flip,
  matmul,
  mean,
  mul,
  type NDArray,
  type Scalar,
  sin,
  slice,
  square,
  stack,
  sub,
  sum,
} from "@gradfold/core";

type Vector = NDArray<[number]>;

/** 1, 2, …, n. */
const counted = (n: number): Vector => array(Array.from({ length: n }, (_, i) => i + 1));
/** Every second parameter, or every fourth, from one on. */
const every = (step: number, from: number, x: Vector): Vector => slice(x, [[from, null, step]]);
const first = (x: Vector): Vector => slice(x, [[0, 1]]);

const weak = Math.sqrt(1e-5);

/** A valley along each parabola x2 = x1². */
const rosenbrock = (x: Vector): Vector => {
  const [odd, even] = [every(2, 0, x), every(2, 1, x)];
  return concatenate([mul(sub(even, square(odd)), 10), sub(1, odd)]);
};

const powell = (x: Vector): Vector => {
  const [a, b, c, d] = [every(4, 0, x), every(4, 1, x), every(4, 2, x), every(4, 3, x)];
  return concatenate([
    add(a, mul(b, 10)),
    mul(sub(c, d), Math.sqrt(5)),
    square(sub(b, mul(c, 2))),
    mul(square(sub(a, d)), Math.sqrt(10)),
  ]);
};

const variablyDimensioned = (x: Vector): Vector => {
  const distance = sub(x, 1);
  const weighted = sum(mul(counted(x.shape[0]), distance));
  return concatenate([distance, stack([weighted, square(weighted)])]);
};

/** t^j for 29 times t and n powers j, from 0. */
const powers = (n: number): readonly (readonly number[])[] =>
  Array.from({ length: 29 }, (_, i) =>
    Array.from({ length: n - 1 }, () => (i + 1) / 29).reduce<readonly number[]>(
      (row, t) => [...row, t * (row.at(-1) ?? NaN)],
      [1],
    ),
  );

/** A polynomial as the solution of a differential equation. */
const watson = (x: Vector): Vector => {
  const table = powers(x.shape[0]);
  const slopes = table.map((row) => row.map((_, j) => (j === 0 ? 0 : j * (row[j - 1] ?? NaN))));
  const equation = sub(sub(matmul(array(slopes), x), square(matmul(array(table), x))), 1);
  return concatenate([equation, first(x), sub(sub(slice(x, [[1, 2]]), square(first(x))), 1)]);
};

const penalty1 = (x: Vector): Vector => concatenate([mul(sub(x, 1), weak), stack([sub(sum(square(x)), 0.25)])]);

const penalty2 = (x: Vector): Vector => {
  const n = x.shape[0];
  const index = slice(counted(n), [[1]]);
  const [upper, lower] = [exp(div(slice(x, [[1]]), 10)), exp(div(slice(x, [[0, -1]]), 10))];
  const right = add(exp(div(index, 10)), exp(div(sub(index, 1), 10)));
  return concatenate([
    sub(first(x), 0.2),
    mul(sub(add(upper, lower), right), weak),
    mul(sub(upper, exp(array(-0.1))), weak),
    stack([sub(sum(mul(flip(counted(n)), square(x))), 1)]),
  ]);
};

const trigonometric = (x: Vector): Vector => {
  const n = x.shape[0];
  return sub(add(sub(n, sum(cos(x))), mul(counted(n), sub(1, cos(x)))), sin(x));
};

/** The means of Chebyshev's polynomials T1 to Tn on [0, 1] over the points, less their integrals. */
const chebyquad = (points: Vector): Vector => {
  const n = points.shape[0];
  const x = sub(mul(points, 2), 1);
  const polynomials = Array.from({ length: n - 1 }).reduce<readonly Vector[]>(
    (all) => [...all, sub(mul(mul(x, 2), all.at(-1) ?? x), all.at(-2) ?? x)],
    [add(mul(x, 0), 1), x],
  );
  const integrals = Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 0 : 1 / (1 - (i + 1) * (i + 1))));
  return sub(stack(polynomials.slice(1).map((each): Scalar => mean(each))), array(integrals));
};

/** Residuals of any number of parameters. */
export const sizes: Readonly<Record<string, (x: Vector) => Vector>> = {
  "variably dimensioned": variablyDimensioned,
  Watson: watson,
  "penalty I": penalty1,
  "penalty II": penalty2,
  trigonometric,
  "extended Rosenbrock": rosenbrock,
  "extended Powell": powell,
  Chebyquad: chebyquad,
};
