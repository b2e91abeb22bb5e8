import { cond } from "@gradfold/autodiff";
import { array, cast, DTypeError, equal, type NDArray, remainder, type Scalar, TreeError } from "@gradfold/core";
import { describe, isFloat, isNDArray, isRecord, optionsOf, reasonOf, typed } from "@gradfold/core/library";
import { isScalar } from "./form.ts";
import { withKnown } from "./known.ts";
import { check, count } from "./setting.ts";
import type { Step } from "./train.ts";
import { checkMetric } from "./trajectory/step.ts";
import { byName } from "./value.ts";

export interface ValidationOptions<State, V> {
  /** Steps from one evaluation to the next. */
  readonly every: number;
  /** What to evaluate of a state, as a record of numbers or scalar arrays. */
  readonly metrics: (state: State) => V;
}

type Found = Readonly<Record<string, NDArray>>;
type AnyMetrics = Readonly<Record<string, unknown>>;

const op = "withValidation";

const checkRecord: (what: string, given: unknown) => asserts given is AnyMetrics = (what, given) => {
  if (!isRecord(given))
    throw new TreeError(`${op}: ${what} must be a record, as { loss }, not ${describe(given)}.${reasonOf(given)}`);
};

/** What was evaluated, as floats: in the other rows stands NaN. */
const floatsOf = (given: unknown): Found => {
  checkRecord("what metrics gives", given);
  return byName(
    Object.entries(given).map(([name, value]) => {
      checkMetric(op, name, value);
      const x = isNDArray(value) ? value : array(value);
      return [name, isFloat(x.dtype) ? x : cast(x, "float64")];
    }),
  );
};

const gapsOf = (found: Found): Found =>
  byName(Object.entries(found).map(([name, { dtype }]) => [name, array(NaN, { dtype })]));

/**
 * Evaluates metrics, or leaves gaps where they are not due. The names and dtypes of gaps are those of what is evaluated
 * beside them in a transform, or was before; else a first evaluation tells them, which also serves metrics that look at
 * values, and so cannot be traced.
 */
const evaluating = (metrics: (state: unknown) => unknown): ((due: NDArray<[]>, state: unknown) => Found) => {
  let known: Found | undefined;
  return (due, state) => {
    let beside: Found | undefined;
    const evaluated = (at: unknown): Found => {
      const found = floatsOf(metrics(at));
      beside = gapsOf(found);
      known ??= beside;
      return found;
    };
    const gaps = (at: unknown): Found => beside ?? known ?? gapsOf(evaluated(at));
    return cond(due, evaluated, gaps, state);
  };
};

const stepOf = (state: unknown): Scalar | number => {
  const step = isRecord(state) ? state["step"] : undefined;
  if (isScalar(step)) return step;
  throw new TreeError(
    `${op}: the state must be a record with its number of steps as a scalar, step, as trainState makes it, not ${describe(state)}.`,
  );
};

const joined = (own: AnyMetrics, found: Found): AnyMetrics => {
  const clash = Object.keys(found).find((name) => Object.hasOwn(own, name));
  if (clash === undefined) return byName([...Object.entries(own), ...Object.entries(found)]);
  throw new TreeError(
    `${op}: the step has a metric ${clash} already. Give that of the validation another name, as validation_${clash}.`,
  );
};

/**
 * A step whose metrics have beside its own those of its state every few steps, as the loss on validation data; in the other
 * rows they are NaN. They are about the state before the step, as the loss is. In a compiled loop they are computed only
 * where they are due.
 *
 * @param step - of states with their number of steps, `step`, as those of `trainState`
 * @param options - `every`: metrics are evaluated where `state.step` is a multiple of it; `metrics`: `(state) => record` of
 *   numbers or scalar arrays, pure; what is no float becomes float64
 * @throws DomainError when `every` is not a whole number from 1 on; TreeError, in a step, when a state has no `step`, or a
 *   metric has the name of one of the step's own; DTypeError when a metric is no number
 * @example
 * import {
 *   array,
 *   sgd,
 *   square,
 *   steps,
 *   sub,
 *   sum,
 *   trainState,
 *   trainStep,
 *   trajectory,
 *   valueAndGrad,
 *   withValidation,
 * } from "gradfold";
 * const optimizer = sgd(0.25);
 * const step = withValidation(trainStep(valueAndGrad((p) => sum(square(p))), optimizer), {
 *   every: 2,
 *   metrics: ({ params }) => ({ validationLoss: sum(square(sub(params, 1))) }),
 * });
 * const run = trajectory.fold(step, trainState(array([2]), optimizer), steps(4));
 * run.metrics.loss; // => [ 4, 1, 0.25, 0.0625 ]
 * run.metrics.validationLoss; // => [ 1, NaN, 0.25, NaN ]
 * trajectory.watch(run, trajectory.bestSoFar(), "validationLoss").step; // => 2
 */
export const withValidation = typed<
  <
    State extends { readonly step: Scalar | number },
    Batch,
    M extends Readonly<Record<keyof M, unknown>>,
    V extends Readonly<Record<keyof V, Scalar | number>>,
  >(
    step: Step<State, Batch, M>,
    options: ValidationOptions<NoInfer<State>, V>,
  ) => Step<State, Batch, M & { readonly [K in keyof V]: Scalar }>
>(
  (
    step: Step<unknown, unknown, unknown>,
    options: ValidationOptions<unknown, unknown>,
  ): Step<unknown, unknown, AnyMetrics> => {
    const { every, metrics } = optionsOf(op, options, {}, ["every", "metrics"]);
    if (typeof step !== "function")
      throw new DTypeError(`${op}: the first argument is a step, as trainStep makes it, not ${describe(step)}.`);
    check(op, "every", count(), every);
    if (typeof metrics !== "function")
      throw new DTypeError(
        `${op}: metrics must be a function (state) => ({ name: number }), not ${describe(metrics)}.`,
      );
    const evaluate = evaluating(metrics);
    const validated: Step<unknown, unknown, AnyMetrics> = (state, batch, known) => {
      const due = equal(remainder(stepOf(state), every), 0);
      const given = known === undefined ? step(state, batch) : step(state, batch, known);
      const [next, own, toTell] = withKnown(op, "the step must give [state, metrics]", given);
      checkRecord("the metrics of the step", own);
      const metrics = joined(own, evaluate(due, state));
      return toTell === undefined ? [next, metrics] : [next, metrics, toTell];
    };
    return step.evaluate === undefined ? validated : Object.assign(validated, { evaluate: step.evaluate });
  },
);
