import { add, div, equal, minimum, sub, where } from "@gradfold/core";
import { finite, finitePositive, fromZero, positive, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { valueOf } from "../transform/extra.ts";
import { squaredNorm } from "../transform/norm.ts";
import { scaled, scaleTree } from "../transform/scale.ts";
import { stateless, type Transform } from "../transform/transform.ts";

export interface PolyakOptions {
  /** 1 by default. */
  readonly maxLearningRate?: number;
  /** The least loss there is; 0 by default. */
  readonly fMin?: number;
  /** Added to the squared norm of gradients; 0 by default. */
  readonly eps?: number;
}

const stepSettings: Settings<PolyakOptions> = { maxLearningRate: positive(1), fMin: finite(0), eps: fromZero(0) };

const readStep = settings(stepSettings);

/**
 * Polyak's step times the updates: (f - fMin) / (|g|² + eps), at most maxLearningRate, and 0 where g is 0.
 *
 * B. T. Polyak, "Introduction to optimization", 1987; N. Loizou et al., "Stochastic Polyak step-size for SGD", AISTATS 2021.
 *
 * @throws DomainError when an option is out of range, or the loss is missing
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByPolyak();
 * const g = array([3, 4]);
 * update(g, init(g), g, { value: array(5) })[0]; // => float64 [2] [0.6, 0.8]
 */
export const scaleByPolyak = (options?: PolyakOptions): Transform<null> =>
  byPolyak("transform.scaleByPolyak", readStep("transform.scaleByPolyak", options));

const byPolyak = (name: string, { maxLearningRate, fMin, eps }: Required<PolyakOptions>): Transform<null> =>
  stateless(name, (updates, _, extra) => {
    const squared = add(squaredNorm(updates), eps);
    const isFlat = equal(squared, 0);
    const step = minimum(div(sub(valueOf(name, extra), fMin), where(isFlat, 1, squared)), maxLearningRate);
    return scaleTree(updates, where(isFlat, 0, step));
  });

export interface PolyakSgdOptions extends PolyakOptions {
  /** A factor of every step; 1 by default. */
  readonly scaling?: number;
}

const read = settings<PolyakSgdOptions>({ ...stepSettings, scaling: finitePositive(1) });

/**
 * Gradient descent whose learning rate is (f - fMin) / |g|², at most maxLearningRate: for losses whose least value is known,
 * such as 0 where all examples can be fitted.
 *
 * B. T. Polyak, "Introduction to optimization", 1987; N. Loizou et al., "Stochastic Polyak step-size for SGD", AISTATS 2021.
 * Here `scaling` multiplies the step. Optax multiplies gradients by it before Polyak's step is found, which divides by its
 * square: so its steps are divided by `scaling`.
 *
 * @throws DomainError when an option is out of range, or the loss is missing
 * @example
 * import { array, polyakSgd } from "gradfold";
 * const { init, update } = polyakSgd();
 * const g = array([3, 4]);
 * update(g, init(g), g, { value: array(5) })[0]; // => float64 [2] [-0.6, -0.8]
 */
export const polyakSgd = (options?: PolyakSgdOptions): Transform<readonly [null, null]> => {
  const settings = read("polyakSgd", options);
  return chained("polyakSgd", byPolyak("polyakSgd", settings), scaled("polyakSgd", -settings.scaling));
};
