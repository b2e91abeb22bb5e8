import {
  add,
  logSigmoid,
  maximum,
  mul,
  neg,
  type NDArray,
  type Operand,
  pow,
  sigmoid,
  square,
  sub,
} from "@gradfold/core";
import { fraction, fromZero, orNull } from "../setting.ts";
import { asArrays, loss, weighted } from "./loss.ts";

/** -t log σ(x) - (1 - t) log σ(-x). */
const crossEntropy = (logits: NDArray, targets: NDArray): NDArray =>
  neg(add(weighted(targets, logSigmoid(logits)), weighted(sub(1, targets), logSigmoid(neg(logits)))));

/**
 * -t log σ(x) - (1 - t) log σ(-x) for logits x and targets t, probabilities of one of two classes, at every place.
 *
 * PyTorch's `BCEWithLogitsLoss` without reduction.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss } from "gradfold";
 * loss.sigmoidBinaryCrossEntropy(array([0, 1e3]), array([1, 1])); // => float64 [2] [0.69314718, 0. ]
 */
export const sigmoidBinaryCrossEntropy = loss(
  "loss.sigmoidBinaryCrossEntropy",
  (logits, targets) => crossEntropy(...asArrays(logits, targets)),
  {},
);

export interface FocalOptions {
  /** How much less what is predicted well counts: 2 by default; 0 is plain cross entropy. */
  readonly gamma?: number;
  /** The weight of class 1, 1 - alpha that of class 0; null, which is the default, weighs them alike. */
  readonly alpha?: number | null;
}

/**
 * (1 - q)^gamma times {@link sigmoidBinaryCrossEntropy}, where q is the probability that the logit gives to the target;
 * times alpha for class 1 and 1 - alpha for class 0, if there is an alpha.
 *
 * T.-Y. Lin et al., "Focal loss for dense object detection", ICCV 2017. As in Optax, alpha is none by default; in
 * torchvision it is 0.25.
 *
 * @throws ShapeError when the shapes differ; DomainError when gamma is negative or alpha out of 0 to 1
 * @example
 * import { array, loss } from "gradfold";
 * loss.sigmoidFocal(array([0, 3]), array([1, 1])); // => float64 [2] [1.73286795e-01, 1.09283324e-04]
 */
export const sigmoidFocal = loss<"loss.sigmoidFocal", FocalOptions>(
  "loss.sigmoidFocal",
  (given, wanted, { gamma, alpha }) => {
    const [logits, targets] = asArrays(given, wanted);
    const entropy = crossEntropy(logits, targets);
    // 1 - q = t σ(-x) + (1 - t) σ(x), with no difference of nearly equal numbers.
    const missed = add(mul(targets, sigmoid(neg(logits))), mul(sub(1, targets), sigmoid(logits)));
    const focused = gamma === 0 ? entropy : mul(power(missed, gamma), entropy);
    return alpha === null ? focused : mul(add(mul(targets, alpha), mul(sub(1, targets), 1 - alpha)), focused);
  },
  { gamma: fromZero(2), alpha: orNull(fraction()) },
);

const power = (x: NDArray, exponent: number): NDArray => (exponent === 2 ? square(x) : pow(x, exponent));

/** 1 - p t, but not below 0. */
const shortfall = (p: Operand, t: Operand): NDArray => maximum(sub(1, mul<Operand, Operand>(p, t)), 0);

/**
 * max(0, 1 - p t) for targets t of -1 and 1: 0 where a prediction is on the right side by 1 or more.
 *
 * C. Cortes, V. Vapnik, "Support-vector networks", 1995.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss } from "gradfold";
 * loss.hinge(array([2, 0.5, -1]), array([1, 1, 1])); // => float64 [3] [0. , 0.5, 2. ]
 */
export const hinge = loss("loss.hinge", shortfall, {});

/**
 * The square of {@link hinge}, which is smooth.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss } from "gradfold";
 * loss.squaredHinge(array([2, 0.5, -1]), array([1, 1, 1])); // => float64 [3] [0. , 0.25, 4. ]
 */
export const squaredHinge = loss("loss.squaredHinge", (p, t) => square(shortfall(p, t)), {});
