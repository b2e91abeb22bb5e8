import {
  DomainError,
  DTypeError,
  type Key,
  type NDArray,
  random,
  type Shape,
  ShapeError,
  slice,
  take,
  tree,
  type Vector,
} from "@gradfold/core";
import {
  describe,
  formatShape,
  isNDArray,
  isPromise,
  isRecord,
  optionsOf,
  sameShape,
  typed,
} from "@gradfold/core/transform";
import { checkArray, checkKey, checkTree } from "./argument.ts";
import { asValue, frozen } from "./value.ts";

/**
 * What is fed to the steps of a run: a sequence that can be asked for any of its members, and always gives the same.
 * That is what makes a run recomputable, so it is never an iterator.
 */
export interface Inputs<Batch> {
  readonly length: number;
  readonly at: (i: number) => Batch;
}

/** What inputs may have been meant by something that is none. */
const meant = (x: unknown): string => {
  if (typeof x === "number") return ` Did you mean steps(${x})?`;
  if (isNDArray(x) || isRecord(x)) return " Did you mean repeat(batch, n), or batches(key, data, options)?";
  return "";
};

/** Throws unless something is a sequence of inputs. */
export const checkInputs: (name: string, x: unknown) => asserts x is Inputs<unknown> = (name, x) => {
  const { length, at } = typeof x === "object" && x !== null ? (x as Partial<Inputs<unknown>>) : {};
  if (typeof at !== "function")
    throw new DTypeError(`${name}: inputs are a sequence { length, at(i) }, not ${describe(x)}.${meant(x)}`);
  if (!Number.isSafeInteger(length) || Number(length) < 0)
    throw new DomainError(`${name}: the length of inputs must be a whole number from 0 on, not ${describe(length)}.`);
};

/** Reads inputs in order, and throws where one is no input: all of them are undefined, as those of `steps`, or none is. */
export const readerOf = (name: string, inputs: Inputs<unknown>): ((i: number) => unknown) => {
  let isNothing: boolean | undefined;
  return (i) => {
    const input = inputs.at(i);
    isNothing ??= input === undefined;
    if ((input === undefined) === isNothing && !isPromise(input)) return input;
    throw new DTypeError(
      isPromise(input)
        ? `${name}: input ${i} is a Promise. Inputs are read at once: load the data before the run.`
        : `${name}: input ${i} of ${inputs.length} is ${describe(input)}, unlike those before it.`,
    );
  };
};

/** A sequence that refuses to be asked for a member that it has not. */
const sequence = <Batch>(name: string, length: number, at: (i: number) => Batch): Inputs<Batch> =>
  Object.freeze({
    length,
    at: (i: number) => {
      if (Number.isInteger(i) && i >= 0 && i < length) return at(i);
      throw new DomainError(`${name}: there is no input ${describe(i)} among ${length}, which are 0 to ${length - 1}.`);
    },
  });

const checkCount = (name: string, what: string, n: number): void => {
  if (!Number.isSafeInteger(n) || n < 0)
    throw new DomainError(`${name}: ${what} must be a whole number from 0 on, not ${describe(n)}.`);
};

/**
 * The same batch for n steps: full-batch gradient descent. Its lists and records are copied and frozen, its arrays shared.
 *
 * @throws DomainError when n is negative or not whole
 * @example
 * import { repeat } from "@gradfold/optim";
 * repeat("data", 3).at(2); // => 'data'
 */
export const repeat = <Batch>(batch: Batch, n: number): Inputs<Batch> => {
  checkCount("repeat", "the number of steps", n);
  const value = asValue("repeat", batch);
  return sequence("repeat", n, () => value);
};

/**
 * n steps without input, for a loss that needs no data.
 *
 * @throws DomainError when n is negative or not whole
 * @example
 * import { steps } from "@gradfold/optim";
 * steps(3).length; // => 3
 */
export const steps = (n: number): Inputs<undefined> => {
  checkCount("steps", "the number of steps", n);
  return sequence("steps", n, () => undefined);
};

/** The type of some rows of a tree of arrays: the first axis becomes `number`. */
export type Rows<T> =
  T extends NDArray<infer S>
    ? S extends readonly [number, ...infer R extends Shape]
      ? NDArray<[number, ...R]>
      : NDArray
    : { readonly [K in keyof T]: Rows<T[K]> };

/** How many rows the leaves of a tree have: all the same. */
export const rowsOf = (name: string, data: unknown): number => {
  checkTree(name, "the data", data);
  const { leaves, paths } = tree.flatten(data);
  const sizes = leaves.map((x) => x.shape[0]);
  const [n] = sizes;
  sizes.forEach((size, i) => {
    if (size === undefined) throw new ShapeError(`${name}: ${paths[i] || "the data"} is a scalar; rows are needed.`);
    if (size !== n)
      throw new ShapeError(
        `${name}: leaves have different numbers of rows: ${paths[0]} has ${n}, ${paths[i]} has ${size}.`,
      );
  });
  if (n === undefined) throw new ShapeError(`${name}: the data holds no array.`);
  return n;
};

export interface BatchOptions {
  readonly size: number;
  readonly epochs?: number;
  /** Whether to leave out an epoch's last batch where it is shorter. */
  readonly dropLast?: boolean;
  /** How often each row comes, in proportion; rows are then drawn one by one, with replacement. */
  readonly weights?: Vector;
}

const batchDefaults = { epochs: 1, dropLast: false, weights: undefined };

/** The order of an epoch's rows. */
const orderOf = (key: Key, n: number, weights: Vector | undefined): Vector =>
  weights === undefined ? random.permutation(key, n) : random.choice(key, n, [n], { p: weights });

/**
 * Mini-batches of the rows of a tree of arrays, shuffled anew in every epoch; the last one of an epoch may be shorter.
 * Batch i depends on the key and on i alone.
 *
 * @param data - arrays with the same number n of rows
 * @param options - `size`: rows in a batch, 1 to n; `epochs`: passes over the data (1); `dropLast`: whether to leave out a
 *   last batch that is shorter (false); `weights` [n]: how often each row comes, in proportion (each one once)
 * @throws DomainError when size or epochs are out of range; ShapeError when the arrays' rows differ in number, or weights
 *   are not one for each
 * @example
 * import { arange, random } from "@gradfold/core";
 * import { batches } from "@gradfold/optim";
 * const inputs = batches(random.key(0), { x: arange(5) }, { size: 2, epochs: 2 });
 * [inputs.length, inputs.at(0).x, inputs.at(2).x]; // => [ 6, float64 [2] [0, 2], float64 [1] [3] ]
 */
export const batches = typed<<T>(key: Key, data: T, options: BatchOptions) => Inputs<Rows<T>>>(
  (key: Key, data: unknown, options: BatchOptions) => {
    const { size, epochs, dropLast, weights } = optionsOf("batches", options, batchDefaults, ["size"]);
    checkKey("batches", key);
    const n = rowsOf("batches", data);
    const tables = asValue("batches", data);
    if (!Number.isInteger(size) || size < 1 || size > n)
      throw new DomainError(
        `batches: the size must be a whole number from 1 to the number of rows, ${n}, not ${describe(size)}.`,
      );
    checkCount("batches", "the number of epochs", epochs);
    if (weights !== undefined) checkArray("batches", "weights", weights);
    if (weights !== undefined && !sameShape(weights.shape, [n]))
      throw new ShapeError(`batches: ${n} rows need as many weights, not ${formatShape(weights.shape)}.`);
    const perEpoch = dropLast ? Math.floor(n / size) : Math.ceil(n / size);
    const orderIn = lastOnly((epoch: number) => orderOf(random.foldIn(key, epoch), n, weights));
    const at = (i: number): unknown => {
      const order = orderIn(Math.floor(i / perEpoch));
      const start = (i % perEpoch) * size;
      const rows = slice(order, [[start, start + size]]);
      return frozen(tree.mapTo((x) => take(x, rows), tables));
    };
    return sequence("batches", perEpoch * epochs, at);
  },
);

/** A pure function that remembers its last answer. */
const lastOnly = <A>(f: (x: number) => A): ((x: number) => A) => {
  let last: { readonly x: number; readonly answer: A } | undefined;
  return (x) => {
    if (last?.x !== x) last = { x, answer: f(x) };
    return last.answer;
  };
};
