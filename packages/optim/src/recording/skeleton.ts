import { DecodeError, type Either, either, type NDArray, tree } from "@gradfold/core";
import { isNDArray, isRecord } from "@gradfold/core/transform";

/**
 * A tree with words for its leaves, as it is written in files: `{"params":"array","step":"array"}`. A plain number comes
 * back as a number.
 */
export type Skeleton =
  "array" | "number" | "boolean" | "undefined" | null | readonly Skeleton[] | { readonly [key: string]: Skeleton };

export type LeafKind = "array" | "number" | "boolean";

/** Deeper trees are no trees of parameters, but an attempt on the stack. */
const deepest = 64;

/** The skeleton of a tree. */
export const skeletonOf = (node: unknown): Skeleton => {
  if (isNDArray(node)) return "array";
  if (typeof node === "number") return "number";
  if (typeof node === "boolean") return "boolean";
  if (node === undefined) return "undefined";
  if (node === null) return null;
  if (Array.isArray(node)) return node.map(skeletonOf);
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

const isList = (skeleton: Skeleton): skeleton is readonly Skeleton[] => Array.isArray(skeleton);

/** Builds a tree on a skeleton; no two leaves have the same path. */
export const build = (skeleton: Skeleton, leafAt: (path: string, kind: LeafKind) => unknown, path = ""): unknown => {
  if (skeleton === null) return null;
  if (skeleton === "undefined") return undefined;
  if (typeof skeleton === "string") return leafAt(path, skeleton);
  if (isList(skeleton)) return skeleton.map((child, i) => build(child, leafAt, `${path}[${i}]`));
  // Object.fromEntries defines its keys, so that even "__proto__" is data.
  return Object.fromEntries(
    Object.entries(skeleton).map(([key, child]) => [key, build(child, leafAt, member(path, key))]),
  );
};

/** The paths of the leaves, in the order in which `tree.leaves` gives them. */
export const pathsOf = (skeleton: Skeleton): readonly string[] => {
  const named = build(skeleton, (path) => path);
  const paths: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node === "string") paths.push(node);
    else if (Array.isArray(node)) node.forEach(visit);
    else if (isRecord(node))
      Object.keys(node)
        .toSorted()
        .forEach((key) => visit(node[key]));
  };
  visit(named);
  return paths;
};

/** Whether something read from outside is a skeleton. */
export const checkSkeleton = (node: unknown, depth = 0): Either<DecodeError, Skeleton> => {
  const isLeaf = node === null || node === "array" || node === "number" || node === "boolean" || node === "undefined";
  if (isLeaf) return either.right(node);
  const isBranch = (Array.isArray(node) || isRecord(node)) && depth < deepest;
  const children = isBranch ? Object.values(node) : [undefined];
  for (const child of children) {
    const checked = child === undefined ? undefined : checkSkeleton(child, depth + 1);
    if (checked === undefined || either.isLeft(checked))
      return either.left(new DecodeError("malformed", "recording.decode: the form of the state is no tree."));
  }
  return either.right(node as Skeleton); // every node of it was looked at
};

/** A leaf as it was in the state: a plain number was one. */
export const leafOf = (x: NDArray, kind: LeafKind, value: number): unknown =>
  kind === "array" ? x : kind === "number" ? value : value !== 0;
