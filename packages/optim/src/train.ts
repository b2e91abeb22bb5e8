import { add, DTypeError, type Key, random, type Scalar, TreeError, zeros } from "@gradfold/core";
import { describe, isRecord, pairOf, typed } from "@gradfold/core/library";
import { checkKey, checkParameters } from "./argument.ts";
import { evaluation } from "./evaluation.ts";
import { isScalar } from "./form.ts";
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

/** A transition of a run: pure, so that any part of the run can be computed again to the same bits. */
export interface Step<State, Batch, M> {
  (state: State, batch: Batch): readonly [state: State, metrics: M];
}

export interface Metrics {
  /** The loss before the step. */
  readonly loss: Scalar;
}

/** The loss, and what it gave beside it. */
export type MetricsOf<V> = V extends readonly [unknown, infer Aux] ? Metrics & Aux : Metrics;

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

type LossAndGrad = (params: unknown, batch: unknown, key?: Key) => unknown;

/**
 * The transition of a training run: gradients, the optimizer's updates, new parameters.
 *
 * @param lossAndGrad - `(params, batch, key) => [loss, gradient]`, as `valueAndGrad(loss)`; batch and key are optional.
 *   A loss that returns `[scalar, auxiliary]` makes metrics of the auxiliary record, of which none is called `loss`.
 * @throws TreeError or ShapeError, in a step, when the loss is no scalar, the gradient has another form than the
 *   parameters, or the state is of another optimizer (in that one's name); DTypeError when an auxiliary metric is no scalar
 * @example
 * import { array, sgd, square, sum, trainState, trainStep, valueAndGrad } from "gradfold";
 * const optimizer = sgd(0.25);
 * const step = trainStep(valueAndGrad((p) => sum(square(p))), optimizer);
 * const [state, metrics] = step(trainState(array([1, 2]), optimizer));
 * [state.params, metrics.loss]; // => [ float64 [2] [0.5, 1. ], float64 [] 5 ]
 */
export const trainStep = typed<
  <P, S, V, Batch = void>(
    lossAndGrad: (params: P, batch: Batch, key: Key) => readonly [V, P],
    optimizer: Transform<S>,
  ) => Step<TrainState<P, S>, Batch, MetricsOf<V>>
>((lossAndGrad: LossAndGrad, optimizer: Transform<unknown>) => {
  if (typeof lossAndGrad !== "function")
    throw new DTypeError(
      `trainStep: the first argument is a function, as valueAndGrad(loss), not ${describe(lossAndGrad)}.`,
    );
  checkTransform("trainStep", "the optimizer", optimizer);
  return (state: TrainState<unknown, unknown>, batch: unknown) => {
    checkState(state);
    const { params, step, key } = state;
    const own = key && random.foldIn(key, step);
    const at = (p: unknown) => evaluation(own ? lossAndGrad(p, batch, own) : lossAndGrad(p, batch), p);
    const { loss, metrics, gradient } = at(params);
    const again = (p: unknown): readonly [Scalar, unknown] => {
      const other = at(p);
      return [other.loss, other.gradient];
    };
    const extra = { value: loss, lossAndGrad: again };
    const result = optimizer.update(gradient, state.optimizer, params, extra);
    const [updates, next] = pairOf("trainStep", "update of the optimizer must give [updates, state]", result);
    const moved = applied("trainStep", "the updates of the optimizer", params, updates);
    const after = { params: moved, optimizer: next, step: add(step, 1) };
    return [key ? { ...after, key } : after, metrics];
  };
});
