import { DTypeError, type NDArray, type Shape, ShapeError, toTypedArray } from "@gradfold/core";
import {
  checkFunction,
  contiguous,
  describe,
  formatShape,
  isNDArray,
  reasonOf,
  runIfKept,
  sameShape,
  sizeOf,
  typed,
} from "@gradfold/core/library";
import { checkRun } from "./check.ts";
import { passingStates } from "./growth.ts";
import type { AnyTrajectory, Trajectory } from "./trajectory.ts";

export interface Column {
  /** An array of every state, stacked along a new first axis. */
  <State, M, S extends Shape>(run: Trajectory<State, M>, f: (state: State) => NDArray<S>): NDArray<[number, ...S]>;
  /** A number of every state, as a vector. */
  <State, M>(run: Trajectory<State, M>, f: (state: State) => number): NDArray<[number]>;
}

const op = "trajectory.column";

const scalar: Shape = [];

/** The shape of an array that the function gave; a number is a scalar. */
const shapeOf = (given: unknown, k: number): Shape => {
  if (isNDArray(given)) return given.shape;
  if (typeof given === "number") return scalar;
  throw new DTypeError(
    `${op}: the function must give an array or a number, not ${describe(given)} of state ${k}.${reasonOf(given)}`,
  );
};

/** Writes the elements of an array, or a number, from a place on. */
const write = (data: Float64Array, at: number, given: unknown): void => {
  if (!isNDArray(given)) return void (data[at] = Number(given));
  const { data: from, start } = runIfKept(given) ?? { data: toTypedArray(given), start: 0 };
  const size = sizeOf(given.shape);
  for (let i = 0; i < size; i++) data[at + i] = from[start + i] ?? NaN;
};

/**
 * An array of every state, as its parameters or one of them, stacked in one pass over the run: row k is that of state k.
 *
 * @param f - gives an array, of the same shape for each state, or a number
 * @returns float64 [states, ...shape]; `toTypedArray` gives its elements as one Float64Array
 * @throws DTypeError when `f` gives neither an array nor a number; ShapeError when the shape changes
 * @example
 * import { array, steps, sub, trajectory, type Vector } from "gradfold";
 * const run = trajectory.fold((p: Vector<2>) => [sub(p, 1), {}], array([5, 7]), steps(2));
 * trajectory.column(run, (p) => p); // => float64 [3, 2] [[5, 7], [4, 6], [3, 5]]
 */
export const column = typed<Column>((run: AnyTrajectory, f: (state: unknown) => unknown): NDArray => {
  checkRun(op, run);
  checkFunction(op, f);
  let shape: Shape | undefined;
  let data = new Float64Array();
  let size = 0;
  let k = 0;
  for (const state of passingStates(run)) {
    const given = f(state);
    const found = shapeOf(given, k);
    if (shape === undefined) {
      shape = found;
      size = sizeOf(found);
      data = new Float64Array(run.length * size);
    } else if (!sameShape(found, shape))
      throw new ShapeError(
        `${op}: the function gives ${formatShape(found)} of state ${k}, and ${formatShape(shape)} of those before it.`,
      );
    write(data, k * size, given);
    k++;
  }
  return contiguous("float64", Object.freeze([run.length, ...(shape ?? [])]), data);
});
