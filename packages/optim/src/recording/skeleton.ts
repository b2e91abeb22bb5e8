import { type NDArray, tree } from "@gradfold/core";
import { isList, isNDArray, isRecord, mostLevels } from "@gradfold/core/library";
import { type Reader, short } from "@gradfold/core/files";
import { failure } from "./failure.ts";

/**
 * A tree with words for its leaves, as it is written in files: `{"params":"array","step":"array"}`. A plain number comes
 * back as a number.
 */
export type Skeleton =
  "array" | "number" | "boolean" | "undefined" | null | readonly Skeleton[] | { readonly [key: string]: Skeleton };

export type LeafKind = "array" | "number" | "boolean";

/** A tree of more leaves and branches would cost the memory of whoever reads its form. */
export const mostNodes = 2 ** 16;

/** The skeleton of a tree. */
export const skeletonOf = (node: unknown): Skeleton => {
  if (isNDArray(node)) return "array";
  if (typeof node === "number") return "number";
  if (typeof node === "boolean") return "boolean";
  if (node === undefined) return "undefined";
  if (node === null) return null;
  // Array.from sees holes, which are undefined.
  if (isList(node)) return Array.from(node, skeletonOf);
  if (isRecord(node))
    return Object.fromEntries(
      Object.keys(node)
        .toSorted()
        .map((key) => [key, skeletonOf(node[key])]),
    );
  tree.leaves(node); // which says what is wrong with it
  return null;
};

const word = /^[\w$-]+$/;

const member = (path: string, key: string): string =>
  word.test(key) ? (path === "" ? key : `${path}.${key}`) : `${path}[${JSON.stringify(key)}]`;

const isBranches = (skeleton: Skeleton): skeleton is readonly Skeleton[] => Array.isArray(skeleton);

/** How many leaves and branches there are. */
export const nodesOf = (skeleton: Skeleton): number =>
  typeof skeleton === "string" || skeleton === null
    ? 1
    : Object.values(skeleton).reduce<number>((sum, child) => sum + nodesOf(child), 1);

/** Builds a tree on a skeleton; no two leaves have the same path. */
export const build = (skeleton: Skeleton, leafAt: (path: string, kind: LeafKind) => unknown, path = ""): unknown => {
  if (skeleton === null) return null;
  if (skeleton === "undefined") return undefined;
  if (typeof skeleton === "string") return leafAt(path, skeleton);
  if (isBranches(skeleton)) return skeleton.map((child, i) => build(child, leafAt, `${path}[${i}]`));
  // Object.fromEntries defines its keys, so that even "__proto__" is data.
  return Object.fromEntries(
    Object.entries(skeleton).map(([key, child]) => [key, build(child, leafAt, member(path, key))]),
  );
};

/** Shows each leaf with its path, in the order in which `tree.leaves` gives them. */
export const eachLeaf = (skeleton: Skeleton, visit: (path: string, kind: LeafKind) => void, path = ""): void => {
  if (skeleton === null || skeleton === "undefined") return;
  if (typeof skeleton === "string") visit(path, skeleton);
  else if (isBranches(skeleton)) skeleton.forEach((child, i) => eachLeaf(child, visit, `${path}[${i}]`));
  else for (const key of Object.keys(skeleton).toSorted()) eachLeaf(skeleton[key] ?? null, visit, member(path, key));
};

/** The paths of the leaves, in their order. */
export const pathsOf = (skeleton: Skeleton): readonly string[] => {
  const paths: string[] = [];
  eachLeaf(skeleton, (path) => paths.push(path));
  return paths;
};

const leaves = ["array", "number", "boolean", "undefined"] as const;

/** Reads the form of a state. Throws a DecodeError. */
export const readSkeleton = (reader: Reader): Skeleton => {
  let nodes = 0;
  const branches = (depth: number): Skeleton => {
    if (depth > mostLevels) throw failure(`the form of the state has more than ${mostLevels} levels.`);
    if (reader.is("[")) {
      const children: Skeleton[] = [];
      reader.list("]", () => children.push(node(depth + 1)));
      return children;
    }
    const children = new Map<string, Skeleton>();
    reader.need("{");
    reader.list("}", () => {
      const key = reader.text();
      reader.need(":");
      if (children.has(key)) throw failure(`the form of the state has ${short(key)} twice.`);
      children.set(key, node(depth + 1));
    });
    return Object.fromEntries(children);
  };
  const node = (depth: number): Skeleton => {
    if (++nodes > mostNodes) throw failure(`the form of the state has more than ${mostNodes} places.`);
    if (reader.is("null")) return null;
    return leaves.find((word) => reader.is(`"${word}"`)) ?? branches(depth);
  };
  return node(1);
};

/** A leaf as it was in the state: a plain number was one. */
export const leafOf = (x: NDArray, kind: LeafKind, value: number): unknown =>
  kind === "array" ? x : kind === "number" ? value : value !== 0;
