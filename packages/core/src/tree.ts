import { isNDArray, type NDArray } from "./array.ts";
import { TreeError } from "./error.ts";
import { array } from "./make.ts";
import { isRecord } from "./plain.ts";
import { allClose as closeArrays, type Tolerance } from "./read.ts";
import type { Shape } from "./shape.ts";
import { typed } from "./static/door.ts";
import { zerosOf } from "./zeros.ts";

/** What a tree looks like with its leaves taken out. Keys are sorted; null and undefined are empty. */
export type Structure =
  | { readonly kind: "leaf" }
  | { readonly kind: "empty"; readonly value: null | undefined }
  | { readonly kind: "list"; readonly children: readonly Structure[] }
  | { readonly kind: "record"; readonly keys: readonly string[]; readonly children: readonly Structure[] };

const leaf: Structure = { kind: "leaf" };

/** An object that is no tree, by its class. */
const describe = (x: unknown): string => {
  if (typeof x !== "object" || x === null) return `a ${typeof x}`;
  const { constructor } = x as { readonly constructor?: { readonly name: string } };
  return `a ${constructor?.name ?? "object"}`;
};

const at = (path: string): string => (path === "" ? "the root" : path);

const keyPath = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** Takes a tree apart, calling `visit` at each leaf in order. */
const takeApart = (node: unknown, path: string, visit: (leaf: NDArray, path: string) => void): Structure => {
  if (isNDArray(node)) {
    visit(node, path);
    return leaf;
  }
  if (typeof node === "number" || typeof node === "boolean") {
    visit(array(node), path);
    return leaf;
  }
  if (node === null || node === undefined) return { kind: "empty", value: node };
  if (Array.isArray(node))
    return { kind: "list", children: node.map((child, i) => takeApart(child, `${path}[${i}]`, visit)) };
  if (isRecord(node)) {
    const keys = Object.keys(node).toSorted();
    return { kind: "record", keys, children: keys.map((key) => takeApart(node[key], keyPath(path, key), visit)) };
  }
  throw new TreeError(
    `tree: ${at(path)} is ${describe(node)}. A tree is made of arrays, numbers, lists and plain objects.`,
  );
};

const putTogether = (structure: Structure, next: () => unknown): unknown => {
  switch (structure.kind) {
    case "leaf":
      return next();
    case "empty":
      return structure.value;
    case "list":
      return structure.children.map((child) => putTogether(child, next));
    case "record":
      // Object.fromEntries defines its keys, so that even "__proto__" is data.
      return Object.fromEntries(
        structure.children.map((child, i) => [structure.keys[i] ?? "", putTogether(child, next)]),
      );
  }
};

const summary = (s: Structure): string => {
  switch (s.kind) {
    case "leaf":
      return "an array";
    case "empty":
      return String(s.value);
    case "list":
      return `a list of ${s.children.length}`;
    case "record":
      return `{${s.keys.join(", ")}}`;
  }
};

const sameKeys = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key, i) => key === b[i]);

/** Throws unless two trees have the same structure, naming the first place where they differ. */
const checkSame = (name: string, a: Structure, b: Structure, path: string): void => {
  if (a.kind === "leaf" && b.kind === "leaf") return;
  if (a.kind === "empty" && b.kind === "empty") return;
  const lists = a.kind === "list" && b.kind === "list" && a.children.length === b.children.length;
  const records = a.kind === "record" && b.kind === "record" && sameKeys(a.keys, b.keys);
  if (!lists && !records)
    throw new TreeError(`${name}: the trees differ at ${at(path)}: ${summary(a)} and ${summary(b)}`);
  a.children.forEach((child, i) => {
    const other = b.children[i];
    const place = a.kind === "record" ? keyPath(path, a.keys[i] ?? "") : `${path}[${i}]`;
    if (other !== undefined) checkSame(name, child, other, place);
  });
};

/** A tree taken apart. */
export interface Flat {
  readonly leaves: readonly NDArray[];
  readonly paths: readonly string[];
  readonly structure: Structure;
}

/**
 * The leaves of a tree in order (keys sorted), their paths, and the structure to put them together again.
 *
 * @throws TreeError when something in it is not an array, number, boolean, list or plain object
 * @example
 * import { array, tree } from "@gradfold/core";
 * tree.flatten({ w: array([1, 2]), b: 0 }).paths; // => [ 'b', 'w' ]
 */
export const flatten = (root: unknown): Flat => {
  const leaves: NDArray[] = [];
  const paths: string[] = [];
  const structure = takeApart(root, "", (x, path) => {
    leaves.push(x);
    paths.push(path);
  });
  return { leaves, paths, structure };
};

/**
 * The tree of a structure and its leaves, in the order of {@link flatten}.
 *
 * @throws TreeError when there are too few or too many leaves
 * @example
 * import { array, tree } from "@gradfold/core";
 * const { structure, leaves } = tree.flatten({ w: array([1, 2]) });
 * tree.unflatten(structure, leaves); // => { w: float64 [2] [1, 2] }
 */
export const unflatten = (structure: Structure, leaves: readonly unknown[]): unknown => {
  let i = 0;
  const root = putTogether(structure, () => {
    if (i >= leaves.length)
      throw new TreeError(`tree.unflatten: ${leaves.length} leaves are too few for the structure`);
    return leaves[i++];
  });
  if (i !== leaves.length) throw new TreeError(`tree.unflatten: ${leaves.length} leaves for a structure of ${i}`);
  return root;
};

/**
 * The leaves of a tree, keys sorted.
 *
 * @throws TreeError when something in it is not an array, number, boolean, list or plain object
 * @example
 * import { array, tree } from "@gradfold/core";
 * tree.leaves([array([1, 2]), { b: 3 }]).length; // => 2
 */
export const leaves = (root: unknown): readonly NDArray[] => flatten(root).leaves;

/** The leaves of several trees of one structure, place by place. */
const align = (name: string, trees: readonly unknown[]): { first: Flat; rows: readonly (readonly NDArray[])[] } => {
  const [first, ...rest] = trees.map(flatten);
  if (first === undefined) throw new TreeError(`${name}: no tree was given`);
  for (const other of rest) checkSame(name, first.structure, other.structure, "");
  return { first, rows: first.leaves.map((x, i) => [x, ...rest.map((other) => other.leaves[i] ?? x)]) };
};

interface MapTree {
  <T>(f: <S extends Shape>(leaf: NDArray<S>) => NDArray<S>, tree: T): T;
  <T>(f: <S extends Shape>(a: NDArray<S>, b: NDArray<S>) => NDArray<S>, a: T, b: NoInfer<T>): T;
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
 * import { add, array, tree } from "@gradfold/core";
 * tree.map((a, b) => add(a, b), { w: array([1, 2]) }, { w: array([3, 4]) }); // => { w: float64 [2] [4, 6] }
 */
export const map = typed<MapTree>((f: (...xs: readonly NDArray[]) => NDArray, ...trees: readonly unknown[]) => {
  if (trees.every(isNDArray)) return f(...trees);
  const { first, rows } = align("tree.map", trees);
  return unflatten(
    first.structure,
    rows.map((row) => f(...row)),
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
 * import { array, tree } from "@gradfold/core";
 * tree.mapTo((leaf, path) => `${path}: ${leaf.shape}`, { w: array([1, 2]) }); // => { w: 'w: 2' }
 */
export const mapTo = typed<<T, R>(f: (leaf: NDArray, path: string) => R, tree: T) => MapLeaves<T, R>>(
  (f: (leaf: NDArray, path: string) => unknown, root: unknown) => {
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
 * import { array, tree } from "@gradfold/core";
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
 * import { array, tree } from "@gradfold/core";
 * tree.allClose({ w: array([1, 2]) }, { w: array([1, 2]) }); // => true
 */
export const allClose = (a: unknown, b: unknown, tolerance: Tolerance = {}): boolean =>
  align("tree.allClose", [a, b]).rows.every(
    ([x, y]) => x !== undefined && y !== undefined && closeArrays(x, y, tolerance),
  );
