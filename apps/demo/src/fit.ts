import { type Key, random, type Scalar, type Vector } from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import {
  batches,
  type Inputs,
  type Metrics,
  repeat,
  type ScaleState,
  sgd,
  type TraceState,
  type Trajectory,
  trajectory,
  type TrainState,
  trainState,
  trainStep,
} from "@gradfold/optim";
import type { Settings } from "./option.ts";
import { type Data, loss, n, type Problem } from "./problem.ts";

export type State = TrainState<Vector<2>, readonly [TraceState, ScaleState]>;
export type Run = Trajectory<State, Metrics>;

/** All rows at every step, or shuffled mini-batches for as many epochs as the steps need. */
const inputsOf = (key: Key, data: Data, { steps, batchSize }: Settings): Inputs<Data> => {
  if (batchSize === n) return repeat(data, steps);
  const epochs = Math.ceil(steps / Math.ceil(n / batchSize));
  return { ...batches(key, data, { size: batchSize, epochs }), length: steps };
};

/** The blog's descent, folded into a trajectory. */
export const fit = ({ a, data }: Problem, settings: Settings): Run => {
  const optimizer = sgd(settings.learningRate, { momentum: settings.optimizer === "momentum" ? 0.9 : 0 });
  const inputs = inputsOf(random.foldIn(random.key(settings.seed), 1), data, settings);
  return trajectory.fold(trainStep(valueAndGrad(loss), optimizer), trainState(a, optimizer), inputs);
};

/** The loss of every state on all the data. */
export const lossesOf = (run: Run, data: Data): Float64Array =>
  trajectory.evaluate(run, ({ params }): Scalar => loss(params, data));
