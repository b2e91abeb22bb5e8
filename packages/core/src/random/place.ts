import { concrete, type NDArray } from "../array/array.ts";
import { rowMajor, type Shape, sizeOf } from "../array/shape.ts";
import { viewOn } from "../array/view.ts";
import { allocateAlone, type Store } from "../scalar/dtype.ts";

const numbered = (size: number, name: string): Store => {
  const data = allocateAlone("int32", size, name);
  for (let i = 0; i < size; i++) data[i] = i;
  return data;
};

/** Whole numbers from 0 on, at least as many as wanted: those of the last call, while they are in memory and there are enough. */
const openNumbers = (): ((size: number, name: string) => Store) => {
  let last = new WeakRef(numbered(0, "random"));
  return (size, name) => {
    const kept = last.deref();
    if (kept !== undefined && kept.length >= size) return kept;
    const made = numbered(size, name);
    last = new WeakRef(made);
    return made;
  };
};

const numbers = openNumbers();

/** The number of every place of a shape in row-major order, as int32: the counters of a draw. */
export const places = (shape: Shape, name = "random"): NDArray =>
  concrete("int32", shape, viewOn(numbers(sizeOf(shape), name), shape, rowMajor(shape), 0));
