import type { NDArray, Operand } from "../array/array.ts";
import { broadcastShapes, checkShape, formatShape, sameShape, type Shape } from "../array/shape.ts";
import { ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import { add } from "../operations/add.ts";
import { mul } from "../operations/arithmetic.ts";
import { less } from "../operations/compare.ts";
import { maximum } from "../operations/extremum.ts";
import { broadcastTo } from "../operations/spread.ts";
import { isFloat } from "../scalar/dtype.ts";
import { typed } from "../static/door.ts";
import type { Mutable } from "../static/text.ts";
import { checkApart, drawFloat, type Precision, type Sampler } from "./draw.ts";
import { unit23, unit52 } from "./fraction.ts";
import type { Key } from "./key.ts";
import { checkFinite, checkOrder, checkProbabilities } from "./parameter.ts";

/** Numbers of [0, 1) with all the bits that the dtype's significand has. */
const unit = drawFloat("uniform", unit52, unit23);

export interface Interval extends Precision {
  /** The least number; 0 by default. */
  readonly min?: number;
  /** Below which they stay; 1 by default. */
  readonly max?: number;
}

const unitInterval = { min: 0, max: 1, dtype: "float64" } as const;

/**
 * Numbers of equal probability from `min` (0) to `max` (1), bit for bit as JAX, whose compiled code may round
 * U (max - min) + min once where it is rounded twice here. Below `max`, which only rounding reaches where the interval is
 * narrow beside its bounds.
 *
 * @param options - `min`, `max`, and `dtype`: float64 (default) or float32
 * @throws DTypeError for other dtypes; DomainError unless min < max, both and their distance finite
 * @example
 * import { random, toNested } from "gradfold";
 * toNested(random.uniform(random.key(0), [1], { min: -1, max: 1 })); // => [ -0.16308577656722711 ]
 */
export const uniform = typed<Sampler<Interval>>((from: Key, shape: Shape = [], options?: Interval, ...more: Shape) => {
  checkApart("uniform", shape, options, ...more);
  const { min, max, dtype } = optionsOf("random.uniform", options, unitInterval);
  checkFinite("uniform", { min, max });
  const round = dtype === "float32" ? Math.fround : Number;
  const [low, high] = [round(min), round(max)];
  checkFinite("uniform", { min: low, max: high, "max - min": round(high - low) });
  checkOrder("uniform", low, high);
  const drawn = unit("uniform", from, shape, dtype);
  return low === 0 && high === 1 ? drawn : maximum(add(mul(drawn, high - low), low), low);
});

const even = { p: 0.5 };

/**
 * True with probability `p` (0.5), else false, as bool.
 *
 * @param options - `p`: a number or an array that broadcasts to the shape; a float32 one is compared with float32 numbers
 * @throws DomainError when p is known and not between 0 and 1; ShapeError when its shape does not broadcast
 * @example
 * import { random, toNested } from "gradfold";
 * toNested(random.bernoulli(random.key(0), [3], { p: 0.4 })); // => [ false, true, false ]
 */
export const bernoulli = typed<
  <const S extends Shape = []>(
    key: Key,
    shape?: S,
    options?: {
      /** The probability of true: a number or an array that broadcasts; 0.5 by default. */
      readonly p?: Operand;
    },
  ) => NDArray<Mutable<S>>
>((from: Key, shape: Shape = [], options?: { readonly p?: Operand }) => {
  const { p } = optionsOf("random.bernoulli", options, even);
  const chance = checkProbabilities("bernoulli", operand("random.bernoulli", p));
  if (!sameShape(broadcastShapes("random.bernoulli", chance.shape, checkShape("random.bernoulli", shape)), shape))
    throw new ShapeError(
      `random.bernoulli: p is ${formatShape(chance.shape)}, which does not broadcast to ${formatShape(shape)}`,
    );
  const drawn = unit("bernoulli", from, shape, isFloat(chance.dtype) ? chance.dtype : "float64");
  return less(drawn, broadcastTo(chance, shape));
});
