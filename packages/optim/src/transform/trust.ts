import { add, div, equal, logicalOr, maximum, mul, type NDArray, where } from "@gradfold/core";
import { fromZero, settings } from "../setting.ts";
import { leafwise } from "./leafwise.ts";
import { lengthOf } from "./norm.ts";
import { stateless, type Transform } from "./transform.ts";

export interface TrustRatioOptions {
  /** The least norm of parameters and of updates; 0 by default. */
  readonly minNorm?: number;
  /** 1 by default. */
  readonly trustCoefficient?: number;
  /** Added to the norm of updates; 0 by default. */
  readonly eps?: number;
}

const read = settings<TrustRatioOptions>({
  minNorm: fromZero(0),
  trustCoefficient: fromZero(1),
  eps: fromZero(0),
});

/**
 * For each leaf, trustCoefficient |p| / (|u| + eps) times its update u, and 1 times it where a norm is 0: steps in
 * proportion to what they change.
 *
 * Y. You, I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", 2017.
 *
 * @throws DomainError when an option is negative
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByTrustRatio();
 * const p = array([3, 4]);
 * update(array([0, 2]), init(p), p)[0]; // => float64 [2] [0, 5]
 */
export const scaleByTrustRatio = (options?: TrustRatioOptions): Transform<null> =>
  byTrust("transform.scaleByTrustRatio", read("transform.scaleByTrustRatio", options));

/** {@link scaleByTrustRatio} by the name of the optimizer that it is a part of. */
export const byTrust = (name: string, settings: Required<TrustRatioOptions>): Transform<null> => {
  const { minNorm, trustCoefficient, eps } = settings;
  const trusted = (u: NDArray, p: NDArray): NDArray => {
    const [ofParams, ofUpdate] = [maximum(lengthOf(p), minNorm), maximum(lengthOf(u), minNorm)];
    const isNothing = logicalOr(equal(ofParams, 0), equal(ofUpdate, 0));
    const trust = div(mul(ofParams, trustCoefficient), add(where(isNothing, 1, ofUpdate), eps));
    return mul(u, where(isNothing, 1, trust));
  };
  return stateless(name, (updates, params) => leafwise((u, p) => [trusted(u, p)], updates, params)[0]);
};
