import type { Shape } from "../array/shape.ts";
import { array } from "../convert/make.ts";
import { item } from "../convert/read.ts";
import { DomainError } from "../error/error.ts";
import { optionsOf } from "../input/options.ts";
import { erf } from "../operations/error.ts";
import type { ScalarLane, Value } from "../scalar/lane.ts";
import { quantile } from "../scalar/quantile.ts";
import { typed } from "../static/door.ts";
import { checkApart, drawFloat, type Sampler } from "./draw.ts";
import { unit23, unit52 } from "./fraction.ts";
import { checkKey, type Key } from "./key.ts";
import { checkStretch, type Normal, stretched } from "./normal.ts";
import { checkOrder } from "./parameter.ts";

/** The probability of a normal number between -x and x, negative for negative x. */
const between = (x: number): number => item(erf(x / Math.SQRT2));

/** The normal deviate of a number of [a, a + span), kept from ±1, where it is infinite, and within bounds. */
const deviate = (
  L: ScalarLane,
  unit: Value,
  [a = 0, span = 0, min = 0, max = 0]: readonly (Value | number)[],
): Value => {
  const end = 1 - 2 ** -53;
  const u = L.max(-end, L.min(end, L.add(L.mul(unit, span), a)));
  return L.max(min, L.min(max, quantile(L, u)));
};

const truncated = drawFloat(
  "truncatedNormal",
  (L, block, ...parameters) => deviate(L, unit52(L, block), parameters),
  (L, block, ...parameters) => deviate(L, unit23(L, block), parameters),
  4,
);

export interface Truncated extends Normal {
  /** -2 by default */
  readonly min?: number;
  /** 2 by default */
  readonly max?: number;
}

const defaults = { min: -2, max: 2, mean: 0, standardDeviation: 1, dtype: "float64" } as const;

/**
 * Numbers of the normal distribution between two bounds: √2 erf⁻¹(u), u uniform between the bounds' erf, as JAX draws
 * them.
 *
 * @param options - `min` (-2) and `max` (2), in standard deviations from the mean, infinite ones too; `mean` (0),
 * `standardDeviation` (1), and `dtype`: float64 (default) or float32
 * @throws DTypeError for other dtypes; DomainError unless min < max, when less than 2^-31 of the distribution lies between
 * them, when the mean is not finite or the deviation negative
 * @example
 * import { random } from "gradfold";
 * random.truncatedNormal(random.key(0), [2], { min: 0 }); // => float64 [2] [0.5235626 , 0.26170868]
 */
export const truncatedNormal = typed<Sampler<Truncated>>(
  (from: Key, shape: Shape = [], options?: Truncated, ...more: Shape) => {
    checkApart("truncatedNormal", shape, options, ...more);
    const settled = optionsOf("random.truncatedNormal", options, defaults);
    const { min, max, dtype } = settled;
    checkKey("truncatedNormal", from);
    checkOrder("truncatedNormal", min, max);
    checkStretch("truncatedNormal", settled);
    const start = between(min);
    const span = between(max) - start;
    if (!(span >= 2 ** -30))
      throw new DomainError(
        `random.truncatedNormal: too little of the distribution lies between min and max: ${min} and ${max}`,
      );
    const parameters = [start, span, min, max].map((parameter) => array(parameter));
    return stretched(truncated("truncatedNormal", from, shape, dtype, ...parameters), settled);
  },
);
