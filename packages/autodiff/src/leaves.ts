import { DTypeError, type NDArray, ShapeError, tree, TreeError } from "@gradfold/core";
import { type ArrayType, formatShape, sameShape, typed } from "@gradfold/core/transform";

/** A function of lists of arrays, which is what the transforms work on. */
export type LeafFunction = (leaves: readonly NDArray[]) => readonly NDArray[];

/** The tree of a list's structure is a list. */
export const listOf = typed<(structure: tree.Structure, leaves: readonly unknown[]) => readonly unknown[]>(
  tree.unflatten,
);

/** A function of trees as one of leaves. */
export interface OnLeaves {
  readonly inputs: tree.Flat;
  readonly call: LeafFunction;
  /** Puts a result together, once the function has run. */
  readonly restore: (leaves: readonly unknown[]) => unknown;
  /** What the result looked like when the function ran last. */
  readonly result: () => tree.Flat;
}

const nothing: tree.Flat = { leaves: [], paths: [], structure: { kind: "empty", value: undefined } };

export const onLeaves = (f: (...args: readonly unknown[]) => unknown, args: readonly unknown[]): OnLeaves => {
  const inputs = tree.flatten(args);
  let last = nothing;
  return {
    inputs,
    call: (leaves) => {
      last = tree.flatten(f(...listOf(inputs.structure, leaves)));
      return last.leaves;
    },
    restore: (leaves) => tree.unflatten(last.structure, leaves),
    result: () => last,
  };
};

export const typeText = ({ shape, dtype }: ArrayType): string => `${dtype} ${formatShape(shape)}`;

const nameOf = (path: string | undefined): string => (path === undefined || path === "" ? "it" : path);

/**
 * Throws unless a tree has the structure and the types of another one, naming the first leaf that differs.
 *
 * @param rule - what is broken otherwise, as `scan: the carry must keep its types`
 */
export const checkLike = (rule: string, given: tree.Flat, wanted: tree.Flat): void => {
  if (JSON.stringify(given.structure) !== JSON.stringify(wanted.structure)) {
    const missing = wanted.paths.find((path) => !given.paths.includes(path));
    const extra = given.paths.find((path) => !wanted.paths.includes(path));
    const what =
      missing !== undefined
        ? `${nameOf(missing)} is missing`
        : extra !== undefined
          ? `${nameOf(extra)} is too much`
          : "lists, objects or empty places differ";
    throw new TreeError(`${rule}: ${what}.`);
  }
  given.leaves.forEach((x, i) => {
    const like = wanted.leaves[i] ?? x;
    const words = `${rule}: ${nameOf(given.paths[i])} is ${typeText(x)}, not ${typeText(like)}.`;
    if (!sameShape(x.shape, like.shape)) throw new ShapeError(words);
    if (x.dtype !== like.dtype) throw new DTypeError(words);
  });
};
