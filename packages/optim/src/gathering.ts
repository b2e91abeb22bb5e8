import { DomainError, tree, type Vector } from "@gradfold/core";
import { describe, gatherRows, typed } from "@gradfold/core/library";
import { checkInputs, type Inputs, sequence } from "./inputs.ts";
import { frozen } from "./value.ts";

/**
 * Inputs that are rows of tables: what a loop needs to gather them itself. Where there are no epochs, an epoch is what is
 * drawn at once, and the inputs may end within it.
 */
export interface Gathering {
  /** A tree of arrays with n rows each. */
  readonly tables: unknown;
  /** Rows in a batch. */
  readonly size: number;
  /** Rows in an epoch's order, of which each batch but the last takes `size`. */
  readonly rows: number;
  /** Batches in an epoch. */
  readonly perEpoch: number;
  /** Row indices, int32 [rows], of an epoch; made once and kept. */
  readonly orderOf: (epoch: number) => Vector;
  /** The number of the batch, counted from epoch 0 on, that input 0 is. */
  readonly first: number;
}

/** By identity, so that a copy of inputs with another `at` is not taken for them. */
const gatherings = new WeakMap<Inputs<unknown>, Gathering>();

/** How inputs are gathered; undefined for those that are not rows of tables. */
export const gatheringOf = (inputs: Inputs<unknown>): Gathering | undefined => gatherings.get(inputs);

/** The numbers from `start` to `stop` - 1 of an epoch's order. */
interface BatchRows {
  readonly order: Vector;
  readonly start: number;
  readonly stop: number;
}

/** The rows of a batch, counted from epoch 0 on. */
export const rowsOfBatch = ({ size, rows, perEpoch, orderOf }: Gathering, batch: number): BatchRows => {
  const start = (batch % perEpoch) * size;
  return { order: orderOf(Math.floor(batch / perEpoch)), start, stop: Math.min(start + size, rows) };
};

/** The inputs that a gathering describes. */
export const gathered = (length: number, gathering: Gathering): Inputs<unknown> => {
  const { leaves, structure } = tree.flatten(gathering.tables);
  const at = (i: number): unknown => {
    const { order, start, stop } = rowsOfBatch(gathering, gathering.first + i);
    return frozen(
      tree.unflatten(
        structure,
        leaves.map((x) => gatherRows(x, order, start, stop)),
      ),
    );
  };
  const inputs = sequence("batches", length, at);
  gatherings.set(inputs, gathering);
  return inputs;
};

const op = "sliceInputs";

/**
 * The inputs from … to - 1, with which a run goes on in chunks. Those of `batches` stay what they are: in a fold with `scan`
 * their rows are gathered inside of the loop.
 *
 * @param to - the end, which is not included (all that there are)
 * @throws DomainError unless 0 ≤ from ≤ to ≤ length
 * @example
 * import { arange, batches, sliceInputs } from "gradfold";
 * const inputs = batches(null, arange(6), { size: 2, shuffle: false });
 * sliceInputs(inputs, 1).at(0); // => float64 [2] [2, 3]
 */
export const sliceInputs = typed<<Batch>(inputs: Inputs<Batch>, from: number, to?: number) => Inputs<Batch>>(
  (inputs: Inputs<unknown>, from: number, end?: number) => {
    checkInputs(op, inputs);
    const { length } = inputs;
    const to = end ?? length;
    const isWhole = Number.isInteger(from) && Number.isInteger(to);
    if (!isWhole || from < 0 || from > to || to > length)
      throw new DomainError(`${op}: no inputs ${describe(from)} to ${describe(to)} among ${length}.`);
    const gathering = gatheringOf(inputs);
    if (gathering === undefined) return sequence(op, to - from, (i) => inputs.at(from + i));
    return gathered(to - from, { ...gathering, first: gathering.first + from });
  },
);
