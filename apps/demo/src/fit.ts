import { type Key, random, type Scalar, type Vector } from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import {
  batches,
  type Inputs,
  type Metrics,
  type ScaleState,
  sgd,
  sliceInputs,
  type Step,
  steps,
  type TraceState,
  trainState,
  type TrainState,
  trainStep,
  type Trajectory,
  trajectory,
} from "@gradfold/optim";
import type { Made } from "./option.ts";
import { type Data, loss, n, type Problem } from "./problem.ts";

export type State = TrainState<Vector<2>, readonly [TraceState, ScaleState]>;
export type Run = Trajectory<State, Metrics, Data>;

/** What a descent is made of. */
export interface Descent {
  readonly step: Step<State, Data, Metrics>;
  readonly start: State;
  readonly inputs: Inputs<Data>;
}

/** All rows at every step, or shuffled mini-batches for as many epochs as the steps need. */
const inputsOf = (key: Key, data: Data, { steps: count, batchSize }: Made): Inputs<Data> => {
  if (batchSize === n) return steps(count, data);
  const epochs = Math.ceil(count / Math.ceil(n / batchSize));
  return sliceInputs(batches(key, data, { size: batchSize, epochs }), 0, count);
};

/** The blog's descent. */
export const descentOf = ({ a, data }: Problem, settings: Made): Descent => {
  const optimizer = sgd(settings.learningRate, { momentum: settings.optimizer === "momentum" ? 0.9 : 0 });
  return {
    step: trainStep(valueAndGrad(loss), optimizer),
    start: trainState(a, optimizer),
    inputs: inputsOf(random.foldIn(random.key(settings.seed), 1), data, settings),
  };
};

/** The descent, folded into a trajectory. */
export const fit = (problem: Problem, settings: Made): Run => {
  const { step, start, inputs } = descentOf(problem, settings);
  return trajectory.fold(step, start, inputs);
};

/** The loss of every state on all the data. */
export const lossesOf = (run: Run, data: Data): readonly number[] =>
  trajectory.evaluate(run, ({ params }): Scalar => loss(params, data));
