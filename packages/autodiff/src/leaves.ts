import { type NDArray, tree } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { flattenAs } from "@gradfold/core/transform";
import { checkReturned } from "./callback.ts";
import { argumentPlace, resultPlace } from "./place.ts";

/** A function of lists of arrays, which is what the transforms work on. */
export type LeafFunction = (leaves: readonly NDArray[]) => readonly NDArray[];

/** The tree of a list's structure is a list. */
export const listOf = typed<(structure: tree.Structure, leaves: readonly unknown[]) => readonly unknown[]>(
  tree.unflatten,
);

/** What a function gave back, taken apart. */
export const resultOf = (name: string, returned: unknown): tree.Flat => {
  checkReturned(name, returned);
  return flattenAs(name, returned, resultPlace);
};

/** A function of leaves, and the tree that it gave last. */
export interface Remembering {
  readonly call: LeafFunction;
  /** Puts a result together, once the function has run. */
  readonly restore: (leaves: readonly unknown[]) => unknown;
  /** What the result looked like when the function ran last; undefined before. */
  readonly result: () => tree.Flat | undefined;
}

/** A function from leaves to trees as one that gives leaves, under the name of whoever calls it. */
export const remembering = (name: string, f: (leaves: readonly NDArray[]) => unknown): Remembering => {
  let last: tree.Flat | undefined;
  return {
    call: (leaves) => {
      last = resultOf(name, f(leaves));
      return last.leaves;
    },
    restore: (leaves) => (last === undefined ? undefined : tree.unflatten(last.structure, leaves)),
    result: () => last,
  };
};

/** A function of trees as one of leaves. */
export interface OnLeaves extends Remembering {
  readonly inputs: tree.Flat;
}

export const onLeaves = (
  name: string,
  f: (...args: readonly unknown[]) => unknown,
  args: readonly unknown[],
): OnLeaves => {
  const inputs = flattenAs(name, args, argumentPlace);
  return { inputs, ...remembering(name, (leaves) => f(...listOf(inputs.structure, leaves))) };
};
