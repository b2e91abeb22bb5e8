import {
  add,
  argmax,
  cast,
  diagonal,
  div,
  equal,
  expectShape,
  matmul,
  type Matrix,
  mean,
  mul,
  type NDArray,
  oneHot,
  type Scalar,
  type Shape,
  ShapeError,
  square,
  sub,
  sum,
  transpose,
  type Vector,
  where,
} from "@gradfold/core";
import { formatShape, typed } from "@gradfold/core/library";
import { checkArray } from "./argument.ts";
import { checkLabels } from "./loss/label.ts";
import { checkSameShape } from "./loss/loss.ts";

/**
 * The part of the rows whose greatest number, along the last axis, is that of their class.
 *
 * @param predictions - a number for each class in each row: logits or probabilities
 * @param labels - of the predictions' shape without its last axis
 * @throws ShapeError when the shapes do not fit; DomainError when a label is no class, with its index
 * @example
 * import { array, metric } from "gradfold";
 * metric.accuracy(array([[0.9, 0.1], [0.2, 0.8]]), array([0, 0])); // => float64 [] 0.5
 */
export const accuracy = (predictions: NDArray, labels: NDArray): Scalar => {
  checkArray("metric.accuracy", "predictions", predictions);
  checkArray("metric.accuracy", "labels", labels);
  const classes = predictions.shape.at(-1);
  if (classes === undefined)
    throw new ShapeError("metric.accuracy: a scalar has no classes. Give a number for each class.");
  const best = argmax(predictions, -1);
  checkSameShape("metric.accuracy", best, labels);
  checkLabels("metric.accuracy", labels, classes);
  return mean(cast(equal(best, cast(labels, "int32")), "float64"));
};

/**
 * How often each class (row) was taken for each class (column).
 *
 * @param predictions - a class for each example, such as argmax(logits, -1)
 * @param labels - the true classes
 * @throws ShapeError when the shapes differ; DomainError when a class is out of range, with its index
 * @example
 * import { array, metric, toNested } from "gradfold";
 * toNested(metric.confusionMatrix(array([0, 1, 1]), array([0, 0, 1]), 2)); // => [ [ 1, 1 ], [ 0, 1 ] ]
 */
export const confusionMatrix = typed<
  <S extends Shape, const N extends number>(predictions: NDArray<S>, labels: NDArray<S>, classes: N) => Matrix<N, N>
>((predictions: Vector, labels: Vector, classes: number) => {
  checkArray("metric.confusionMatrix", "predictions", predictions);
  checkArray("metric.confusionMatrix", "labels", labels);
  checkSameShape("metric.confusionMatrix", predictions, labels);
  const [taken, truth] = [predictions, labels].map((given): Matrix => {
    const within = checkLabels("metric.confusionMatrix", given, classes);
    return oneHot(expectShape(cast(within, "int32"), [given.shape[0]]), classes);
  });
  return truth && taken && matmul(transpose(truth), taken);
});

/** a / b, and 0 where there is nothing to divide by. */
const ratio = (a: NDArray, b: NDArray): NDArray => where(equal(b, 0), 0, div(a, where(equal(b, 0), 1, b)));

const checkConfusion = (name: string, confusion: NDArray): void => {
  checkArray(name, "the confusion matrix", confusion);
  const [rows, columns] = confusion.shape;
  if (confusion.shape.length !== 2 || rows !== columns)
    throw new ShapeError(`${name}: a confusion matrix is square, not ${formatShape(confusion.shape)}.`);
};

export interface PerClass {
  /** A number for each class, from {@link confusionMatrix}. */
  <N extends number>(confusion: Matrix<N, N>): Vector<N>;
}

/**
 * For each class, which part of what was taken for it is of it: the diagonal over the columns' sums; 0 where there are
 * none.
 *
 * @param confusion - of {@link confusionMatrix}
 * @throws ShapeError when it is not square
 * @example
 * import { array, metric } from "gradfold";
 * metric.precision(array([[1, 1], [0, 2]])); // => float64 [2] [1. , 0.66666667]
 */
export const precision = typed<PerClass>((confusion: NDArray) => {
  checkConfusion("metric.precision", confusion);
  return ratio(diagonal(confusion), sum(confusion, 0));
});

/**
 * For each class, which part of it was found: the diagonal over the rows' sums; 0 where there are none.
 *
 * @param confusion - of {@link confusionMatrix}
 * @throws ShapeError when it is not square
 * @example
 * import { array, metric } from "gradfold";
 * metric.recall(array([[1, 1], [0, 2]])); // => float64 [2] [0.5, 1. ]
 */
export const recall = typed<PerClass>((confusion: NDArray) => {
  checkConfusion("metric.recall", confusion);
  return ratio(diagonal(confusion), sum(confusion, 1));
});

/**
 * For each class, the harmonic mean 2pr / (p + r) of {@link precision} and {@link recall}; 0 where both are 0. Its mean is
 * what is called macro-averaged.
 *
 * @param confusion - of {@link confusionMatrix}
 * @throws ShapeError when it is not square
 * @example
 * import { array, metric } from "gradfold";
 * metric.f1(array([[1, 1], [0, 2]])); // => float64 [2] [0.66666667, 0.8 ]
 */
export const f1 = typed<PerClass>((confusion: Matrix) => {
  checkConfusion("metric.f1", confusion);
  const [p, r] = [precision(confusion), recall(confusion)];
  return ratio(mul(mul(p, r), 2), add(p, r));
});

/**
 * 1 - Σ (target - prediction)² / Σ (target - mean target)²: which part of the targets' variance the predictions explain.
 * Where the targets do not vary there is nothing to explain: it is NaN for the right predictions, and -Infinity for others.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, metric } from "gradfold";
 * metric.r2(array([1, 2, 4]), array([1, 2, 3])); // => float64 [] 0.5
 */
export const r2 = (predictions: NDArray, targets: NDArray): Scalar => {
  checkArray("metric.r2", "predictions", predictions);
  checkArray("metric.r2", "targets", targets);
  checkSameShape("metric.r2", predictions, targets);
  return sub(1, div(sum(square(sub(targets, predictions))), sum(square(sub(targets, mean(targets))))));
};
