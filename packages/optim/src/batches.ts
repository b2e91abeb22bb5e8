import {
  DomainError,
  type Key,
  type NDArray,
  random,
  type Shape,
  ShapeError,
  slice,
  tree,
  type Vector,
} from "@gradfold/core";
import { describe, formatShape, optionsOf, sameShape, typed } from "@gradfold/core/transform";
import { checkArray, checkKey, checkTree } from "./argument.ts";
import { gathered } from "./gathering.ts";
import { checkCount, type Inputs } from "./inputs.ts";
import { asValue } from "./value.ts";

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
    const rows = dropLast ? perEpoch * size : n;
    const orderIn = lastOnly((epoch: number) => {
      const order = orderOf(random.foldIn(key, epoch), n, weights);
      return rows < n ? slice(order, [[0, rows]]) : order;
    });
    return gathered(perEpoch * epochs, { tables, size, rows, perEpoch, orderOf: orderIn, first: 0 });
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
