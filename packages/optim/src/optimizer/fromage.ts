import { add, div, mul, type Scalar, sqrt, square } from "@gradfold/core";
import { checkConstantRate } from "../schedule/rate.ts";
import { fromZero, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import type { Transform } from "../transform/transform.ts";
import { decayed } from "../transform/weight-decay.ts";
import { byTrust } from "../transform/trust.ts";

export interface FromageOptions {
  /** The least norm of parameters and of gradients; 1e-6 by default. */
  readonly minNorm?: number;
}

const read = settings<FromageOptions>({ minNorm: fromZero(1e-6) });

/**
 * p ← (p - η |p| / |g| g) / √(1 + η²) for each leaf: steps in proportion to what they change, on a sphere.
 *
 * J. Bernstein et al., "On the distance between two neural networks and the stability of learning", NeurIPS 2020.
 *
 * @param learningRate - η: a number or a scalar array
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { applyUpdates, array, fromage } from "gradfold";
 * const { init, update } = fromage(0.75);
 * const p = array([0, 4]);
 * applyUpdates(p, update(array([0, 2]), init(p), p)[0]); // => float64 [2] [0. , 0.8]
 */
export const fromage = (
  learningRate: number | Scalar,
  options?: FromageOptions,
): Transform<readonly [null, ScaleState, null]> => {
  const { minNorm } = read("fromage", options);
  checkConstantRate("fromage", learningRate);
  const length = sqrt(add(square(learningRate), 1));
  const shrunk = div(1, length);
  return chained(
    "fromage",
    byTrust("fromage", { minNorm, trustCoefficient: 1, eps: 0 }),
    byRate("fromage", mul<Scalar, Scalar | number>(shrunk, learningRate)),
    decayed("fromage", add(shrunk, -1)),
  );
};
