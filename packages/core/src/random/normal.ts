import type { NDArray } from "../array/array.ts";
import type { Shape } from "../array/shape.ts";
import { optionsOf } from "../input/options.ts";
import { add } from "../operations/add.ts";
import { mul } from "../operations/arithmetic.ts";
import { quantile, quantileShort } from "../scalar/quantile.ts";
import { typed } from "../static/door.ts";
import { checkApart, drawFloat, type Precision, type Sampler } from "./draw.ts";
import { symmetric23, symmetric52 } from "./fraction.ts";
import type { Key } from "./key.ts";
import { checkDeviation, checkFinite } from "./parameter.ts";

const standard = drawFloat(
  "normal",
  (L, block) => quantile(L, symmetric52(L, block)),
  (L, block) => quantileShort(L, symmetric23(L, block)),
);

export interface Normal extends Precision {
  /** 0 by default */
  readonly mean?: number;
  /** 1 by default */
  readonly standardDeviation?: number;
}

interface Stretch {
  readonly mean: number;
  readonly standardDeviation: number;
}

export const checkStretch = (name: string, { mean, standardDeviation }: Stretch): void => {
  checkFinite(name, { mean });
  checkDeviation(name, standardDeviation);
};

/** Numbers of the standard normal distribution, moved and stretched; where the parameters are arrays, compose. */
export const stretched = (x: NDArray, { mean, standardDeviation }: Stretch): NDArray => {
  const wide = standardDeviation === 1 ? x : mul(x, standardDeviation);
  return mean === 0 ? wide : add(wide, mean);
};

const defaults = { mean: 0, standardDeviation: 1, dtype: "float64" } as const;

/**
 * Numbers of the normal distribution: √2 erf⁻¹(u), u uniform in (-1, 1), as JAX draws them. A mean or a deviation that
 * is an array, or has a derivative, comes by composition: `add(mean, mul(deviation, random.normal(key, shape)))`.
 *
 * @param options - `mean` (0), `standardDeviation` (1), and `dtype`: float64 (default) or float32
 * @throws DTypeError for other dtypes; DomainError when the mean is not finite or the deviation negative
 * @example
 * import { random } from "gradfold";
 * random.normal(random.key(0), [2], { mean: 10 }); // => float64 [2] [9.79415786, 9.21523422]
 */
export const normal = typed<Sampler<Normal>>((from: Key, shape: Shape = [], options?: Normal, ...more: Shape) => {
  checkApart("normal", shape, options, ...more);
  const settled = optionsOf("random.normal", options, defaults);
  checkStretch("normal", settled);
  return stretched(standard("normal", from, shape, settled.dtype), settled);
});
