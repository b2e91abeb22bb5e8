import { contiguous, type NDArray } from "../array/array.ts";
import { innermost, view } from "../array/primitive.ts";
import { frozen, placesOf } from "../array/shape.ts";
import type { View } from "../array/view.ts";
import { allocate, type Store } from "../scalar/dtype.ts";
import { slice } from "./slice.ts";
import { take } from "./take.ts";

/** Rows of at least this many elements are copied by the engine, which takes as long to start as a loop over them. */
const longRow = 32;

/** Where rows lie in a buffer: row numbers in a stretch of another one, which say how many strides from the offset. */
interface Rows {
  readonly numbers: Store;
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly offset: number;
  readonly stride: number;
}

/** Whether the elements of each row lie one after another; the rows themselves may lie anywhere. */
const hasWholeRows = ({ shape, stride }: View): boolean => {
  let expected = 1;
  for (let i = shape.length - 1; i > 0; i--) {
    const n = shape[i] ?? 1;
    if (n !== 1 && stride[i] !== expected) return false;
    expected *= n;
  }
  return true;
};

// Each of these loops has a function of its own, which the engine compiles for what it meets there: half the time.

const copyShort = (to: Store, from: Store, rows: Rows, width: number): void => {
  const { numbers, start, stop, step, offset, stride } = rows;
  let k = 0;
  for (let i = start; i !== stop; i += step, k += width) {
    const row = offset + (numbers[i] ?? NaN) * stride;
    for (let j = 0; j < width; j++) to[k + j] = from[row + j] ?? NaN;
  }
};

const copyLong = (to: Store, from: Store, rows: Rows, width: number): void => {
  const { numbers, start, stop, step, offset, stride } = rows;
  let k = 0;
  for (let i = start; i !== stop; i += step, k += width) {
    const row = offset + (numbers[i] ?? NaN) * stride;
    to.set(from.subarray(row, row + width), k);
  }
};

const copyApart = (to: Store, from: Store, rows: Rows, places: readonly number[]): void => {
  const { numbers, start, stop, step, offset, stride } = rows;
  const width = places.length;
  let k = 0;
  for (let i = start; i !== stop; i += step, k += width) {
    const row = offset + (numbers[i] ?? NaN) * stride;
    for (let j = 0; j < width; j++) to[k + j] = from[row + (places[j] ?? NaN)] ?? NaN;
  }
};

/** Copies rows of a table, each of `width` elements, one after another. */
const copyRows = (to: Store, table: View, rows: Rows, width: number): void => {
  const { data: from, shape, stride } = table;
  if (!hasWholeRows(table)) copyApart(to, from, rows, placesOf(shape.slice(1), stride.slice(1), 0));
  else if (width < longRow) copyShort(to, from, rows, width);
  else copyLong(to, from, rows, width);
};

/**
 * The rows of an array whose numbers, which are in range, stand in a vector from `start` to `stop` - 1: what `take` gives
 * for that slice, in one loop unless a transform follows one of them.
 */
export const gatherRows = (x: NDArray, order: NDArray, start: number, stop: number): NDArray => {
  if (innermost("take", [x, order]) !== undefined) return take(x, slice(order, [[start, stop]]));
  const table = view(x, "take");
  const { data: numbers, offset, stride } = view(order, "take");
  const sizes = [stop - start];
  let width = 1;
  for (let i = 1; i < table.shape.length; i++) width *= sizes[i] = table.shape[i] ?? 1;
  const to = allocate(x.dtype, (stop - start) * width);
  const step = stride[0] ?? 1;
  const from = offset + start * step;
  const end = offset + stop * step;
  copyRows(
    to,
    table,
    { numbers, start: from, stop: end, step, offset: table.offset, stride: table.stride[0] ?? 0 },
    width,
  );
  return contiguous(x.dtype, frozen(sizes), to);
};
