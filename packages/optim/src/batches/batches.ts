import { arange, DomainError, type Key, random, slice } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { gathered, type Gathering } from "../gathering.ts";
import type { Inputs } from "../inputs.ts";
import { asValue } from "../value.ts";
import { type BatchOptions, checkFor, type Settled, settledOf } from "./options.ts";
import { balanced, type Draw, keeping, permuted, replaced } from "./order.ts";
import { type Rows, rowsOf } from "./rows.ts";

/** How many batches there are in an epoch and in all, and how many rows of an epoch are in some batch. */
interface Plan {
  readonly rows: number;
  readonly perEpoch: number;
  readonly length: number;
}

/** Without epochs, rows are drawn for several batches at once: at least as many. */
const leastDrawn = 4096;

const planOf = ({ size, epochs, steps, dropLast, weights, balance }: Settled, n: number): Plan => {
  if (steps === undefined) {
    const perEpoch = dropLast ? Math.floor(n / size) : Math.ceil(n / size);
    return { rows: dropLast ? perEpoch * size : n, perEpoch, length: perEpoch * (epochs ?? 1) };
  }
  // Weights and labels take time in proportion to all rows.
  const drawn = weights === undefined && balance === undefined ? leastDrawn : Math.max(n, leastDrawn);
  const perEpoch = Math.ceil(drawn / size);
  return { rows: perEpoch * size, perEpoch, length: steps };
};

/** Throws unless batches have numbers, and epochs have keys. */
const checkLength = (length: number, perEpoch: number): void => {
  if (length > Number.MAX_SAFE_INTEGER || length / perEpoch > 2 ** 32)
    throw new DomainError(
      `batches: ${length} batches, ${perEpoch} in an epoch, are too many: 2^53 batches and 2^32 epochs have numbers.`,
    );
};

const drawOf = ({ steps, weights, balance }: Settled, n: number, rows: number): Draw => {
  const count = steps === undefined ? n : rows;
  if (balance !== undefined) return balanced(balance, count);
  return steps === undefined && weights === undefined ? permuted(n) : replaced(n, count, weights);
};

/** Bytes that kept orders may take. */
const orderBudget = 2 ** 25;
/** Bytes that an order takes beside its numbers, about. */
const besideNumbers = 512;

const ordersOf = (key: Key | null, options: Settled, n: number, rows: number): Gathering["orderOf"] => {
  if (key === null || !options.shuffle) {
    const order = arange(rows, { dtype: "int32" });
    return () => order;
  }
  const draw = drawOf(options, n, rows);
  const most = Math.max(2, Math.floor(orderBudget / (besideNumbers + 4 * Math.max(n, rows))));
  return keeping(most, (epoch) => {
    const order = draw(random.foldIn(key, epoch));
    return order.shape[0] === rows ? order : slice(order, [[0, rows]]);
  });
};

/**
 * Mini-batches of the rows of a tree of arrays, shuffled anew in every epoch; the last one of an epoch may be shorter.
 * Batch i depends on the key and on i alone.
 *
 * Unless options say otherwise, each row comes once in an epoch. With `weights` rows are drawn with replacement, by inverse
 * transform sampling. With `balance` row p of an epoch is of class p mod C, in ascending order of the C labels, so that
 * each class has ⌊size / C⌋ or ⌈size / C⌉ rows of every batch; the rows of a class are shuffled, and begin again within an
 * epoch when there are no more. With `steps` there are no epochs and no short batches.
 *
 * @param key - null where rows are not shuffled
 * @param data - arrays with the same number n of rows
 * @param options - `size`: rows in a batch, 1 to n; `epochs`: passes over the data (1); `steps`: batches, in the place of
 *   epochs; `shuffle`: whether rows are shuffled (true); `dropLast`: whether to leave out a last batch that is shorter
 *   (false); `weights` [n]: how often each row comes, in proportion; `balance` [n]: a label for each row, a whole number
 * @throws DomainError when size, epochs, steps, a weight or a label are out of range, or options contradict each other;
 *   ShapeError when the arrays' rows differ in number, or weights or labels are not one for each
 * @example
 * import { arange, array, batches, random } from "gradfold";
 * const inputs = batches(random.key(0), { x: arange(5) }, { size: 2, epochs: 2 });
 * [inputs.length, inputs.at(0).x, inputs.at(2).x]; // => [ 6, float64 [2] [0, 2], float64 [1] [3] ]
 * batches(null, arange(5), { size: 2, shuffle: false }).at(1); // => float64 [2] [2, 3]
 * batches(random.key(0), arange(5), { size: 3, steps: 1000 }).at(999); // => float64 [3] [4, 2, 2]
 * batches(random.key(0), arange(5), { size: 3, weights: array([0, 0, 1, 1, 0]) }).at(0); // => float64 [3] [2, 3, 2]
 * batches(random.key(0), arange(5), { size: 4, balance: array([7, 7, 7, 7, 9]) }).at(0); // => float64 [4] [0, 4, 2, 4]
 */
export const batches = typed<<T>(key: Key | null, data: T, options: BatchOptions) => Inputs<Rows<T>>>(
  (key: Key | null, data: unknown, options: BatchOptions) => {
    const settled = settledOf(key, options);
    const n = rowsOf("batches", data);
    checkFor(settled, n);
    const tables = asValue("batches", data);
    const { rows, perEpoch, length } = planOf(settled, n);
    checkLength(length, perEpoch);
    const orderOf = ordersOf(key, settled, n, rows);
    return gathered(length, { tables, size: settled.size, rows, perEpoch, orderOf, first: 0 });
  },
);
