import { type NDArray, tree } from "@gradfold/core";
import { bytesPerElement, sizeOf } from "@gradfold/core/library";

/** A state that a run keeps, so that those behind it can be computed again. */
export interface Keyframe<State> {
  /** How many steps lead to it. */
  readonly step: number;
  /** The state. */
  readonly state: State;
}

const makerOf: unique symbol = Symbol("maker");

/** Inherited by keyframes, of which a run may have many: `lazily` would take five times as long to make one. */
const frame = {
  get state(): unknown {
    return (this as { readonly [makerOf]?: () => unknown })[makerOf]?.();
  },
};

/** A keyframe whose state is made when it is asked for. */
export const frameOf = <State>(step: number, state: () => State): Keyframe<State> => {
  const made = Object.create(frame) as { step: number; readonly state: State; [makerOf]: () => State };
  made.step = step;
  made[makerOf] = state;
  return made;
};

/** What a run shows of its keyframes. They are frozen here, since most of them are never asked for. */
export const framesOf = (frames: readonly Keyframe<unknown>[]): readonly Keyframe<unknown>[] =>
  Object.freeze(frames.map((each) => Object.freeze(each)));

/** How much memory the kept states of a run may take, in bytes, if nothing else is said. */
export const defaultBudget = 64 * 2 ** 20;

/** What a leaf and its share of the tree cost beside the elements, in bytes: measured on V8, roughly. */
const overhead = 400;

export const bytesOfLeaf = ({ dtype, shape }: NDArray): number => overhead + bytesPerElement[dtype] * sizeOf(shape);

/** Bytes of a state. */
export const bytesOf = (state: unknown): number => tree.leaves(state).reduce((sum, x) => sum + bytesOfLeaf(x), 0);

/**
 * Every how many steps of n to keep a state of so many bytes: each one when all fit the budget, else about a sixteenth of
 * the square root of n, or as few as fit. A power of two, so that a run that grows needs only drop some of those that it kept.
 */
export const keyframeInterval = (bytes: number, n: number, budget: number): number => {
  const all = (n + 1) * bytes;
  if (all <= budget) return 1;
  const least = Math.max(Math.sqrt(n) / 16, Math.min(all / budget, Number.MAX_SAFE_INTEGER));
  let interval = 1;
  while (interval < least) interval *= 2;
  return interval;
};
