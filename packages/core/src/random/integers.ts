import type { NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import type { Shape } from "../array/shape.ts";
import { array } from "../convert/make.ts";
import { DomainError } from "../error/error.ts";
import { optionsOf } from "../input/options.ts";
import type { Lane, Value } from "../scalar/lane.ts";
import { typed } from "../static/door.ts";
import type { Mutable } from "../static/text.ts";
import { draw } from "./draw.ts";
import { unsigned, word } from "./fraction.ts";
import { checkKey, type Key, split } from "./key.ts";
import { checkOrder } from "./parameter.ts";

const words = draw("bits", "int32", word);

/**
 * Random 32-bit words, as int32, bit for bit as JAX.
 *
 * @example
 * import { random, toNested } from "gradfold";
 * toNested(random.bits(random.key(0), [2])); // => [ -224768089, -91998574 ]
 */
export const bits = typed<<const S extends Shape = []>(key: Key, shape?: S) => NDArray<Mutable<S>>>(
  (from: Key, shape: Shape = []) => words("bits", from, shape),
);

/** x modulo n for whole numbers x < 2^32 and n <= 2^32: x / n is rounded by less than its distance from the next one. */
const remainder = (L: Lane, x: Value, n: Value): Value => L.sub(x, L.mul(n, L.floor(L.div(x, n))));

/** min + (higher 2^32 + lower) mod span, for spans up to 2^16; beyond, the lower word alone decides. */
const ranged = draw(
  "integers",
  "int32",
  (L, block, higher, span, multiplier, min) => {
    const high = L.mul(remainder(L, unsigned(L, higher), span), multiplier);
    const low = remainder(L, unsigned(L, word(L, block)), span);
    // Within the range of words, though the remainder alone may not be.
    return L.xor(L.add(min, remainder(L, L.add(high, low), span)), 0);
  },
  4,
);

export interface Bounds {
  /** 0 by default */
  readonly min?: number;
  /** Below which they stay: a whole number above `min`, at most 2^31. */
  readonly max: number;
}

/**
 * Whole numbers from `min` (0) up to but not including `max`, as int32, bit for bit as JAX's `randint`. Spans up to 2^16
 * are as good as equally likely; of larger ones that are no power of two, some numbers are likelier than others by span / 2^32.
 *
 * @param options - `min` (0), from -2^31 on, and `max`, up to 2^31
 * @throws DomainError unless both are whole numbers in this range and min < max
 * @example
 * import { random, toNested } from "gradfold";
 * toNested(random.integers(random.key(0), [4], { max: 10 })); // => [ 9, 0, 2, 3 ]
 */
export const integers = typed<<const S extends Shape>(key: Key, shape: S, bounds: Bounds) => NDArray<Mutable<S>>>(
  (from: Key, shape: Shape, bounds: Bounds) => {
    const { min, max } = optionsOf("random.integers", bounds, { min: 0 }, ["max"]);
    checkKey("integers", from);
    for (const [name, bound] of Object.entries({ min, max }))
      if (!Number.isInteger(bound) || bound < -(2 ** 31) || bound > 2 ** 31)
        throw new DomainError(
          `random.integers: ${name} must be a whole number from -2^31 to 2^31, not ${describe(bound)}`,
        );
    checkOrder("integers", min, max);
    const span = max - min;
    const multiplier = span > 2 ** 16 ? 0 : 2 ** 32 % span;
    const [forHigher, forLower] = split(from);
    const higher = words("integers", forHigher, shape);
    return ranged("integers", forLower, shape, higher, array(span), array(multiplier), array(min));
  },
);
