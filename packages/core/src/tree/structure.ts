import { type ArrayType, isNDArray, type NDArray } from "../array/array.ts";
import { checkList, describe, isRemains } from "../array/description.ts";
import { array } from "../convert/make.ts";
import { TreeError } from "../error/error.ts";
import { isList, isRecord } from "../error/plain.ts";
import { adviceOn } from "../input/callback.ts";
import { isFloat } from "../scalar/dtype.ts";
import { typed } from "../static/door.ts";

declare const whole: unique symbol;

/** Stands in the type of a structure for the tree that it was taken from. */
interface Of<T> {
  readonly [whole]?: T;
}

/** What a tree of type T looks like with its leaves taken out. Keys are sorted; null and undefined are empty. */
export type Structure<T = unknown> = Of<T> &
  (
    | {
        /** An array, or another value. */
        readonly kind: "leaf";
      }
    | {
        /** A place without a leaf. */
        readonly kind: "empty";
        /** What stands there. */
        readonly value: null | undefined;
      }
    | {
        /** A list of trees. */
        readonly kind: "list";
        /** The structures of the parts, in order. */
        readonly children: readonly Structure[];
      }
    | {
        /** An object of trees. */
        readonly kind: "record";
        /** The names of the parts, sorted. */
        readonly keys: readonly string[];
        /** The structures of the parts, in the order of the keys. */
        readonly children: readonly Structure[];
      }
  );

const leaf: Structure = { kind: "leaf" };

export const at = (path: string): string => (path === "" ? "the root" : path);

/** The path of a field below another path: `layers.w`. */
export const keyPath = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** No tree has more levels, so that one which contains itself is found out before the stack is full. */
export const mostLevels = 1000;

const checkDepth = (name: string, depth: number, path: string): void => {
  if (depth <= mostLevels) return;
  throw new TreeError(
    `${name}: ${path.slice(0, 60)}… has more than ${mostLevels} levels. Does the tree contain itself? Break the cycle.`,
  );
};

/** For whom a tree is taken apart: errors bear its name, and say where by the words that it has for a path. */
interface Visitor {
  readonly name: string;
  readonly place: (path: string) => string;
  /** Is called at each leaf in order: an array, a number or a truth. */
  readonly visit: (leaf: NDArray | number | boolean, path: string) => void;
}

const takeApart = (node: unknown, path: string, depth: number, visitor: Visitor): Structure => {
  const { name, place, visit } = visitor;
  if (isNDArray(node) || typeof node === "number" || typeof node === "boolean") {
    visit(node, path);
    return leaf;
  }
  if (node === null || node === undefined) return { kind: "empty", value: node };
  checkDepth(name, depth, path);
  if (isRemains(node)) throw new TreeError(`${name}: ${place(path)} is ${describe(node)}.`);
  const children: Structure[] = [];
  if (isList(node)) {
    // By index: the holes of a list are undefined, and so empty.
    for (let i = 0; i < node.length; i++) children.push(takeApart(node[i], `${path}[${i}]`, depth + 1, visitor));
    return { kind: "list", children };
  }
  if (isRecord(node)) {
    const keys = Object.keys(node).toSorted();
    for (const key of keys) children.push(takeApart(node[key], keyPath(path, key), depth + 1, visitor));
    return { kind: "record", keys, children };
  }
  const isOutside = typeof node === "string" || typeof node === "function";
  throw new TreeError(
    `${name}: ${place(path)} is ${describe(node)}.${adviceOn(node)} A tree is made of arrays, numbers, lists and plain ` +
      `objects${isOutside ? '; text and functions stay outside of it, as in (x) => f(x, "relu")' : ""}.`,
  );
};

/** The record of some keys, each with what its child is put together to. */
const recordOf = (keys: readonly string[], children: readonly Structure[], next: () => unknown): unknown => {
  const record: Record<string, unknown> = {};
  children.forEach((child, i) => {
    const key = keys[i];
    if (typeof key !== "string") throw noStructure(key);
    const value = putTogether(child, next);
    // Defined and not assigned, even "__proto__" is data; for other keys it is the same, and slower.
    if (key === "__proto__")
      Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
    else record[key] = value;
  });
  return record;
};

const noStructure = (given: unknown): TreeError =>
  new TreeError(`tree.unflatten: a structure is needed, as tree.structure makes it, not ${describe(given)}.`);

/** Whatever the type says, a structure may come from anywhere: one that is none is refused where it is none. */
const putTogether = (structure: Structure, next: () => unknown): unknown => {
  if (typeof structure !== "object" || structure === null) throw noStructure(structure);
  switch (structure.kind) {
    case "leaf":
      return next();
    case "empty":
      return structure.value;
    case "list":
      if (isList(structure.children)) return structure.children.map((child) => putTogether(child, next));
      break;
    case "record":
      if (isList(structure.keys) && isList(structure.children))
        return recordOf(structure.keys, structure.children, next);
  }
  throw noStructure(structure);
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
export const checkSame = (name: string, a: Structure, b: Structure, path: string): void => {
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
export interface Flat<T = unknown> {
  readonly leaves: readonly NDArray[];
  readonly paths: readonly string[];
  readonly structure: Structure<T>;
}

/**
 * The same as {@link flatten} for a function that takes trees: its errors bear that function's name. A number takes the
 * dtype of the float scalar that stands in its place in another tree, if `like` are the leaves of one.
 */
export const flattenAs = (
  name: string,
  root: unknown,
  place: (path: string) => string = at,
  like: readonly ArrayType[] = [],
): Flat => {
  const leaves: NDArray[] = [];
  const paths: string[] = [];
  const visit = (x: NDArray | number | boolean, path: string): void => {
    const beside = typeof x === "number" ? like[leaves.length] : undefined;
    const dtype = beside !== undefined && isFloat(beside.dtype) ? beside.dtype : undefined;
    leaves.push(isNDArray(x) ? x : dtype === undefined ? array(x) : array(x, { dtype }));
    paths.push(path);
  };
  return { structure: takeApart(root, "", 1, { name, place, visit }), leaves, paths };
};

/**
 * The leaves of a tree in order (keys sorted), their paths, and the structure to put them together again.
 *
 * @throws TreeError when something in it is not an array, number, boolean, list or plain object, with the path; or when
 * it has more than 1000 levels, as one that contains itself
 * @example
 * import { array, tree } from "gradfold";
 * tree.flatten({ w: array([1, 2]), b: 0 }).paths; // => [ 'b', 'w' ]
 */
export const flatten = typed<<T>(root: T) => Flat<T>>((root: unknown) => flattenAs("tree", root));

export interface Unflatten {
  /** The tree with its leaves in order. */
  <T>(structure: Structure<T>, leaves: readonly NDArray[]): T;
  /** A tree with any leaves in order. */
  (structure: Structure, leaves: readonly unknown[]): unknown;
}

/**
 * The tree of a structure and its leaves, in the order of {@link flatten}.
 *
 * @throws TreeError when there are too few or too many leaves
 * @example
 * import { array, tree } from "gradfold";
 * const { structure, leaves } = tree.flatten({ w: array([1, 2]) });
 * tree.unflatten(structure, leaves); // => { w: float64 [2] [1, 2] }
 */
export const unflatten = typed<Unflatten>((structure: Structure, leaves: readonly unknown[]): unknown => {
  if (!isRecord(structure) || !("kind" in structure)) throw noStructure(structure);
  checkList("tree.unflatten", "leaves", leaves);
  let i = 0;
  const root = putTogether(structure, () => {
    if (i >= leaves.length)
      throw new TreeError(`tree.unflatten: ${leaves.length} leaves are too few for the structure`);
    return leaves[i++];
  });
  if (i !== leaves.length) throw new TreeError(`tree.unflatten: ${leaves.length} leaves for a structure of ${i}`);
  return root;
});

/**
 * The leaves of a tree, keys sorted.
 *
 * @throws TreeError when something in it is not an array, number, boolean, list or plain object, with the path
 * @example
 * import { array, tree } from "gradfold";
 * tree.leaves([array([1, 2]), { b: 3 }]).length; // => 2
 */
export const leaves = (root: unknown): readonly NDArray[] => flatten(root).leaves;

/**
 * What a tree looks like with its leaves taken out: what {@link unflatten} puts other leaves into.
 *
 * @throws TreeError when something in it is not an array, number, boolean, list or plain object, with the path
 * @example
 * import { array, tree } from "gradfold";
 * const structure = tree.structure({ w: array([1, 2]), b: array(0) });
 * tree.unflatten(structure, [array(5), array([6, 7])]); // => { b: float64 [] 5, w: float64 [2] [6, 7] }
 */
export const structure = <T>(root: T): Structure<T> => flatten(root).structure;
