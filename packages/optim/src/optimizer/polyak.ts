import { add, div, DomainError, equal, minimum, type Scalar, sub, where } from "@gradfold/core";
import { checkFromZero, checkPositive } from "../transform/check.ts";
import { chain } from "../transform/chain.ts";
import { squaredNorm } from "../transform/norm.ts";
import { scale, scaleTree } from "../transform/scale.ts";
import { type Extra, stateless, type Transform } from "../transform/transform.ts";

/** The loss, which a transform cannot do without. */
export const valueOf = (name: string, { value }: Pick<Extra<unknown>, "value">): Scalar => {
  if (value === undefined)
    throw new DomainError(`${name}: the loss is missing. Give { value } to update; trainStep does.`);
  return value;
};

interface PolyakOptions {
  /** 1 by default. */
  readonly maxLearningRate?: number;
  /** The least loss there is; 0 by default. */
  readonly fMin?: number;
  /** Added to the squared norm of gradients; 0 by default. */
  readonly eps?: number;
}

/**
 * Polyak's step times the updates: (f - fMin) / (|g|² + eps), at most maxLearningRate, and 0 where g is 0.
 *
 * B. T. Polyak, "Introduction to optimization", 1987; N. Loizou et al., "Stochastic Polyak step-size for SGD", AISTATS 2021.
 *
 * @throws DomainError when an option is out of range, or the loss is missing
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.scaleByPolyak();
 * const g = array([3, 4]);
 * update(g, init(g), g, { value: array(5) })[0]; // => float64 [2] [0.6, 0.8]
 */
export const scaleByPolyak = ({ maxLearningRate = 1, fMin = 0, eps = 0 }: PolyakOptions = {}): Transform<null> => {
  checkPositive("polyakSgd", { maxLearningRate });
  checkFromZero("polyakSgd", { eps });
  if (!Number.isFinite(fMin)) throw new DomainError(`polyakSgd: fMin must be finite, not ${fMin}.`);
  return stateless((updates, _, extra) => {
    const squared = add(squaredNorm(updates), eps);
    const isFlat = equal(squared, 0);
    const step = minimum(div(sub(valueOf("polyakSgd", extra), fMin), where(isFlat, 1, squared)), maxLearningRate);
    return scaleTree(updates, where(isFlat, 0, step));
  });
};

export interface PolyakSgdOptions extends PolyakOptions {
  /** A factor of every step; 1 by default. */
  readonly scaling?: number;
}

/**
 * Gradient descent whose learning rate is (f - fMin) / |g|², at most maxLearningRate: for losses whose least value is known,
 * such as 0 where all examples can be fitted.
 *
 * B. T. Polyak, "Introduction to optimization", 1987; N. Loizou et al., "Stochastic Polyak step-size for SGD", AISTATS 2021.
 *
 * @throws DomainError when an option is out of range, or the loss is missing
 * @example
 * import { array } from "@gradfold/core";
 * import { polyakSgd } from "@gradfold/optim";
 * const { init, update } = polyakSgd();
 * const g = array([3, 4]);
 * update(g, init(g), g, { value: array(5) })[0]; // => float64 [2] [-0.6, -0.8]
 */
export const polyakSgd = ({ scaling = 1, ...options }: PolyakSgdOptions = {}): Transform<readonly [null, null]> => {
  checkPositive("polyakSgd", { scaling });
  return chain(scaleByPolyak(options), scale(-scaling));
};
