import { concrete, type NDArray } from "../array.ts";
import { rowMajor, type Shape, sizeOf } from "../shape.ts";
import { viewOn } from "../view.ts";

const numbered = (size: number): Int32Array => {
  const data = new Int32Array(size);
  for (let i = 0; i < size; i++) data[i] = i;
  return data;
};

/** Whole numbers from 0 on, at least so many: those of the last call, while they are in memory and there are enough. */
const openNumbers = (): ((size: number) => Int32Array) => {
  let last = new WeakRef(numbered(0));
  return (size) => {
    const kept = last.deref();
    if (kept !== undefined && kept.length >= size) return kept;
    const made = numbered(size);
    last = new WeakRef(made);
    return made;
  };
};

const numbers = openNumbers();

/** The number of every place of a shape in row-major order, as int32: the counters of a draw. */
export const places = (shape: Shape): NDArray =>
  concrete("int32", shape, viewOn(numbers(sizeOf(shape)), shape, rowMajor(shape), 0));
