import {
  abs,
  add,
  array,
  cast,
  div,
  exp,
  greater,
  less,
  matmul,
  mean,
  mul,
  type NDArray,
  neg,
  type Scalar,
  sign,
  sin,
  slice,
  square,
  stack,
  sub,
  sum,
  take,
  tanh,
} from "@gradfold/core";
import {
  checkpoint,
  cond,
  customJvp,
  customRoot,
  customVjp,
  foriLoop,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jvp,
  scan,
  vmap,
  whileLoop,
} from "@gradfold/autodiff";
import { noise } from "../bits.ts";
import { type Leaves, program, type Program, withGradient } from "./program.ts";

const rows = noise(1, [7, 5]);

/** A recurrent cell over the rows. */
const recurrent = (xs: NDArray, h: NDArray, w: NDArray): NDArray =>
  scan((c: NDArray, x: NDArray) => [tanh(add(matmul(c, w), x)), sum(c)], h, xs)[0];

const running = (xs: NDArray): NDArray =>
  scan((c: NDArray, x: NDArray) => [add(mul(0.9, c), x), mul(c, x)], slice(xs, [0]), xs)[1];

const power = (x: NDArray): NDArray => foriLoop(0, 6, (_, y) => mul(mul(y, 0.5), add(x, y)), x);

const nested = (x: NDArray): NDArray =>
  foriLoop(0, 3, (i, y) => foriLoop(0, 4, (j, z) => sin(add(z, mul(cast(i, "float32"), cast(j, "float32")))), y), x);

const root = (x: NDArray): NDArray =>
  whileLoop(
    (y: NDArray) => less(1e-3, sum(sub(mul(y, y), x))),
    (y: NDArray) => mul(0.5, add(y, div(x, y))),
    add(x, 1),
  );

const chosen = (x: NDArray, y: NDArray): NDArray =>
  cond(
    less(sum(x), 0),
    (a: NDArray, b: NDArray) => mul(neg(tanh(a)), b),
    (a: NDArray, b: NDArray) => add(square(a), b),
    x,
    y,
  );

const each = (x: NDArray): NDArray =>
  scan(
    (c: NDArray, row: NDArray) => {
      const next = cond(
        less(sum(row), 0),
        (a: NDArray) => mul(0.5, a),
        (a: NDArray) => tanh(a),
        add(c, row),
      );
      return [next, sum(next)];
    },
    slice(x, [0]),
    x,
  )[0];

const kept = (x: NDArray): NDArray => {
  const layer = checkpoint((y: NDArray) => exp(neg(square(y))));
  return layer(layer(x));
};

const straight = customVjp((x: NDArray) => sign(x), { forward: (x) => [sign(x), null], backward: (_, t) => [t] });

const steep = customJvp(
  (x: NDArray) => exp(x),
  ([x], [t]) => [exp(x), mul(t, 5)],
);

/** √a for each a, with the derivatives of x² - a = 0. */
const solved = (a: NDArray<[3]>): NDArray =>
  vmap(
    (each: Scalar) =>
      customRoot((x: Scalar) => sub(square(x), each), array(1), {
        solve: (f, start) => [
          whileLoop(
            (x) => greater(abs(f(x)), 1e-12),
            (x) => sub(x, div(f(x), mul(2, x))),
            start,
          ),
          null,
        ],
      })[0],
  )(a);

const energy = (x: NDArray): Scalar => sum(mul(square(x), tanh(x)));

/** How many parts a program has that takes an array apart. */
const parts = 300;

const unstacked = (x: NDArray): Leaves => Array.from({ length: x.shape[0] ?? 0 }, (_, i) => slice(x, [i]));

const whole = (values: readonly number[]): NDArray => array([...values], { dtype: "int32" });

/** Control flow, functions with rules of their own, and transforms. */
export const control: readonly Program[] = [
  ...withGradient("a recurrent cell", [rows, noise(2, [5]), noise(3, [5, 5])], recurrent),
  ...withGradient("a recurrent cell of a batch", [noise(1, [4, 3, 5]), noise(2, [3, 5]), noise(3, [5, 5])], recurrent),
  ...withGradient("running means", [noise(1, [9, 6], "float64")], running),
  ...withGradient("running means of numbers", [noise(1, [50])], running),
  ...withGradient("a loop of numbers", [noise(1, [])], power),
  ...withGradient("a loop of arrays", [noise(1, [12], "float64")], power),
  ...withGradient("a loop in a loop", [noise(1, [5])], nested),
  ...withGradient("a choice", [noise(1, [6]), noise(2, [6])], chosen),
  ...withGradient("a choice in a loop", [rows], each),
  ...withGradient("what is computed again", [rows], kept),
  ...withGradient("a rule for the way back", [rows], (x) => straight(mul(2, x))),
  ...withGradient("a rule for tangents", [rows], (x) => steep(mul(0.1, x))),
  ...withGradient("a root and its derivative", [array([2, 3, 50])], solved),
  program("a root by Newton", [array(7)], root),
  program("a root by Newton, tangent", [array(7), array(1)], (x, t) => jvp(root, [x], [t])),
  program("roots by Newton, each to its own end", [array([2, 3, 50])], (x) => vmap(root)(x)),
  program("a choice for each row", [rows, noise(2, [7, 5])], (x, y) => vmap(chosen)(x, y)),
  program("a loop for each row, gradient", [rows], (x) => vmap(grad((y: NDArray) => sum(power(y))))(x)),
  program("a recurrent cell for each, gradient", [noise(1, [2, 7, 5]), noise(3, [5, 5])], (xs, w) =>
    vmap(
      grad((x: NDArray) => mean(square(recurrent(x, slice(x, [0]), w)))),
      { inAxes: [0] },
    )(xs),
  ),
  program("a Jacobian by columns", [noise(1, [5])], (x) => jacfwd((y: NDArray) => mul(y, sum(tanh(y))))(x)),
  program("a Jacobian by rows", [noise(1, [5])], (x) => jacrev((y: NDArray) => mul(y, sum(tanh(y))))(x)),
  program("a Hessian", [noise(1, [4], "float64")], (x) => hessian(energy)(x)),
  program("a third derivative", [noise(1, [3])], (x) =>
    grad((y: NDArray) => sum(grad((z: NDArray) => sum(grad(energy)(z)))(y)))(x),
  ),
  program("rows at places, in a loop", [rows, whole([3, 0, 6, 3])], (x, places) =>
    scan((c: NDArray, i: NDArray) => [add(c, take(x, i)), i], slice(x, [0]), places),
  ),
  program("results of parts", [noise(1, [parts])], (x) => unstacked(x).flatMap((y) => [mul(y, 2), sin(y)])),
  program("parts put together", [noise(1, [parts, 2])], (x) => stack(unstacked(x).toReversed())),
];
