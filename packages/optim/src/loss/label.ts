import {
  add,
  cast,
  DomainError,
  expandDims,
  logSumExp,
  mul,
  neg,
  type NDArray,
  type Shape,
  ShapeError,
  squeeze,
  sub,
  takeAlongAxis,
  toTypedArray,
} from "@gradfold/core";
import { checker, eachElement, formatShape, isFloat, sameShape, typed } from "@gradfold/core/library";
import { tracer } from "@gradfold/core/transform";
import { check, fraction } from "../setting.ts";
import { checkArray } from "../argument.ts";
import { type ClassLoss } from "./loss.ts";

const wholeBelow = checker(
  "label",
  1,
  eachElement((m, x, classes) => m.and(m.equal(m.floor(x), x), m.and(m.lessEqual(0, x), m.less(x, classes)))),
);

/**
 * The labels, which must be whole numbers from 0 to below the number of classes. Where they are known, an error says which
 * one is not.
 */
export const checkLabels = (name: string, labels: NDArray, classes: number): NDArray => {
  if (!Number.isInteger(classes) || classes < 1)
    throw new DomainError(`${name}: the number of classes must be whole and at least 1, not ${classes}.`);
  return wholeBelow(
    labels,
    (label) => {
      const place = (): number => Array.from(toTypedArray(labels)).findIndex((x) => Object.is(x, label));
      const where = tracer(labels) === undefined ? ` at index ${place()}` : "";
      return new DomainError(
        `${name}: label ${label}${where} is out of range: ${classes} classes are 0 to ${classes - 1}.`,
      );
    },
    classes,
  );
};

/** The number of each row's class; rows lie along the last axis. */
const chosen = (name: string, rows: NDArray, labels: NDArray): NDArray => {
  checkArray(name, "the rows of classes", rows);
  checkArray(name, "the labels", labels);
  const classes = rows.shape.at(-1);
  if (classes === undefined) throw new ShapeError(`${name}: a scalar has no classes. Give at least one axis.`);
  if (!sameShape(labels.shape, rows.shape.slice(0, -1))) {
    const isTurned = sameShape(rows.shape, labels.shape.slice(0, -1));
    throw new ShapeError(
      `${name}: labels and rows: shapes differ: ${formatShape(labels.shape)} and ${formatShape(rows.shape.slice(0, -1))}${isTurned ? ". The rows come first, then the labels." : ""}`,
    );
  }
  const within = cast(checkLabels(name, labels, classes), "int32");
  return squeeze(takeAlongAxis(rows, expandDims(within, -1), -1), -1);
};

/**
 * log Σ e^logits - logits[label] over the last axis: the cross entropy of classes that are given by their numbers.
 *
 * PyTorch's `CrossEntropyLoss` without reduction.
 *
 * @param labels - of the logits' shape without its last axis; whole numbers from 0 to below the number of classes
 * @throws ShapeError when the shapes do not fit; DomainError when a label is out of range, with its index
 * @example
 * import { array, loss } from "gradfold";
 * loss.softmaxCrossEntropyWithIntegerLabels(array([[0, 0], [1e3, 0]]), array([1, 0])); // => float64 [2] [0.69314718, 0. ]
 */
export const softmaxCrossEntropyWithIntegerLabels = typed<ClassLoss<"loss.softmaxCrossEntropyWithIntegerLabels">>(
  (logits: NDArray, labels: NDArray) => {
    const logit = chosen("loss.softmaxCrossEntropyWithIntegerLabels", logits, labels);
    return sub(logSumExp(logits, -1), logit);
  },
);

/**
 * -logProbabilities[label] over the last axis: the negative log-likelihood.
 *
 * @param labels - of the predictions' shape without its last axis; whole numbers from 0 to below the number of classes
 * @throws ShapeError when the shapes do not fit; DomainError when a label is out of range, with its index
 * @example
 * import { array, log, loss } from "gradfold";
 * loss.nll(log(array([[0.25, 0.75]])), array([0])); // => float64 [1] [1.38629436]
 */
export const nll = typed<ClassLoss<"loss.nll">>((logProbabilities: NDArray, labels: NDArray) =>
  neg(chosen("loss.nll", logProbabilities, labels)),
);

/**
 * Probabilities mixed with equal ones: (1 - alpha) p + alpha / K, for the K classes along the last axis.
 *
 * C. Szegedy et al., "Rethinking the Inception architecture for computer vision", CVPR 2016. PyTorch's
 * `CrossEntropyLoss(label_smoothing=alpha)` is {@link softmaxCrossEntropy} of these.
 *
 * @param alpha - from 0 to 1
 * @throws DomainError when alpha is out of range; ShapeError when there are no classes
 * @example
 * import { array, loss } from "gradfold";
 * loss.smoothLabels(array([[0, 1]]), 0.2); // => float64 [1, 2] [[0.1, 0.9]]
 */
export const smoothLabels = typed<<S extends Shape>(probabilities: NDArray<S>, alpha: number) => NDArray<S>>(
  (probabilities: NDArray, alpha: number) => {
    checkArray("loss.smoothLabels", "the probabilities", probabilities);
    check("loss.smoothLabels", "alpha", fraction(), alpha);
    const classes = probabilities.shape.at(-1);
    if (classes === undefined)
      throw new ShapeError("loss.smoothLabels: a scalar has no classes. Give at least one axis.");
    const numbers = isFloat(probabilities.dtype) ? probabilities : cast(probabilities, "float64");
    return add(mul(numbers, 1 - alpha), alpha / classes);
  },
);
