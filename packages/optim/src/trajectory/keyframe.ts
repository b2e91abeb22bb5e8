import { type NDArray, type Shape, toTypedArray, tree } from "@gradfold/core";
import { bytesPerElement, contiguous, sizeOf, typed, view } from "@gradfold/core/transform";
import { frozen } from "../value.ts";

/** A state that a run keeps, so that those behind it can be computed again. */
export interface Keyframe<State> {
  readonly step: number;
  readonly state: State;
}

const makerOf: unique symbol = Symbol("maker");

/** Inherited by keyframes, of which a run has many: `lazily` would take five times as long to make one. */
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

/** Bytes of a state. */
export const bytesOf = (state: unknown): number =>
  tree.leaves(state).reduce((sum, x) => sum + overhead + bytesPerElement[x.dtype] * sizeOf(x.shape), 0);

/**
 * Every how many steps of n to keep a state of so many bytes: each one when all fit the budget, else about a sixteenth of
 * the square root of n, or as few as fit. A power of two, so that a run that grows needs only drop some of those that it kept.
 */
export const keyframeInterval = (bytes: number, n: number, budget: number): number => {
  const all = (n + 1) * bytes;
  if (all <= budget) return 1;
  const least = Math.max(Math.sqrt(n) / 16, all / budget);
  let interval = 1;
  while (interval < least) interval *= 2;
  return interval;
};

/** What V8 keeps in the object of a typed array; to ask for its buffer would move it out. */
const inObject = 64;

/** Whether an array keeps a much larger buffer alive, such as that of all the states of a loop. */
const isPart = (x: NDArray): boolean => {
  const { data } = view(x, "trajectory");
  const held = data.byteLength > inObject ? data.buffer.byteLength : data.byteLength;
  return held > 2 * bytesPerElement[x.dtype] * sizeOf(x.shape) + overhead;
};

/** A state whose leaves have their own buffers. */
const compact = (state: unknown): unknown =>
  tree.leaves(state).some(isPart)
    ? frozen(
        tree.map(
          typed<<S extends Shape>(x: NDArray<S>) => NDArray<S>>((x: NDArray) =>
            contiguous(x.dtype, x.shape, toTypedArray(x)),
          ),
          state,
        ),
      )
    : state;

/** The keyframes that stay when they are to be at least `interval` steps apart. */
export const thin = (frames: readonly Keyframe<unknown>[], interval: number): readonly Keyframe<unknown>[] => {
  const kept: Keyframe<unknown>[] = [];
  for (const frame of frames)
    if (frame.step - (kept.at(-1)?.step ?? -Infinity) >= interval)
      kept.push({ step: frame.step, state: compact(frame.state) });
  return kept;
};

/** The keyframe of state k, or the last one before it. */
export const nearest = <State>(
  parts: readonly (readonly Keyframe<State>[])[],
  k: number,
): Keyframe<State> | undefined => {
  const frames = parts.findLast(([first]) => first !== undefined && first.step <= k) ?? [];
  let [low, high] = [0, frames.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((frames[middle]?.step ?? Infinity) <= k) low = middle;
    else high = middle;
  }
  return frames[low];
};
