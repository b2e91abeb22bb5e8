import { DomainError, type Key, random, tree } from "@gradfold/core";
import { describe, gatherRows, optionsOf, typed } from "@gradfold/core/library";
import { checkKey } from "./argument.ts";
import { type Rows, rowsOf } from "./batches/rows.ts";

export interface SplitOptions {
  /** Which part of the rows is for the test, above 0 and below 1. */
  readonly testSize: number;
}

export interface Split<T> {
  /** The rows to train on. */
  readonly train: Rows<T>;
  /** The rows to test with. */
  readonly test: Rows<T>;
}

/**
 * The rows of a tree of arrays, shuffled, in two parts: to train with, and to test with.
 *
 * @param data - arrays with the same number n of rows
 * @param options - `testSize`: which part is for the test; ⌈n · testSize⌉ rows
 * @throws DomainError when a part would be empty; ShapeError when the arrays' rows differ in number
 * @example
 * import { arange, random, trainTestSplit } from "gradfold";
 * const { train, test } = trainTestSplit(random.key(0), { x: arange(10) }, { testSize: 0.3 });
 * [train.x.shape, test.x.shape]; // => [ [ 7 ], [ 3 ] ]
 */
export const trainTestSplit = typed<<T>(key: Key, data: T, options: SplitOptions) => Split<T>>(
  (key: Key, data: unknown, options: SplitOptions) => {
    const { testSize } = optionsOf("trainTestSplit", options, {}, ["testSize"]);
    checkKey("trainTestSplit", key);
    const n = rowsOf("trainTestSplit", data);
    const count = Math.ceil(n * testSize);
    if (!(testSize > 0 && testSize < 1 && count < n))
      throw new DomainError(`trainTestSplit: ${describe(testSize)} of ${n} rows leaves nothing for one of the parts.`);
    const order = random.permutation(key, n);
    const rows = (start: number, stop: number): unknown => tree.mapTo((x) => gatherRows(x, order, start, stop), data);
    return { train: rows(count, n), test: rows(0, count) };
  },
);
