import { add, DTypeError, type Key, random, type Scalar, TreeError, zeros } from "@gradfold/core";
import { describe, isRecord, typed } from "@gradfold/core/library";
import { checkKey, checkParameters } from "./argument.ts";
import { evaluatedOf, evaluation, extraOf, reached } from "./evaluation.ts";
import { isScalar } from "./form.ts";
import { withKnown } from "./known.ts";
import { settings } from "./setting.ts";
import { type StepMetric, stepMetrics, withNamed } from "./step-metric.ts";
import { checkTransform, given } from "./transform/given.ts";
import type { For } from "./transform/static.ts";
import { applied, type Transform } from "./transform/transform.ts";

/** All that a training run carries from step to step. */
export interface TrainState<P, S> {
  /** The parameters, a tree of arrays. */
  readonly params: P;
  /** The optimizer's state. */
  readonly optimizer: For<P, S>;
  /** How many steps were taken. An array, so that a whole step can be traced. */
  readonly step: Scalar;
  /** For losses that draw random numbers. */
  readonly key?: Key;
}

/**
 * A transition of a run: pure, so that any part of the run can be computed again to the same bits.
 *
 * It may give a third result, what it knows already about the step behind it. A run gives it to that step as third argument
 * if the batch is the very same, which makes that step shorter and never other.
 */
export interface Step<State, Batch, M> {
  (state: State, batch: Batch, known?: unknown): readonly [state: State, metrics: M, known?: unknown];
  /** What a step is to know of its first state: with it loops of steps begin. Only steps have it that tell the next one. */
  readonly evaluate?: (state: State, batch: Batch) => unknown;
}

export interface Metrics {
  /** The loss before the step. */
  readonly loss: Scalar;
}

/** The loss, and what it gave beside it. */
export type MetricsOf<V> = V extends readonly [unknown, infer Aux] ? Metrics & Aux : Metrics;

export interface TrainStepOptions<N extends StepMetric = StepMetric> {
  /** What else a step measures, by name: `gradientNorm`, `stepLength`, `learningRate`; nothing by default. */
  readonly metrics?: readonly N[];
}

const read = settings<TrainStepOptions>({ metrics: stepMetrics([]) });

/**
 * The state at the start of a run.
 *
 * @param key - for losses that draw random numbers: each step gets a key of its own, made of this one and its number
 * @example
 * import { array, sgd, trainState } from "gradfold";
 * trainState(array([0.5, 0.75]), sgd(0.1)).step; // => float64 [] 0
 */
export const trainState = <P, S>(params: P, optimizer: Transform<S>, key?: Key): TrainState<P, S> => {
  const { init } = given("trainState", "the optimizer", optimizer);
  checkParameters("trainState", params);
  const state = { params, optimizer: init(params), step: zeros([]) };
  if (key === undefined) return state;
  checkKey("trainState", key);
  return { ...state, key };
};

const checkState = (state: unknown): void => {
  const step = isRecord(state) && state["params"] !== undefined ? state["step"] : undefined;
  if (isScalar(step)) return;
  const found = step === undefined ? describe(state) : `one whose step is ${describe(step)}`;
  throw new TreeError(
    `trainStep: a state of training is needed, as trainState(params, optimizer) makes it, not ${found}.`,
  );
};

type State = TrainState<unknown, unknown>;

type LossAndGrad = (params: unknown, batch: unknown, key?: Key) => unknown;

/**
 * The transition of a training run: gradients, the optimizer's updates, new parameters.
 *
 * A line search evaluates the loss where its step leads. Then the step gives `[loss, gradient]` there as third result, and the
 * next one takes it as third argument in the place of evaluating: a run does so by itself where the batch is the very same
 * and there is no key.
 *
 * @param lossAndGrad - `(params, batch, key) => [loss, gradient]`, as `valueAndGrad(loss)`; batch and key are optional.
 *   A loss that returns `[scalar, auxiliary]` makes metrics of the auxiliary record, of which none is called `loss`.
 * @param options - `metrics`: names of what else to measure. `gradientNorm` is the length of the gradient, before the step;
 *   `stepLength` how far the parameters moved; `learningRate` what the optimizer multiplied its direction by
 * @throws TreeError or ShapeError, in a step, when the loss is no scalar, the gradient has another form than the
 *   parameters, or the state is of another optimizer (in that one's name); DTypeError when an auxiliary metric is no scalar;
 *   DomainError for a metric of another name, or the learning rate of an optimizer that has none
 * @example
 * import { array, sgd, square, sum, trainState, trainStep, valueAndGrad } from "gradfold";
 * const optimizer = sgd(0.25);
 * const step = trainStep(valueAndGrad((p) => sum(square(p))), optimizer);
 * const [state, metrics] = step(trainState(array([1, 2]), optimizer));
 * [state.params, metrics.loss]; // => [ float64 [2] [0.5, 1. ], float64 [] 5 ]
 */
export const trainStep = typed<
  <P, S, V, Batch = void, const N extends StepMetric = never>(
    lossAndGrad: (params: P, batch: Batch, key: Key) => readonly [V, P],
    optimizer: Transform<S>,
    options?: TrainStepOptions<N>,
  ) => Step<TrainState<P, S>, Batch, MetricsOf<V> & { readonly [K in N]: Scalar }>
>((lossAndGrad: LossAndGrad, optimizer: Transform<unknown>, options?: TrainStepOptions) => {
  if (typeof lossAndGrad !== "function")
    throw new DTypeError(
      `trainStep: the first argument is a function, as valueAndGrad(loss), not ${describe(lossAndGrad)}.`,
    );
  checkTransform("trainStep", "the optimizer", optimizer);
  const { metrics: names } = read("trainStep", options);
  const evaluatedAt = ({ step, key }: State, batch: unknown, p: unknown) =>
    evaluation(key ? lossAndGrad(p, batch, random.foldIn(key, step)) : lossAndGrad(p, batch), p);
  const take = (state: State, batch: unknown, known?: unknown) => {
    checkState(state);
    const { params, step, key } = state;
    const at = (p: unknown) => evaluatedAt(state, batch, p);
    // With a key the loss is another one in each step.
    const here = known === undefined || key ? at(params) : reached(known, params);
    const extra = {
      ...extraOf(here),
      lossAndGrad: (p: unknown) => evaluatedOf(at(p)),
      wantsReached: key === undefined,
    };
    const given = optimizer.update(here.gradient, state.optimizer, params, extra);
    const [updates, next, toTell] = withKnown("trainStep", "update of the optimizer must give [updates, state]", given);
    const moved = applied("trainStep", "the updates of the optimizer", params, updates);
    const after = { params: moved, optimizer: next, step: add(step, 1) };
    const metrics = withNamed(names, here, { optimizer, before: state, after });
    if (key) return [{ ...after, key }, metrics];
    return toTell === undefined ? [after, metrics] : [after, metrics, toTell];
  };
  if (optimizer.reaches !== true) return take;
  return Object.assign(take, {
    evaluate: (state: State, batch: unknown) => evaluatedOf(evaluatedAt(state, batch, state.params)),
  });
});
