import { isNDArray, type NDArray } from "../array/array.ts";
import { bind } from "../array/primitive.ts";
import { normalizeAxis, roomFor, type Shape } from "../array/shape.ts";
import { take } from "../operations/take.ts";
import { typed } from "../static/door.ts";
import { checkKey, type Key } from "./key.ts";
import { orderOf } from "./shuffle.ts";

/** The numbers 0 to n - 1 in random order. */
export const shuffled = (caller: string, from: Key, n: number): NDArray => {
  roomFor(`random.${caller}`, [n], "int32");
  return bind(orderOf(n, `random.${caller}`), [checkKey(caller, from)]);
};

export interface Permutation {
  /** The numbers from 0 to before n, in an order drawn at random. */
  <const N extends number>(key: Key, n: N): NDArray<[N]>;
  /** The rows of an array along an axis, in an order drawn at random. */
  <S extends Shape>(key: Key, x: NDArray<S>, axis?: number): NDArray<S>;
}

/**
 * The numbers 0 to n - 1 in random order, as int32, or an array's rows along an axis (0): every order is equally likely.
 * Bit for bit as JAX: they are sorted by random words, more than 1625 of them twice, more than 2642245 three times.
 *
 * @throws DomainError when n is negative or not whole; ShapeError when the axis is out of range
 * @example
 * import { random, toNested } from "gradfold";
 * toNested(random.permutation(random.key(0), 4)); // => [ 0, 1, 3, 2 ]
 */
export const permutation = typed<Permutation>((from: Key, of: number | NDArray, axis = 0) => {
  checkKey("permutation", from);
  if (!isNDArray(of)) return shuffled("permutation", from, of);
  const along = normalizeAxis("random.permutation", axis, of.shape);
  return take(of, shuffled("permutation", from, of.shape[along] ?? 0), along);
});
