import { DTypeError, type Scalar, ShapeError, TreeError } from "@gradfold/core";
import { describe, isList, isNDArray, isRecord, pairOf, reasonOf } from "@gradfold/core/library";
import { isScalar } from "./form.ts";
import { checkMetric } from "./trajectory/step.ts";
import type { Evaluated, Extra } from "./transform/transform.ts";
import { received } from "./transform/updates.ts";
import { byName } from "./value.ts";

/* What comes back from the loss is looked at under the name of the training step. */

const op = "trainStep";

/** What a loss and its gradient gave at some parameters. */
export interface Evaluation {
  readonly loss: Scalar;
  /** What the loss gave beside it; undefined for nothing. */
  readonly auxiliary: unknown;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly gradient: unknown;
}

const checkLoss: (loss: unknown) => asserts loss is Scalar = (loss) => {
  if (isScalar(loss)) return;
  if (isNDArray(loss)) throw new ShapeError(`${op}: the loss must be a scalar, not ${describe(loss)}. Take its mean.`);
  throw new DTypeError(`${op}: the loss must be a scalar, not ${describe(loss)}.${reasonOf(loss)}`);
};

/** The loss, and what it gave beside it. */
const metricsOf = (loss: Scalar, auxiliary: unknown): Evaluation["metrics"] => {
  if (!isRecord(auxiliary))
    throw new DTypeError(
      `${op}: what the loss gives beside it must be a record of metrics, not ${describe(auxiliary)}.`,
    );
  const entries = Object.entries(auxiliary);
  for (const [name, value] of entries) checkMetric(op, name, value);
  if (Object.hasOwn(auxiliary, "loss"))
    throw new TreeError(`${op}: the loss is the metric loss, so that nothing beside it can have this name. Rename it.`);
  return byName([["loss", loss], ...entries]);
};

/** What `lossAndGrad` gave at some parameters, looked at; the gradient has their dtypes. */
export const evaluation = (given: unknown, params: unknown): Evaluation => {
  const rule = "the function must give [loss, gradient], as valueAndGrad(loss) does";
  const [value, gradient] = pairOf(op, rule, given);
  const [loss, auxiliary] = isList(value)
    ? pairOf(op, "the loss must be a scalar, or [scalar, metrics]", value)
    : [value];
  return made(loss, gradient, auxiliary, params);
};

const made = (loss: unknown, gradient: unknown, auxiliary: unknown, params: unknown): Evaluation => {
  checkLoss(loss);
  return {
    loss,
    auxiliary,
    metrics: auxiliary === undefined ? { loss } : metricsOf(loss, auxiliary),
    gradient: received(op, "the gradient", gradient, params),
  };
};

/** As a transform sees an evaluation. */
export const evaluatedOf = ({ loss, gradient, auxiliary }: Evaluation): Evaluated<unknown> =>
  auxiliary === undefined ? [loss, gradient] : [loss, gradient, auxiliary];

/** What a transform is told of the parameters at which it starts. */
export const extraOf = ({ loss, gradient, auxiliary }: Evaluation): Extra<unknown> =>
  auxiliary === undefined ? { value: loss, gradient } : { value: loss, gradient, beside: auxiliary };

/** What the step before knows of these parameters, as {@link evaluatedOf} gave it to the transform. */
export const reached = (known: unknown, params: unknown): Evaluation => {
  if (isList(known) && (known.length === 2 || known.length === 3)) return made(known[0], known[1], known[2], params);
  throw new TreeError(
    `${op}: the third argument is the third result of the step before, [loss, gradient], not ${describe(known)}.`,
  );
};
