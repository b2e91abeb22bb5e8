import { DTypeError, item } from "@gradfold/core";
import { isNDArray } from "@gradfold/core/transform";
import type { Inputs } from "../inputs.ts";
import type { Step } from "../train.ts";

/** A step whose metrics are a record, whatever they are. */
export type AnyStep = Step<unknown, unknown, Readonly<Record<string, unknown>>>;

/** What running steps leaves behind. */
interface Course {
  readonly final: unknown;
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly kept: (frame: number) => unknown;
}

/** Runs a step over all inputs from a state on and keeps every `interval`-th state. */
export type RunCourse = (step: AnyStep, start: unknown, inputs: Inputs<unknown>, interval: number) => Course;

const numberOf = (name: string, value: unknown): number => {
  if (typeof value === "number") return value;
  if (isNDArray(value)) return item(value);
  throw new DTypeError(`trajectory.fold: the metric ${name} must be a number or a scalar array, not ${typeof value}`);
};

/** One step after another. */
export const stepByStep: RunCourse = (step, start, inputs, interval) => {
  const n = inputs.length;
  const keyframes: unknown[] = [start];
  const columns: Record<string, Float64Array> = {};
  let state = start;
  for (let i = 0; i < n; i++) {
    const [next, metrics] = step(state, inputs.at(i));
    for (const name of Object.keys(metrics))
      (columns[name] ??= new Float64Array(n).fill(NaN))[i] = numberOf(name, metrics[name]);
    state = next;
    if ((i + 1) % interval === 0) keyframes.push(state);
  }
  return { final: state, columns, kept: (frame) => keyframes[frame] };
};
