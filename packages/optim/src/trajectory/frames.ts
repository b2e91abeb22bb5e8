import { toTypedArray } from "@gradfold/core";
import { contiguous, isNDArray, view } from "@gradfold/core/library";
import { tracer } from "@gradfold/core/transform";
import { frozen } from "../value.ts";
import { type Kept, openKept } from "./kept.ts";
import { bytesOfLeaf, frameOf, type Keyframe } from "./keyframe.ts";

/** Keyframes: the steps of the states that are kept, in ascending order, and these states. */
export interface Frames {
  readonly length: number;
  readonly steps: readonly number[];
  readonly states: Kept;
}

/** One keyframe. */
export const singleFrame = (step: number, state: unknown): Frames => ({
  length: 1,
  steps: [step],
  states: { at: () => state },
});

/** Keyframes that are made elsewhere. */
export const framesFrom = (list: readonly Keyframe<unknown>[]): Frames => ({
  length: list.length,
  steps: list.map(({ step }) => step),
  states: { at: (i) => list[i]?.state },
});

/** The states of two: each call of `at` may go through as many of these as a sequence kept in parts has parts. */
const eitherOf = (before: number, first: Kept, second: Kept): Kept => ({
  at: (i) => (i < before ? first.at(i) : second.at(i - before)),
});

export const joinFrames = (a: Frames, b: Frames): Frames => ({
  length: a.length + b.length,
  steps: a.steps.concat(b.steps),
  states: eitherOf(a.length, a.states, b.states),
});

/** The keyframes as a run shows them, with steps counted from elsewhere. */
export const listed = ({ steps, states }: Frames, by: number): readonly Keyframe<unknown>[] =>
  steps.map((step, i) => frameOf(step + by, () => frozen(states.at(i))));

/** What V8 keeps in the object of a typed array; to ask for its buffer would move it out. */
const inObject = 64;

/** An array that keeps a much larger buffer alive, such as that of all the states of a loop, as one of its own. */
const compact = (leaf: unknown): unknown => {
  if (!isNDArray(leaf) || tracer(leaf) !== undefined) return leaf;
  const { data } = view(leaf, "trajectory");
  const held = data.byteLength > inObject ? data.buffer.byteLength : data.byteLength;
  return held > 2 * bytesOfLeaf(leaf) ? contiguous(leaf.dtype, leaf.shape, toTypedArray(leaf)) : leaf;
};

/** The keyframes that stay when they are to be at least `interval` steps apart. */
export const thin = (parts: readonly Frames[], interval: number): Frames => {
  const { steps, states } = parts.reduce(joinFrames);
  const kept: number[] = [];
  for (const [i, step] of steps.entries()) if (step - (steps[kept.at(-1) ?? -1] ?? -Infinity) >= interval) kept.push(i);
  const keeper = openKept(states.at(0), kept.length, compact);
  for (const i of kept) keeper.keep(states.at(i));
  return { length: kept.length, steps: kept.map((i) => steps[i] ?? 0), states: keeper };
};

/** Where a keyframe stands. */
interface Place {
  readonly part: number;
  readonly i: number;
}

/** The place of the keyframe of step k, or of the last one before it; undefined if there is none. */
export const placeOf = (parts: readonly Frames[], k: number): Place | undefined => {
  const part = parts.findLastIndex(({ steps: [first = Infinity] }) => first <= k);
  const { steps } = parts[part] ?? { steps: [] };
  let [low, high] = [0, steps.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((steps[middle] ?? Infinity) <= k) low = middle;
    else high = middle;
  }
  return part < 0 ? undefined : { part, i: low };
};

/** The place behind another one, which may be behind the last. */
export const behind = (parts: readonly Frames[], { part, i }: Place): Place =>
  i + 1 < (parts[part]?.length ?? 0) ? { part, i: i + 1 } : { part: part + 1, i: 0 };

/** The step of the keyframe at a place; undefined behind the last one. */
export const stepAt = (parts: readonly Frames[], { part, i }: Place): number | undefined => parts[part]?.steps[i];

export const stateAt = (parts: readonly Frames[], { part, i }: Place): unknown => parts[part]?.states.at(i);
