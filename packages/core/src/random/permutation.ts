import { isNDArray, type NDArray } from "../array/array.ts";
import { checkShape, normalizeAxis, type Shape } from "../array/shape.ts";
import { argsort } from "../operations/sort.ts";
import { take } from "../operations/take.ts";
import { typed } from "../static/door.ts";
import { draw } from "./draw.ts";
import { unsigned, word } from "./fraction.ts";
import { checkKey, type Key, split } from "./key.ts";
import { places } from "./place.ts";

/** Words as float64 from 0 to 2^32 - 1: what numbers in random order are sorted by. */
const ranks = draw("ranks", "float64", (L, block) => unsigned(L, word(L, block)));

/** How often n numbers are sorted anew, so that ties hardly matter: the least r of n^3 <= (2^32 - 1)^r. */
const roundsFor = (n: number): number => (n < 2 ? 0 : n <= 1625 ? 1 : n <= 2642245 ? 2 : 3);

/** The numbers 0 to n - 1 in random order. */
export const shuffled = (caller: string, from: Key, n: number): NDArray => {
  const shape = checkShape(`random.${caller}`, [n]);
  let order = places(shape, `random.${caller}`);
  let key = from;
  for (let round = 0; round < roundsFor(n); round++) {
    const [next, now] = split(key);
    order = take(order, argsort(ranks(caller, now, shape)));
    key = next;
  }
  return order;
};

interface Permutation {
  <const N extends number>(key: Key, n: N): NDArray<[N]>;
  <S extends Shape>(key: Key, x: NDArray<S>, axis?: number): NDArray<S>;
}

/**
 * The numbers 0 to n - 1 in random order, as int32, or an array's rows along an axis (0): every order is equally likely.
 * Bit for bit as JAX: they are sorted by random words, more than 1625 of them twice, more than 2642245 three times.
 *
 * @throws DomainError when n is negative or not whole; ShapeError when the axis is out of range
 * @example
 * import { random, toNested } from "@gradfold/core";
 * toNested(random.permutation(random.key(0), 4)); // => [ 0, 1, 3, 2 ]
 */
export const permutation = typed<Permutation>((from: Key, of: number | NDArray, axis = 0) => {
  checkKey("permutation", from);
  if (!isNDArray(of)) return shuffled("permutation", from, of);
  const along = normalizeAxis("random.permutation", axis, of.shape);
  return take(of, shuffled("permutation", from, of.shape[along] ?? 0), along);
});
