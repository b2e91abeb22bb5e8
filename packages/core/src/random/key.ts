import { contiguous, isNDArray, type NDArray, type Operand } from "../array/array.ts";
import { checkList, describe } from "../array/description.ts";
import { bind, type Primitive, view } from "../array/primitive.ts";
import { checkShape, formatShape, frozen } from "../array/shape.ts";
import { DomainError, DTypeError, ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { checker, eachElement } from "../operations/checked.ts";
import { batchBroadcast } from "../operations/family/batch.ts";
import { elementwise } from "../operations/family/elementwise.ts";
import { slice } from "../operations/slice.ts";
import type { DType } from "../scalar/dtype.ts";
import { typed } from "../static/door.ts";
import { places } from "./place.ts";
import { threefry } from "./threefry.ts";

declare const isKey: unique symbol;

/**
 * The seed of random numbers, as a value: the same key always gives the same numbers, so use each key once and split it
 * for more. Its two 32-bit words are an int32 array, so that a key is a leaf like any other.
 */
export type Key = NDArray<[2]> & { readonly [isKey]: true };

/** An array that is no key may have the right shape. */
const shown = (x: unknown): string => (isNDArray(x) ? `${x.dtype} ${formatShape(x.shape)}` : describe(x));

/** A key, or the error of the function that was given something else. */
export const checkKey = (name: string, from: unknown): NDArray => {
  if (isNDArray(from) && from.dtype === "int32" && formatShape(from.shape) === "[2]") return from;
  throw new DTypeError(`random.${name}: a key is needed, as random.key(seed) makes it, not ${shown(from)}`);
};

/** The two words of what should be a key. */
export const wordsOf = (name: string, from: unknown): readonly [NDArray, NDArray] => {
  const key = checkKey(name, from);
  return [slice(key, [0]), slice(key, [1])];
};

/** Words are whole numbers, which float64 holds exactly: so are draws computed, whatever comes of them. */
export const computedAsWords = (result: DType) => ({
  computed: (): DType => "float64",
  result: (): DType => result,
});

/** One word of the block of a counter: the high one at place 0, the low one at place 1. */
const block: Primitive = {
  ...elementwise(
    "threefry",
    4,
    (L, k0, k1, counter, place) => {
      // A counter may come as a float of up to 2^32 - 1.
      const word = L.select(L.less(counter, 2 ** 31), counter, L.sub(counter, 2 ** 32));
      const { high, low } = threefry(L, k0, k1, 0, word);
      return L.select(L.equal(place, 0), high, low);
    },
    computedAsWords("int32"),
  ),
  name: "threefry",
  parameters: {},
  jvp: () => null,
  vjp: () => null,
  batch: (inputs, mapped) => batchBroadcast(block, inputs, mapped),
};

const keysOf = (name: string, from: unknown, counters: NDArray): NDArray =>
  bind(block, [...wordsOf(name, from), counters, places([2])]);

/**
 * The key of a seed.
 *
 * @param seed - a whole number of at most 53 bits
 * @throws DomainError when it is not
 * @example
 * import { random, toNested } from "gradfold";
 * toNested(random.key(42)); // => [ 0, 42 ]
 */
export const key = (seed: number): Key => {
  if (!Number.isSafeInteger(seed))
    throw new DomainError(`random.key: a seed is a whole number up to 2^53, not ${describe(seed)}`);
  return wrap([Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0]);
};

/**
 * A key of its two words: the way back from {@link keyData}, and the way to a key for an int32 array that holds one.
 *
 * @param words - two whole numbers from -2^31 to 2^32 - 1, or an int32 array of shape [2]
 * @throws DomainError for other numbers; DTypeError for other arrays
 * @example
 * import { random } from "gradfold";
 * random.keyData(random.wrap([1, 2])); // => [ 1, 2 ]
 */
export const wrap = typed<(words: readonly [high: number, low: number] | NDArray<[2]>) => Key>(
  (words: readonly number[] | NDArray) => {
    if (isNDArray(words)) return checkKey("wrap", words);
    checkList("random.wrap", "two words", words);
    if (words.length !== 2) throw new ShapeError(`random.wrap: a key has 2 words, not ${words.length}`);
    for (const word of words)
      if (!Number.isInteger(word) || word < -(2 ** 31) || word >= 2 ** 32)
        throw new DomainError(`random.wrap: a word is a whole number from -2^31 to 2^32 - 1, not ${describe(word)}`);
    return contiguous(
      "int32",
      frozen([2]),
      Int32Array.from(words, (word) => word | 0),
    );
  },
);

/**
 * The two words of a key, as unsigned numbers.
 *
 * @throws TraceError inside `program.of` and `jit`, where a key's words are not known
 * @example
 * import { random } from "gradfold";
 * random.keyData(random.key(7)); // => [ 0, 7 ]
 */
export const keyData = (from: Key): readonly [number, number] => {
  const { data, offset, stride } = view(checkKey("keyData", from), "random.keyData");
  return [(data[offset] ?? 0) >>> 0, (data[offset + (stride[0] ?? 1)] ?? 0) >>> 0];
};

/** As many keys as a literal count says, as a tuple; more than 99 are a plain list. */
type Few<N extends number> = number extends N ? false : `${N}` extends Digit | `${Digit}${Digit}` ? true : false;
type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
type Fixed<T, N extends number, Out extends readonly T[] = []> = Out["length"] extends N
  ? Out
  : Fixed<T, N, readonly [...Out, T]>;

export interface Split {
  /** Two independent keys. */
  (key: Key): readonly [Key, Key];
  /** As many independent keys. */
  <const N extends number>(key: Key, count: N): Few<N> extends true ? Fixed<Key, N> : readonly Key[];
}

/**
 * Independent new keys, two by default. The old key should not be used again.
 *
 * @throws DomainError when the count is negative or not whole
 * @example
 * import { random } from "gradfold";
 * random.split(random.key(0), 3).length; // => 3
 */
export const split = typed<Split>((from: Key, count = 2) => {
  const shape = checkShape("random.split", [count, 1]);
  const keys = keysOf("split", from, places(shape, "random.split"));
  return Array.from({ length: count }, (_, i) => slice(keys, [i]));
});

const wholeNumber = checker(
  "foldIn",
  0,
  eachElement((m, x) => m.and(m.equal(m.floor(x), x), m.and(m.lessEqual(0, x), m.less(x, 2 ** 32)))),
);

/** The number that is folded in. */
const checkData = (data: Operand): NDArray => {
  const x = operand("random.foldIn", data);
  if (x.shape.length > 0)
    throw new ShapeError(`random.foldIn: a number or a scalar array is needed, not ${formatShape(x.shape)}`);
  return wholeNumber(x, (n) => new DomainError(`random.foldIn: a whole number from 0 to 2^32 - 1 is needed, not ${n}`));
};

/**
 * A new key made of a key and a whole number, such as a step's.
 *
 * @param data - a number or a scalar array: whole, from 0 to 2^32 - 1
 * @throws DomainError when it is not; ShapeError when it is no scalar
 * @example
 * import { random, toNested } from "gradfold";
 * toNested(random.foldIn(random.key(0), 1)); // => [ 928981903, -841280227 ]
 */
export const foldIn = typed<(key: Key, data: Operand<[]>) => Key>((from: Key, data: Operand) =>
  keysOf("foldIn", from, checkData(data)),
);
