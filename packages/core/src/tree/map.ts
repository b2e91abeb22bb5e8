import { isNDArray, type NDArray } from "../array/array.ts";
import { checkFunction, describe } from "../array/description.ts";
import type { Shape } from "../array/shape.ts";
import { zerosOf } from "../array/zeros.ts";
import { isClose, type Tolerance } from "../convert/read.ts";
import { TreeError } from "../error/error.ts";
import { typed } from "../static/door.ts";
import { at, checkSame, type Flat, flatten, unflatten } from "./structure.ts";

/** The leaves of several trees of one structure, place by place. */
export const align = (
  name: string,
  trees: readonly unknown[],
): { first: Flat; rows: readonly (readonly NDArray[])[] } => {
  // Holes are undefined, and so empty.
  const [first, ...rest] = Array.from(trees, (each) => flatten(each));
  if (first === undefined) throw new TreeError(`${name}: no tree was given`);
  for (const other of rest) checkSame(name, first.structure, other.structure, "");
  return { first, rows: first.leaves.map((x, i) => [x, ...rest.map((other) => other.leaves[i] ?? x)]) };
};

/** What a function that maps leaves gave, which must be a leaf again. */
const checkLeaf = <Leaf>(given: Leaf, path: string): Leaf => {
  if (isNDArray(given) || typeof given === "number" || typeof given === "boolean") return given;
  throw new TreeError(
    `tree.map: the function gives an array, and gave ${describe(given)} for the leaf at ${at(path)}. ` +
      "tree.mapTo takes functions that give anything.",
  );
};

export interface MapTree {
  /** A function of each leaf of a tree. */
  <T>(f: <S extends Shape>(leaf: NDArray<S>) => NDArray<S>, tree: T): T;
  /** A function of the leaves at each place of two trees. */
  <T>(f: <S extends Shape>(a: NDArray<S>, b: NDArray<S>) => NDArray<S>, a: T, b: NoInfer<T>): T;
  /** A function of the leaves at each place of three trees. */
  <T>(
    f: <S extends Shape>(a: NDArray<S>, b: NDArray<S>, c: NDArray<S>) => NDArray<S>,
    a: T,
    b: NoInfer<T>,
    c: NoInfer<T>,
  ): T;
}

/**
 * A tree with every leaf replaced by a function of it that keeps its shape; of one tree, or of several alike.
 *
 * @throws TreeError when the trees differ, with the path
 * @example
 * import { add, array, tree } from "gradfold";
 * tree.map((a, b) => add(a, b), { w: array([1, 2]) }, { w: array([3, 4]) }); // => { w: float64 [2] [4, 6] }
 */
export const map = typed<MapTree>((f: (...xs: readonly NDArray[]) => NDArray, ...trees: readonly unknown[]) => {
  checkFunction("tree.map", f);
  if (trees.every(isNDArray) && trees.length > 0) return checkLeaf(f(...trees), "");
  const { first, rows } = align("tree.map", trees);
  return unflatten(
    first.structure,
    rows.map((row, i) => checkLeaf(f(...row), first.paths[i] ?? "")),
  );
});

/** A tree's type with every leaf's replaced. */
export type MapLeaves<T, R> = T extends NDArray | number | boolean
  ? R
  : T extends null | undefined
    ? T
    : { [K in keyof T]: MapLeaves<T[K], R> };

/**
 * A tree with every leaf replaced by anything; the function is told the leaf's path.
 *
 * @example
 * import { array, tree } from "gradfold";
 * tree.mapTo((leaf, path) => `${path}: ${leaf.shape}`, { w: array([1, 2]) }); // => { w: 'w: 2' }
 */
export const mapTo = typed<<T, R>(f: (leaf: NDArray, path: string) => R, tree: T) => MapLeaves<T, R>>(
  (f: (leaf: NDArray, path: string) => unknown, root: unknown) => {
    checkFunction("tree.mapTo", f);
    const { leaves, paths, structure } = flatten(root);
    return unflatten(
      structure,
      leaves.map((x, i) => f(x, paths[i] ?? "")),
    );
  },
);

/**
 * A tree of zeros, each leaf with the shape and dtype of the given one.
 *
 * @example
 * import { array, tree } from "gradfold";
 * tree.zerosLike({ w: array([1, 2]) }); // => { w: float64 [2] [0, 0] }
 */
export const zerosLike = typed<<T>(tree: T) => T>((root: unknown) => {
  const flat = flatten(root);
  return unflatten(flat.structure, flat.leaves.map(zerosOf));
});

/**
 * Whether two trees have the same structure and shapes, and elements within a tolerance.
 *
 * @throws TreeError when the structures differ, with the path
 * @example
 * import { array, tree } from "gradfold";
 * tree.allClose({ w: array([1, 2]) }, { w: array([1, 2]) }); // => true
 */
export const allClose = (a: unknown, b: unknown, tolerance?: Tolerance): boolean =>
  align("tree.allClose", [a, b]).rows.every(
    ([x, y]) => x !== undefined && y !== undefined && isClose("tree.allClose", x, y, tolerance),
  );
