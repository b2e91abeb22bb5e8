import { cast, DTypeError, type Scalar, ShapeError, tree, TreeError } from "@gradfold/core";
import { describe, isList, isNDArray, isRecord } from "@gradfold/core/transform";
import { checkParameters, checkTree } from "./argument.ts";
import { checkPair, reasonOf } from "./callback.ts";
import { alike, clashOfShapes, formOf, isScalar, sameShapes } from "./form.ts";
import { checkMetric } from "./trajectory/step.ts";
import type { TrainState } from "./train.ts";
import type { Transform } from "./transform/transform.ts";
import { byName } from "./value.ts";

/*
 * What a training step is given and what comes back from the loss are looked at here, under its name.
 */

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

/** A gradient in the dtypes of the parameters. */
const gradientLike = (gradient: unknown, params: unknown): unknown => {
  if (alike(gradient, params)) return gradient;
  checkTree(op, "the gradient", gradient);
  if (sameShapes(gradient, params)) return tree.map((g, p) => cast(g, p.dtype), gradient, params);
  throw new TreeError(
    `${op}: the gradient has another form than the parameters, at ${clashOfShapes(gradient, params)}.`,
  );
};

/** What `lossAndGrad` gave at some parameters, looked at. */
export const evaluation = (given: unknown, params: unknown): Evaluation => {
  checkPair(op, "the function must give [loss, gradient], as valueAndGrad(loss) does", given);
  const [value, gradient] = given;
  if (!isList(value)) {
    checkLoss(value);
    return { loss: value, metrics: { loss: value }, gradient: gradientLike(gradient, params) };
  }
  checkPair(op, "the loss must be a scalar, or [scalar, metrics]", value);
  const [loss, auxiliary] = value;
  checkLoss(loss);
  return { loss, metrics: metricsOf(loss, auxiliary), gradient: gradientLike(gradient, params) };
};

/** Throws unless something is an optimizer. */
export const checkOptimizer = (name: string, x: unknown): void => {
  const { init, update } = isRecord(x) ? x : {};
  if (typeof init !== "function" || typeof update !== "function")
    throw new DTypeError(`${name}: an optimizer is needed, as sgd(0.1) makes it, not ${describe(x)}.`);
};

type State = TrainState<unknown, unknown>;

/** Throws unless a state is one of training; whether it is the optimizer's is told by the form of a fresh one. */
export const checkerOf = (optimizer: Transform<unknown>): ((state: State) => void) => {
  let known: { readonly params: unknown; readonly state: unknown } | undefined;
  return (given) => {
    const { params, optimizer: state, step } = isRecord(given) ? (given as Partial<State>) : {};
    if (params === undefined || !isScalar(step))
      throw new TreeError(
        `${op}: a state of training is needed, as trainState(params, optimizer) makes it, not ${describe(given)}.`,
      );
    if (known === undefined || !alike(params, known.params)) {
      checkParameters(op, params);
      const form = formOf(params);
      known = { params: form, state: formOf(optimizer.init(form)) };
    }
    if (sameShapes(state, known.state)) return;
    checkTree(op, "the optimizer's state", state);
    throw new TreeError(
      `${op}: the state is that of another optimizer, or of other parameters: at ${clashOfShapes(state, known.state)}. Begin with trainState(params, optimizer).`,
    );
  };
};
