import { DTypeError, type Scalar, ShapeError, TreeError } from "@gradfold/core";
import { describe, isList, isNDArray, isRecord, pairOf, reasonOf } from "@gradfold/core/library";
import { isScalar } from "./form.ts";
import { checkMetric } from "./trajectory/step.ts";
import { received } from "./transform/updates.ts";
import { byName } from "./value.ts";

/* What comes back from the loss is looked at under the name of the training step. */

const op = "trainStep";

/** What a loss and its gradient gave at some parameters. */
interface Evaluation {
  readonly loss: Scalar;
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
  checkLoss(loss);
  return {
    loss,
    metrics: isList(value) ? metricsOf(loss, auxiliary) : { loss },
    gradient: received(op, "the gradient", gradient, params),
  };
};
