import { type NDArray, type Shape, toTypedArray } from "@gradfold/core";
import { contiguous, runIfKept, sizeOf } from "@gradfold/core/library";
import { type Gathering, rowsOfBatch } from "../../gathering.ts";
import { mostSteps } from "./alike.ts";

/* The row indices with which a loop over batches is fed. */

/** No more than this many indices of rows are given to one call. */
export const mostIndices = 2 ** 21;

/** No more than this many batches are taken by one call. */
export const mostBatches = ({ size }: Gathering): number =>
  Math.max(1, Math.min(mostSteps, Math.floor(mostIndices / size)));

/** How many batches of an epoch have all rows, and how many rows the last one has. */
export const shapeOf = ({ rows, size, perEpoch }: Gathering): { readonly full: number; readonly last: number } => {
  const last = rows - (perEpoch - 1) * size;
  return { full: last === size ? perEpoch : perEpoch - 1, last };
};

/** The indices of an order, which nobody writes to. */
const elementsOf = (order: NDArray): Int32Array => {
  const run = runIfKept(order);
  const data = run === undefined ? toTypedArray(order) : run.data.subarray(run.start, run.start + sizeOf(order.shape));
  return data as Int32Array; // as of every array of dtype int32
};

/** Writes row indices: those of a batch, or of an epoch. */
type Write = (into: Int32Array, which: number) => void;

/** The row indices of an epoch, counted from one on. */
export const epochsFrom =
  ({ orderOf, perEpoch }: Gathering, from: number): Write =>
  (into, which) =>
    into.set(elementsOf(orderOf(from / perEpoch + which)));

/** The row indices of a batch, counted from one on; behind those of a shorter one stand zeros. */
export const batchesFrom =
  (gathering: Gathering, from: number): Write =>
  (into, which) => {
    const { order, start, stop } = rowsOfBatch(gathering, from + which);
    into.set(elementsOf(order).subarray(start, stop));
  };

/** Rows of indices, of which each has `size`. */
export const indices = (lengths: Shape, size: number, from: number, write: Write): NDArray => {
  const count = sizeOf(lengths);
  const data = new Int32Array(count * size);
  for (let j = 0; j < count; j++) write(data.subarray(j * size, (j + 1) * size), from + j);
  return contiguous("int32", Object.freeze([...lengths, size]), data);
};
