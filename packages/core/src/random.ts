import { contiguous, isNDArray, type NDArray, type Operand } from "./array.ts";
import { describe } from "./description.ts";
import { allocate, type DType, isFloat, type Store } from "./dtype.ts";
import { DomainError, DTypeError } from "./error.ts";
import { batchOneByOne } from "./family/batch.ts";
import { operand } from "./operand.ts";
import { add } from "./operations/add.ts";
import { mul } from "./operations/arithmetic.ts";
import { maximum } from "./operations/extremum.ts";
import { slice } from "./operations/slice.ts";
import { bind, type Primitive, view } from "./primitive.ts";
import { item } from "./read.ts";
import { checkShape, formatShape, frozen, type Shape, sizeOf } from "./shape.ts";
import { typed } from "./static/door.ts";
import type { Mutable } from "./static/text.ts";
import { threefry, type Words, wordsOf } from "./threefry.ts";

declare const isKey: unique symbol;

/**
 * The seed of random numbers, as a value: the same key always gives the same numbers, so use each key once and split it
 * for more. Its two 32-bit words are an int32 array, so that a key is a leaf like any other.
 */
export type Key = NDArray<[2]> & { readonly [isKey]: true };

const keyOf = typed<(words: Words) => Key>((words: Words) => contiguous("int32", frozen([2]), Int32Array.from(words)));

const checkKey = (name: string, from: unknown): NDArray => {
  if (isNDArray(from) && from.dtype === "int32" && formatShape(from.shape) === "[2]") return from;
  throw new DTypeError(`random.${name}: a key is needed, as random.key(seed) makes it`);
};

const wordsIn = (from: NDArray): Words => {
  const { data, offset, stride } = view(from, "random");
  return [data[offset] ?? 0, data[offset + (stride[0] ?? 1)] ?? 0];
};

/** A function of a key without a derivative: what all draws are. */
const draw = (
  name: string,
  dtype: DType,
  shape: Shape,
  fill: (words: Words, out: Store, data: readonly NDArray[]) => void,
): Primitive => {
  const primitive: Primitive = {
    name,
    parameters: { shape, dtype },
    type: () => ({ shape, dtype }),
    evaluate: ([from, ...data]) => {
      const out = allocate(dtype, sizeOf(shape));
      if (from !== undefined) fill(wordsIn(from), out, data);
      return contiguous(dtype, shape, out);
    },
    loops: { kind: "evaluate" },
    jvp: () => null,
    vjp: () => null,
    batch: (inputs, mapped) => batchOneByOne(primitive, inputs, mapped),
  };
  return primitive;
};

/**
 * The key of a seed.
 *
 * @param seed - a whole number of at most 53 bits
 * @throws DomainError when it is not
 * @example
 * import { random, toNested } from "@gradfold/core";
 * toNested(random.key(42)); // => [ 0, 42 ]
 */
export const key = (seed: number): Key => {
  if (!Number.isSafeInteger(seed))
    throw new DomainError(`random.key: a seed is a whole number up to 2^53, not ${describe(seed)}`);
  return keyOf(wordsOf(seed));
};

/** As many keys as a literal count says, as a tuple; more than 99 are a plain list. */
type Few<N extends number> = number extends N ? false : `${N}` extends Digit | `${Digit}${Digit}` ? true : false;
type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
type Fixed<T, N extends number, Out extends readonly T[] = []> = Out["length"] extends N
  ? Out
  : Fixed<T, N, readonly [...Out, T]>;

interface Split {
  (key: Key): readonly [Key, Key];
  <const N extends number>(key: Key, count: N): Few<N> extends true ? Fixed<Key, N> : readonly Key[];
}

/**
 * Independent new keys, two by default. The old key should not be used again.
 *
 * @throws DomainError when the count is negative or not whole
 * @example
 * import { random } from "@gradfold/core";
 * random.split(random.key(0), 3).length; // => 3
 */
export const split = typed<Split>((from: Key, count = 2) => {
  const shape = checkShape("random.split", [count, 2]);
  const fill = (words: Words, out: Store): void => {
    for (let i = 0; i < count; i++) out.set(threefry(words, wordsOf(i)), 2 * i);
  };
  const keys = bind(draw("split", "int32", shape, fill), [checkKey("split", from)]);
  return Array.from({ length: count }, (_, i) => slice(keys, [i]));
});

const refuseData = (data: number): never => {
  throw new DomainError(`random.foldIn: a whole number from 0 to 2^32 - 1 is needed, not ${data}`);
};

/**
 * A new key made of a key and a whole number, such as a step's.
 *
 * @param data - a number or a scalar array
 * @throws DomainError when it is not whole, or not from 0 to 2^32 - 1
 * @example
 * import { random, toNested } from "@gradfold/core";
 * toNested(random.foldIn(random.key(0), 1)); // => [ 928981903, -841280227 ]
 */
export const foldIn = typed<(key: Key, data: Operand<[]>) => Key>((from: Key, data: Operand) => {
  const fill = (words: Words, out: Store, [x]: readonly NDArray[]): void => {
    const n = x === undefined ? NaN : item(x);
    out.set(threefry(words, Number.isInteger(n) && n >= 0 && n < 2 ** 32 ? [0, n | 0] : refuseData(n)));
  };
  return bind(draw("foldIn", "int32", frozen([2]), fill), [checkKey("foldIn", from), operand("random.foldIn", data)]);
});

/**
 * Random 32-bit words, as int32.
 *
 * @example
 * import { random, toNested } from "@gradfold/core";
 * toNested(random.bits(random.key(0), [2])); // => [ -224768089, -91998574 ]
 */
export const bits = typed<<const S extends Shape>(key: Key, shape: S) => NDArray<Mutable<S>>>(
  (from: Key, of: Shape) => {
    const shape = checkShape("random.bits", of);
    const fill = (words: Words, out: Store): void => {
      for (let i = 0; i < out.length; i++) {
        const [high, low] = threefry(words, wordsOf(i));
        out[i] = high ^ low;
      }
    };
    return bind(draw("bits", "int32", shape, fill), [checkKey("bits", from)]);
  },
);

/** Numbers of [0, 1) with all the bits that the dtype's significand has. */
const unit =
  (dtype: DType) =>
  (words: Words, out: Store): void => {
    for (let i = 0; i < out.length; i++) {
      const [high, low] = threefry(words, wordsOf(i));
      out[i] =
        dtype === "float32" ? ((high ^ low) >>> 9) * 2 ** -23 : (high >>> 0) * 2 ** -32 + (low >>> 12) * 2 ** -52;
    }
  };

interface Interval {
  readonly min?: number;
  readonly max?: number;
  readonly dtype?: DType;
}

/**
 * Numbers of equal probability from `min` (0) up to but not including `max` (1), bit for bit as JAX.
 *
 * @param options - `min`, `max`, and `dtype`: float64 (default) or float32
 * @throws DTypeError for other dtypes; DomainError when min > max, or a bound or their distance is not finite
 * @example
 * import { random, toNested } from "@gradfold/core";
 * toNested(random.uniform(random.key(0), [1], { min: -1, max: 1 })); // => [ -0.16308577656722711 ]
 */
export const uniform = typed<
  <const S extends Shape = []>(key: Key, shape?: S, options?: Interval) => NDArray<Mutable<S>>
>((from: Key, of: Shape = [], { min = 0, max = 1, dtype = "float64" }: Interval = {}) => {
  if (!isFloat(dtype)) throw new DTypeError(`random.uniform: the dtype must be float64 or float32, not ${dtype}`);
  if (!Number.isFinite(min) || !Number.isFinite(max) || !Number.isFinite(max - min) || min > max)
    throw new DomainError(`random.uniform: finite bounds with min <= max are needed, not ${min} and ${max}`);
  const drawn = bind(draw("uniform", dtype, checkShape("random.uniform", of), unit(dtype)), [
    checkKey("uniform", from),
  ]);
  if (min === 0 && max === 1) return drawn;
  return maximum(add(mul(drawn, max - min), min), min);
});

/**
 * The numbers 0 to n - 1 in random order, as int32: every order is equally likely.
 *
 * @throws DomainError when n is negative or not whole
 * @example
 * import { random, toNested } from "@gradfold/core";
 * toNested(random.permutation(random.key(0), 4)); // => [ 1, 0, 3, 2 ]
 */
export const permutation = typed<<const N extends number>(key: Key, n: N) => NDArray<[N]>>((from: Key, n: number) => {
  const shape = checkShape("random.permutation", [n]);
  const fill = (words: Words, out: Store): void => {
    const order = new Float64Array(n);
    unit("float64")(words, order);
    out.set(Array.from(order.keys()).toSorted((i, j) => (order[i] ?? 0) - (order[j] ?? 0) || i - j));
  };
  return bind(draw("permutation", "int32", shape, fill), [checkKey("permutation", from)]);
});

/**
 * The two words of a key, as unsigned numbers.
 *
 * @example
 * import { random } from "@gradfold/core";
 * random.keyData(random.key(7)); // => [ 0, 7 ]
 */
export const keyData = (from: Key): readonly [number, number] => {
  const [high, low] = wordsIn(checkKey("keyData", from));
  return [high >>> 0, low >>> 0];
};
