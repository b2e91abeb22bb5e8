import { tree } from "@gradfold/core";

/** How much memory the kept states of a run may take, in bytes. */
const budget = 64 * 2 ** 20;

/** What a leaf and its share of the tree cost beside the elements, in bytes: measured on V8, roughly. */
const overhead = 400;

/** Bytes of a state. */
const bytesOf = (state: unknown): number =>
  tree.leaves(state).reduce((sum, x) => sum + overhead + 8 * x.shape.reduce((size, n) => size * n, 1), 0);

/**
 * Every how many steps of n to keep a state: each one when all fit the budget, else about the square root of n, or as
 * few as fit.
 */
export const keyframeInterval = (state: unknown, n: number): number => {
  const bytes = (n + 1) * bytesOf(state);
  return bytes <= budget ? 1 : Math.max(Math.ceil(Math.sqrt(n)), Math.ceil(bytes / budget));
};
