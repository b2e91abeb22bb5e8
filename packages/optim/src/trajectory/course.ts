import { readerOf } from "../inputs.ts";
import { byName, frozen } from "../value.ts";
import type { Keyframe } from "./keyframe.ts";
import type { Rows } from "./rows.ts";
import { checkNames, metricOf, takeStep } from "./step.ts";
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
  readonly columns: Rows["columns"];
  readonly keyframes: readonly Keyframe<unknown>[];
}

/**
 * Runs a step over all inputs from a state on, for a function of some name. The metrics have the names that they had
 * before, if steps were taken before.
 */
export type RunCourse = (
  name: string,
  step: AnyStep,
  start: unknown,
  inputs: AnyInputs,
  keep: Keep,
  names: readonly string[] | undefined,
) => Course;

/** One step after another. */
export const stepByStep: RunCourse = (name, step, start, inputs, keep, before) => {
  const n = inputs.length;
  const inputAt = readerOf(name, inputs);
  const keyframes: Keyframe<unknown>[] = [];
  const columns: Float64Array[] = [];
  let names = before;
  let state = start;
  for (let i = 0; i < n; i++) {
    const [next, metrics] = takeStep(name, step, state, inputAt(i));
    names ??= Object.keys(metrics);
    checkNames(name, names, metrics);
    for (let j = 0; j < names.length; j++) {
      const metric = names[j] ?? "";
      (columns[j] ??= new Float64Array(n))[i] = metricOf(name, metric, metrics[metric]);
    }
    state = next;
    const k = keep.from + i + 1;
    if (isKept(keep, k)) keyframes.push({ step: k, state: frozen(state) });
  }
  return { final: frozen(state), columns: byName(columns.map((column, j) => [names?.[j] ?? "", column])), keyframes };
};
