import { DTypeError, item } from "@gradfold/core";
import { isNDArray } from "@gradfold/core/transform";
import type { Keyframe } from "./keyframe.ts";
import type { AnyInputs, AnyStep } from "./trajectory.ts";

/** Which states to keep, when the start is state `from`: state `first`, and every `interval`-th after it. */
export interface Keep {
  readonly from: number;
  readonly first: number;
  readonly interval: number;
}

export const isKept = ({ first, interval }: Keep, k: number): boolean => k >= first && (k - first) % interval === 0;

/** What running steps leaves behind. */
interface Course {
  readonly final: unknown;
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly keyframes: readonly Keyframe<unknown>[];
}

/** Runs a step over all inputs from a state on. */
export type RunCourse = (step: AnyStep, start: unknown, inputs: AnyInputs, keep: Keep) => Course;

export const metricOf = (name: string, value: unknown): number => {
  if (typeof value === "number") return value;
  if (isNDArray(value)) return item(value);
  throw new DTypeError(`trajectory.fold: the metric ${name} must be a number or a scalar array, not ${typeof value}`);
};

/** One step after another. */
export const stepByStep: RunCourse = (step, start, inputs, keep) => {
  const n = inputs.length;
  const keyframes: Keyframe<unknown>[] = [];
  const columns: Record<string, Float64Array> = {};
  let state = start;
  for (let i = 0; i < n; i++) {
    const [next, metrics] = step(state, inputs.at(i));
    for (const name of Object.keys(metrics))
      (columns[name] ??= new Float64Array(n).fill(NaN))[i] = metricOf(name, metrics[name]);
    state = next;
    const k = keep.from + i + 1;
    if (isKept(keep, k)) keyframes.push({ step: k, state });
  }
  return { final: state, columns, keyframes };
};
