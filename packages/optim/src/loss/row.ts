import {
  div,
  equal,
  exp,
  log,
  logSoftmax,
  maximum,
  mul,
  neg,
  norm,
  type NDArray,
  sub,
  sum,
  where,
} from "@gradfold/core";
import { flag, fromZero } from "../setting.ts";
import { rowLoss, weighted } from "./loss.ts";

/**
 * -Σ target log softmax(logits) over the last axis, for targets that are probabilities; 0 · -Infinity counts as 0.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss } from "gradfold";
 * loss.softmaxCrossEntropy(array([[0, 0], [1e3, 0]]), array([[0.5, 0.5], [1, 0]])); // => float64 [2] [ 0.69314718, -0. ]
 */
export const softmaxCrossEntropy = rowLoss(
  "loss.softmaxCrossEntropy",
  (logits, targets) => neg(sum(weighted(targets, logSoftmax(logits)), -1)),
  {},
);

export interface KlDivergenceOptions {
  /** Whether the targets are logarithms of probabilities too. */
  readonly logTargets?: boolean;
}

/**
 * Σ target (log target - log prediction) over the last axis, for predictions that are logarithms of probabilities;
 * 0 log 0 counts as 0.
 *
 * S. Kullback, R. A. Leibler, "On information and sufficiency", 1951. Its mean is PyTorch's `batchmean`.
 *
 * @param options - `logTargets`: whether the targets are logarithms as well (false)
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, log, loss } from "gradfold";
 * loss.klDivergence(log(array([[0.5, 0.5]])), array([[1, 0]])); // => float64 [1] [0.69314718]
 */
export const klDivergence = rowLoss<"loss.klDivergence", KlDivergenceOptions>(
  "loss.klDivergence",
  (logPredictions, targets, { logTargets }) => {
    const weight = logTargets ? exp(targets) : targets;
    const isZero = equal(weight, 0);
    const logs = logTargets ? where(isZero, 0, targets) : log(where(isZero, 1, targets));
    // Where the target is 0, so is the term, whatever the prediction is.
    return sum(mul(weight, sub(logs, where(isZero, 0, logPredictions))), -1);
  },
  { logTargets: flag(false) },
);

/** What keeps a norm away from 0. */
export interface CosineOptions {
  /** The least that a norm counts as; 0 by default. */
  readonly epsilon?: number;
}

const cosineSettings = { epsilon: fromZero(0) };

const cosine = (a: NDArray, b: NDArray, epsilon: number): NDArray => {
  const scaled = (x: NDArray): NDArray => {
    const length = norm(x, -1, { keepDims: true });
    return div(x, epsilon === 0 ? length : maximum(length, epsilon));
  };
  return sum(mul(scaled(a), scaled(b)), -1);
};

/**
 * The cosine of the angle between rows along the last axis: 1 for one direction, 0 for a right angle, -1 for the opposite.
 * NaN where a row is all zeros, unless an `epsilon` is the least length. Optax, up to 0.2.8, takes its `epsilon` for the
 * least square of a length, so that 1e-8 there is 1e-4 here.
 *
 * @param options - `epsilon`: the least length that rows are divided by (0)
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss } from "gradfold";
 * loss.cosineSimilarity(array([[1, 0], [3, 4]]), array([[0, 2], [6, 8]])); // => float64 [2] [0, 1]
 */
export const cosineSimilarity = rowLoss<"loss.cosineSimilarity", CosineOptions>(
  "loss.cosineSimilarity",
  (p, t, { epsilon }) => cosine(p, t, epsilon),
  cosineSettings,
);

/**
 * 1 - {@link cosineSimilarity}: from 0 for one direction to 2 for the opposite.
 *
 * @param options - `epsilon`: the least length that rows are divided by (0)
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss } from "gradfold";
 * loss.cosineDistance(array([[1, 0], [3, 4]]), array([[0, 2], [6, 8]])); // => float64 [2] [1, 0]
 */
export const cosineDistance = rowLoss<"loss.cosineDistance", CosineOptions>(
  "loss.cosineDistance",
  (p, t, { epsilon }) => sub(1, cosine(p, t, epsilon)),
  cosineSettings,
);
