import { abs, add, exp, less, mul, type NDArray, neg, softplus, square, sub, where } from "@gradfold/core";
import { finitePositive } from "../setting.ts";
import { asArrays, loss, weighted } from "./loss.ts";

/**
 * (prediction - target)² at every place; take its mean for the mean squared error.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss, mean } from "gradfold";
 * mean(loss.squaredError(array([1, 2]), array([0, 4]))); // => float64 [] 2.5
 */
export const squaredError = loss("loss.squaredError", (p, t) => square(sub(p, t)), {});

/**
 * ½ (prediction - target)² at every place: half of {@link squaredError}, whose derivative is the error itself.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss } from "gradfold";
 * loss.l2Loss(array([1, 2]), array([0, 4])); // => float64 [2] [0.5, 2. ]
 */
export const l2Loss = loss("loss.l2Loss", (p, t) => mul(square(sub(p, t)), 0.5), {});

/**
 * |prediction - target| at every place; its derivative at 0 is 0.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss } from "gradfold";
 * loss.absoluteError(array([1, 2]), array([0, 4])); // => float64 [2] [1, 2]
 */
export const absoluteError = loss("loss.absoluteError", (p, t) => abs(sub(p, t)), {});

/** e²/2 inside delta, delta (|e| - delta/2) outside. */
const bent = (error: NDArray, delta: number): NDArray => {
  const size = abs(error);
  // The side that is not chosen must not overflow, or its derivative would be infinite times 0.
  const inside = where(less(size, delta), error, 0);
  return where(less(size, delta), mul(square(inside), 0.5), mul(sub(size, delta / 2), delta));
};

/**
 * The square of small errors and the size of large ones: e²/2 for |e| < delta, delta (|e| - delta/2) elsewhere.
 *
 * P. J. Huber, "Robust estimation of a location parameter", 1964.
 *
 * @param options - `delta`, above 0: where the two meet (1)
 * @throws ShapeError when the shapes differ; DomainError when delta is not above 0
 * @example
 * import { array, loss } from "gradfold";
 * loss.huber(array([0.5, 3]), array([0, 0])); // => float64 [2] [0.125, 2.5 ]
 */
export const huber = loss<
  "loss.huber",
  {
    /** Up to which distance the loss is a parabola; 1 by default. */
    readonly delta?: number;
  }
>("loss.huber", (p, t, { delta }) => bent(sub(p, t), delta), {
  delta: finitePositive(1),
});

/**
 * {@link huber} with delta = beta, divided by beta: its slope is 1 for large errors, whatever beta is.
 *
 * R. Girshick, "Fast R-CNN", ICCV 2015.
 *
 * @param options - `beta`, above 0: where squares end (1)
 * @throws ShapeError when the shapes differ; DomainError when beta is not above 0
 * @example
 * import { array, loss } from "gradfold";
 * loss.smoothL1(array([0.25, 3]), array([0, 0]), { beta: 0.5 }); // => float64 [2] [0.0625, 2.75 ]
 */
export const smoothL1 = loss<
  "loss.smoothL1",
  {
    /** Up to which distance the loss is a parabola; 1 by default. */
    readonly beta?: number;
  }
>("loss.smoothL1", (p, t, { beta }) => mul(bent(sub(p, t), beta), 1 / beta), { beta: finitePositive(1) });

const log2 = 0.6931471805599453;

/**
 * log cosh e of the error e, at every place: e²/2 near 0, |e| - log 2 far from it, smooth everywhere. Written as |e| +
 * log(1 + e^(-2|e|)) - log 2, it does not overflow.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss } from "gradfold";
 * loss.logCosh(array([0, 1e6]), array([0, 0])); // => float64 [2] [ 0. , 999999.30685282]
 */
export const logCosh = loss(
  "loss.logCosh",
  (p, t) => {
    const error = sub(p, t);
    // Not abs, whose derivative at 0 is 0: the second derivative there would be 0 as well, which is 1.
    const size = where(less(error, 0), neg(error), error);
    return sub(add(size, softplus(mul(size, -2))), log2);
  },
  {},
);

/**
 * e^p - t p for predictions p of the logarithm of a Poisson distribution's mean: its negative log-likelihood without the
 * part that depends on the target alone. 0 · ±Infinity counts as 0.
 *
 * @throws ShapeError when the shapes differ
 * @example
 * import { array, loss } from "gradfold";
 * loss.poissonNll(array([0, 0]), array([1, 3])); // => float64 [2] [1, 1]
 */
export const poissonNll = loss(
  "loss.poissonNll",
  (given, wanted) => {
    const [p, t] = asArrays(given, wanted);
    return sub(exp(p), weighted(t, p));
  },
  {},
);
