import type { NDArray } from "../array/array.ts";
import { checkList } from "../array/description.ts";
import { ShapeError } from "../error/error.ts";
import { attempt } from "../fp/attempt.ts";
import { isLeft } from "../fp/either.ts";
import { stack as stackArrays } from "../operations/join.ts";
import type { Insert } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import { align } from "./map.ts";
import { at, unflatten } from "./structure.ts";

/** The type of N trees T stacked: every leaf has a new axis of size N. */
export type Stacked<T, N extends number, Ax = 0> =
  T extends NDArray<infer S>
    ? NDArray<Insert<S, Ax, N>>
    : T extends number | boolean
      ? NDArray<Insert<[], Ax, N>>
      : T extends null | undefined
        ? T
        : { [K in keyof T]: Stacked<T[K], N, Ax> };

/**
 * Trees of one structure as one tree, whose leaves are theirs stacked along a new axis: the rows that `vmap` and `scan`
 * take, of many trees.
 *
 * @param trees - at least one
 * @throws TreeError when their structures differ, with the path; ShapeError when the shapes of a leaf do
 * @example
 * import { array, tree } from "gradfold";
 * tree.stack([{ w: array([1, 2]) }, { w: array([3, 4]) }]).w.shape; // => [ 2, 2 ]
 */
export const stack = typed<
  <const X extends readonly unknown[], const Ax extends number = 0>(
    trees: X,
    axis?: Ax,
  ) => Stacked<X[0], X["length"], Ax>
>((trees: readonly unknown[], axis = 0) => {
  checkList("tree.stack", "trees", trees);
  const { first, rows } = align("tree.stack", trees);
  const leaves = rows.map((row, i) => {
    const stacked = attempt(() => stackArrays(row, axis));
    if (!isLeft(stacked)) return stacked.right;
    throw new ShapeError(`tree.${stacked.left.message} at ${at(first.paths[i] ?? "")}`);
  });
  return unflatten(first.structure, leaves);
});
