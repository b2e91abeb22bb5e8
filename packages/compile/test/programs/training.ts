import { add, array, matmul, mean, type NDArray, oneHot, relu, type Scalar, square, sub, tanh } from "@gradfold/core";
import { grad, hvp, valueAndGrad } from "@gradfold/autodiff";
import {
  adam,
  applyUpdates,
  loss,
  sgd,
  testFunction,
  type Transform,
  trainState,
  trainStep,
} from "../../../optim/src/index.ts";
import { bowl, everyOptimizer, extraOf } from "../../../optim/test/every-optimizer.ts";
import { noise } from "../bits.ts";
import { type Leaves, program, type Program } from "./program.ts";

/** How many steps of an optimizer are unrolled. */
const unrolled = 2;

/** Steps down a bowl, one after another. */
const descent =
  (optimizer: Transform<object>) =>
  (...start: Leaves): unknown =>
    Array.from({ length: unrolled }).reduce<{ readonly params: Leaves; readonly state: object }>(
      ({ params, state }) => {
        const extra = extraOf(bowl, params);
        const gradient = grad(bowl as (params: Leaves) => Scalar)(params);
        const [updates, next] = optimizer.update(gradient, state, params, extra);
        return { params: applyUpdates(params, updates), state: next };
      },
      { params: start, state: optimizer.init(start) },
    );

const optimizers = everyOptimizer.map(([name, make]) =>
  program(`${name}, unrolled`, [noise(1, [2, 3]), noise(2, [3])], descent(make(0.02))),
);

const { huber, l2Loss, logCosh, sigmoidBinaryCrossEntropy, sigmoidFocal, softmaxCrossEntropy } = loss;
const losses = Object.entries({ huber, l2Loss, logCosh, sigmoidBinaryCrossEntropy, sigmoidFocal, softmaxCrossEntropy });

const lossPrograms = losses.map(([name, f]) =>
  program(`loss ${name}, gradient`, [noise(1, [5, 4]), noise(2, [5, 4])], (x, y) =>
    valueAndGrad((z: NDArray) => mean((f as (p: NDArray, t: NDArray) => NDArray)(z, square(y))))(x),
  ),
);

const sizes = (...units: readonly number[]): Leaves =>
  units.slice(1).flatMap((n, i) => [noise(i + 10, [units[i] ?? 0, n]), noise(i + 30, [n])]);

const logits = (params: Leaves, x: NDArray, act: (x: NDArray) => NDArray): NDArray =>
  Array.from({ length: params.length / 2 }).reduce<NDArray>((h, _, i) => {
    const [w = array(0), b = array(0)] = params.slice(2 * i);
    return add(matmul(i === 0 ? h : act(h), w), b);
  }, x);

const lossOf =
  (act: (x: NDArray) => NDArray) =>
  (params: Leaves, x: NDArray, targets: NDArray): Scalar =>
    mean(softmaxCrossEntropy(logits(params, x, act), targets));

const labels = (rows: number, classes: number): NDArray =>
  oneHot(
    array(
      Array.from({ length: rows }, (_, i) => i % classes),
      { dtype: "int32" },
    ),
    classes,
    { dtype: "float32" },
  );

/** A step of Adam on a perceptron. */
const perceptron = (act: (x: NDArray) => NDArray, rows: number, ...units: readonly number[]) => {
  const [params, x, y] = [sizes(...units), noise(5, [rows, units[0] ?? 0]), labels(rows, units.at(-1) ?? 0)];
  const optimizer = adam(1e-3);
  const step = trainStep(
    valueAndGrad((p: Leaves, [a, b]: readonly [NDArray, NDArray]) => lossOf(act)(p, a, b)),
    optimizer,
  );
  return (name: string) =>
    program(name, [x, y, ...params] as const, (a, b, ...p) => step(trainState(p, optimizer), [a, b]));
};

const regression = program(
  "a line fitted by a step",
  [noise(1, [100, 2]), noise(2, [100]), noise(3, [2])],
  (x, y, w) => {
    const optimizer = sgd(0.1, { momentum: 0.9 });
    const step = trainStep(
      valueAndGrad((a: NDArray) => mean(square(sub(matmul(x, a), y)))),
      optimizer,
    );
    return step(trainState(w, optimizer), undefined);
  },
);

const params = sizes(2, 9, 3);

/** What `packages/optim` is made for: steps of optimizers, losses and their derivatives. */
export const training: readonly Program[] = [
  ...optimizers,
  ...lossPrograms,
  perceptron(tanh, 16, 2, 9, 9, 3)("a perceptron of tanh, a step of Adam"),
  perceptron(relu, 33, 20, 17, 5)("a perceptron of relu, a step of Adam"),
  regression,
  program("a Hessian times a vector", [noise(1, [8, 2]), labels(8, 3), ...params] as const, (x, y, ...p) =>
    hvp((q: Leaves) => lossOf(tanh)(q, x, y))(p, params),
  ),
  program("Rosenbrock's function, gradient", [noise(1, [2], "float64")], (x) =>
    valueAndGrad((y: NDArray) => testFunction.rosenbrock(y))(x),
  ),
];
