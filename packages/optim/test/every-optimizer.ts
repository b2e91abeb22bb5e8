import { valueAndGrad } from "@gradfold/autodiff";
import { add, type NDArray, type Scalar, square, sum, tree } from "@gradfold/core";
import { chain, type Extra, type Rate, type Transform } from "../src/index.ts";
import * as optimizers from "../src/optimizer/index.ts";

type Make = (rate: Rate, options?: object) => Transform<unknown>;

const { sgd } = optimizers;

/** Those that are not made of a learning rate. */
const others: Readonly<Record<string, Make>> = {
  lbfgs: () => optimizers.lbfgs(),
  newton: () => optimizers.newton(),
  polyakSgd: () => optimizers.polyakSgd({ maxLearningRate: 0.02 }),
  reduceOnPlateau: (rate) => chain(sgd(rate), optimizers.reduceOnPlateau()),
  sam: (rate) => optimizers.sam(sgd(rate)),
  scheduleFree: (rate) => optimizers.scheduleFree(sgd(rate), { learningRate: rate }),
};

/** Every optimizer that the package has, by its learning rate; and some settings of one. */
export const everyOptimizer: readonly (readonly [name: string, make: Make])[] = [
  ...Object.entries(optimizers as unknown as Readonly<Record<string, Make>>).map(
    ([name, make]) => [name, others[name] ?? make] as const,
  ),
  ["sgd with momentum", (rate) => sgd(rate, { momentum: 0.9 })],
  ["sgd with Nesterov's look-ahead", (rate) => sgd(rate, { momentum: 0.9, nesterov: true })],
  ["sgd with dampening and a penalty", (rate) => sgd(rate, { momentum: 0.9, dampening: 0.5, weightDecay: 1e-3 })],
  ["rmsprop, centered, with momentum", (rate) => optimizers.rmsprop(rate, { centered: true, momentum: 0.5 })],
  [
    "adafactor of factors, with momentum",
    (rate) => optimizers.adafactor(rate, { minDimSizeToFactor: 2, momentum: 0.5 }),
  ],
  ["nadam as PyTorch's", (rate) => optimizers.nadam(rate, { convention: "torch" })],
  ["radam as PyTorch's", (rate) => optimizers.radam(rate, { convention: "torch" })],
  ["adagrad as PyTorch's", (rate) => optimizers.adagrad(rate, { convention: "torch", lrDecay: 0.1 })],
];

/** ½ Σ c x² over all numbers of a tree. */
export const bowl = (params: unknown): Scalar =>
  tree.leaves(params).reduce<Scalar>((total, leaf) => add<Scalar, NDArray>(total, sum(square(leaf))) as Scalar, zero);

const zero: Scalar = sum(square(0));

/** What `trainStep` gives beside the gradient. */
export const extraOf = <P>(loss: (params: P) => Scalar, params: P): Extra<P> => {
  const lossAndGrad = valueAndGrad(loss) as (params: P) => readonly [Scalar, P];
  return { lossAndGrad, value: lossAndGrad(params)[0] };
};

/** Some steps downhill. */
export const descend = <P>(
  optimizer: Transform<unknown>,
  loss: (params: P) => Scalar,
  start: P,
  steps: number,
  apply: (params: P, updates: P) => P,
): P => {
  let [params, state] = [start, optimizer.init(start)];
  for (let i = 0; i < steps; i++) {
    const extra = extraOf(loss, params);
    const gradient = extra.lossAndGrad?.(params)[1] ?? params;
    const [updates, next] = optimizer.update(gradient, state, params, extra);
    [params, state] = [apply(params, updates), next];
  }
  return params;
};
