import { attempt, DTypeError, either, type NDArray, tree, TreeError } from "@gradfold/core";
import { describe, isFloat, isNDArray, sameShape } from "@gradfold/core/library";

/* What several functions are given is looked at before anything is computed. */

/** Throws unless something is an array; `what` says which one it is. */
export const checkArray: (name: string, what: string, x: unknown) => asserts x is NDArray = (name, what, x) => {
  if (!isNDArray(x))
    throw new DTypeError(`${name}: ${what} must be an array, not ${describe(x)}. Make one by array(…).`);
};

const ofKeys = [2];

export const isKey = (x: unknown): boolean => isNDArray(x) && x.dtype === "int32" && sameShape(x.shape, ofKeys);

/** Throws unless something is a key. */
export const checkKey = (name: string, x: unknown): void => {
  if (!isKey(x)) throw new DTypeError(`${name}: a key is needed, as random.key(seed) makes it, not ${describe(x)}.`);
};

/** Throws unless parameters are a tree of floats: by anything else there are no derivatives. */
export const checkFloats = (name: string, params: unknown): void => {
  const { leaves, paths } = tree.flatten(params);
  const bad = leaves.findIndex(({ dtype }) => !isFloat(dtype));
  if (bad >= 0)
    throw new DTypeError(
      `${name}: parameters must be floats: ${paths[bad] || "the root"} is ${leaves[bad]?.dtype}. Use cast(x, "float64").`,
    );
};

/** Throws unless something is a tree of floats that holds some. */
export const checkParameters = (name: string, params: unknown): void => {
  checkTree(name, "the parameters", params);
  if (tree.leaves(params).length === 0)
    throw new TreeError(`${name}: there are no parameters: the tree holds no array.`);
  checkFloats(name, params);
};

/** Throws unless something is a tree; `what` says which one it is. */
export const checkTree = (name: string, what: string, given: unknown): void => {
  const found = attempt(() => tree.structure(given));
  if (either.isLeft(found)) throw new TreeError(`${name}: ${what} must be a tree of arrays: ${found.left.message}`);
};
