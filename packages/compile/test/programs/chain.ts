import {
  add,
  array,
  cast,
  div,
  exp,
  gelu,
  log1p,
  matmul,
  mul,
  type NDArray,
  neg,
  reshape,
  roll,
  sin,
  slice,
  softplus,
  stack,
  sub,
  sum,
  tanh,
  transpose,
} from "@gradfold/core";
import { floats, noise } from "../bits.ts";
import { type Leaves, program, type Program, withGradient } from "./program.ts";

/** How often a chain repeats that uses its value more than once: two to the power of this is its number of paths. */
const rounds = 6;

const repeated = (x: NDArray, times: number, f: (x: NDArray, i: number) => NDArray): NDArray =>
  Array.from({ length: times }).reduce<NDArray>((y, _, i) => f(y, i), x);

const logistic = (x: NDArray): NDArray => repeated(x, rounds, (y) => mul(mul(3.9, y), sub(1, y)));

const residual = (x: NDArray): NDArray => repeated(x, rounds, (y) => add(y, mul(0.1, tanh(y))));

/** A chain that uses each value once. */
const line = (x: NDArray): NDArray => repeated(x, 40, (y, i) => (i % 2 === 0 ? tanh(add(y, 0.1)) : mul(1.5, sin(y))));

/** Each value is made of the two before it. */
const fibonacci = (x: NDArray): NDArray =>
  Array.from({ length: 2 * rounds }).reduce<readonly [NDArray, NDArray]>(
    ([a, b]) => [b, mul(0.6, add(a, b))],
    [x, x],
  )[1];

const ratios = (x: NDArray, y: NDArray): NDArray => repeated(x, rounds, (z) => div(softplus(add(z, y)), log1p(exp(z))));

/** Prefix sums on a circle: moves by 1, 2, 4, …, each added to what it moves. */
const doubling = (x: NDArray): NDArray => repeated(x, 4, (y, i) => add(y, roll(y, 2 ** i, 0)));

const heat = (x: NDArray): NDArray =>
  repeated(x, 3, (y) => add(y, mul(0.1, sub(add(roll(y, 1, -1), roll(y, -1, -1)), mul(2, y)))));

const waves = (x: NDArray): NDArray =>
  repeated(x, 2, (y) => mul(0.25, add(add(roll(y, 1, 0), roll(y, -1, 0)), add(roll(y, 1, 1), roll(y, -1, 1)))));

const halving = (x: NDArray): NDArray =>
  repeated(x, 4, (y) => add(slice(y, [[null, null, 2]]), mul(0.5, slice(y, [[1, null, 2]]))));

const turning = (x: NDArray): NDArray => repeated(x, 4, (y) => tanh(add(y, mul(0.5, transpose(y)))));

const reshaping = (x: NDArray): NDArray =>
  repeated(x, 6, (y, i) => exp(neg(reshape(y, i % 2 === 0 ? [4, 9] : [12, 3]))));

const casting = (x: NDArray, y: NDArray): NDArray =>
  repeated(cast(x, "float64"), 4, (z) => cast(add(cast(tanh(z), "float32"), cast(y, "float32")), "float64"));

export type Point = readonly [NDArray, NDArray, NDArray];

const lorenz = ([x, y, z]: Point): Point => [
  mul(10, sub(y, x)),
  sub(mul(x, sub(28, z)), y),
  sub(mul(x, y), mul(8 / 3, z)),
];

const moved = ([x, y, z]: Point, [u, v, w]: Point, by: number): Point => [
  add(x, mul(by, u)),
  add(y, mul(by, v)),
  add(z, mul(by, w)),
];

/** A step of the classical Runge-Kutta method. */
export const rungeKutta = (p: Point): Point => {
  const h = 0.01;
  const k1 = lorenz(p);
  const k2 = lorenz(moved(p, k1, h / 2));
  const k3 = lorenz(moved(p, k2, h / 2));
  const k4 = lorenz(moved(p, k3, h));
  return moved(moved(moved(moved(p, k1, h / 6), k2, h / 3), k3, h / 3), k4, h / 6);
};

const orbit = (x: NDArray, y: NDArray, z: NDArray): NDArray => stack(rungeKutta([x, y, z]));

const layers = (depth: number, units: number, dtype: "float32" | "float64" = "float32"): Leaves =>
  Array.from({ length: depth }, (_, i) => noise(i + 20, [units, units], dtype));

const net =
  (act: (x: NDArray) => NDArray) =>
  (x: NDArray, ...weights: Leaves): NDArray =>
    weights.reduce((h, w) => act(matmul(h, w)), x);

/** A sum of sums, added two by two. */
const tree = (xs: Leaves): NDArray => {
  const half = xs.length >> 1;
  const [x = array(0)] = xs;
  return xs.length <= 1 ? sum(mul(x, x)) : add(tree(xs.slice(0, half)), tree(xs.slice(half)));
};

const rowsOf = (x: NDArray): Leaves => Array.from({ length: x.shape[0] ?? 0 }, (_, i) => slice(x, [i]));

const accumulated = (x: NDArray): NDArray =>
  rowsOf(x)
    .map((row, i): NDArray => sum(mul(row, i + 1)))
    .reduce((a, b) => add(a, b));

/** Chains: of elements, of stencils, of moves, of steps, of layers and of sums. */
export const chains: readonly Program[] = [
  ...floats.flatMap((dtype) => {
    const x = noise(1, [10], dtype);
    const scalars: Point = [noise(2, [], dtype), noise(3, [], dtype), noise(4, [], dtype)];
    return [
      ...withGradient(`logistic map, ${dtype}`, [x], logistic),
      ...withGradient(`logistic map of one number, ${dtype}`, [scalars[0]], logistic),
      ...withGradient(`residual tanh, ${dtype}`, [x], residual),
      ...withGradient(`Fibonacci, ${dtype}`, [noise(1, [33], dtype)], fibonacci),
      ...withGradient(`Runge-Kutta of three numbers, ${dtype}`, scalars, orbit),
      ...withGradient(`heat on a circle, ${dtype}`, [noise(5, [3, 21], dtype)], heat),
      ...withGradient(`a sum of 24 sums as a tree, ${dtype}`, [noise(8, [24, 7], dtype)], (y) => tree(rowsOf(y))),
    ];
  }),
  program("Runge-Kutta of arrays", [noise(2, [19]), noise(3, [19]), noise(4, [19])], orbit),
  ...withGradient("a line of 80 operations", [noise(1, [70])], line),
  ...withGradient("ratios", [noise(1, [5, 9]), noise(2, [9])], ratios),
  ...withGradient("moves by powers of 2", [noise(1, [37])], doubling),
  ...withGradient("waves on a torus", [noise(1, [9, 12])], waves),
  ...withGradient("halving", [noise(1, [64])], halving),
  ...withGradient("transposes added", [noise(1, [11, 11], "float64")], turning),
  ...withGradient("reshapes", [noise(1, [6, 6])], reshaping),
  ...withGradient("casts", [noise(1, [17]), noise(2, [17], "float64")], casting),
  ...withGradient("a tanh net, 12 layers", [noise(1, [3, 8]), ...layers(12, 8)] as const, net(tanh)),
  ...withGradient("a tanh net, float64", [noise(1, [5, 6], "float64"), ...layers(4, 6, "float64")] as const, net(tanh)),
  ...withGradient("a gelu net", [noise(1, [2, 5]), ...layers(3, 5)] as const, net(gelu)),
  ...withGradient("a sum of 24 sums in turn", [noise(8, [24, 7])], accumulated),
];
