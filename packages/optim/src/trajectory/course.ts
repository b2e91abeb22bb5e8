import { readerOf } from "../inputs.ts";
import { change, type Clash } from "../form.ts";
import { byName, frozen } from "../value.ts";
import type { Frames } from "./frames.ts";
import { openKept } from "./kept.ts";
import type { Rows } from "./rows.ts";
import { checkNames, metricOf, takeStep } from "./step.ts";
import type { AnyInputs, AnyStep } from "./trajectory.ts";

/** Which states to keep, when the start is state `from`: state `first`, and every `interval`-th after it. */
export interface Keep {
  readonly from: number;
  readonly first: number;
  readonly interval: number;
}

const isKept = ({ first, interval }: Keep, k: number): boolean => k >= first && (k - first) % interval === 0;

/** The number of states to be kept of n steps. */
const countKept = ({ from, first, interval }: Keep, n: number): number =>
  Math.max(Math.floor((from + n - first) / interval) + 1, 0);

/** What running steps leaves behind. */
interface Course {
  /** How many steps were taken: fewer than there are inputs where something made them stop. */
  readonly taken: number;
  readonly final: unknown;
  readonly columns: Rows["columns"];
  readonly frames: Frames;
}

/** Whether a step whose metrics these are is the last one. */
export type IsLast = (metrics: Readonly<Record<string, unknown>>) => boolean;

/**
 * Runs a step over all inputs from a state on, for a function of some name. The metrics have the names that they had
 * before, if steps were taken before. A course that takes steps one by one stops where it is told to.
 */
export type RunCourse = (
  name: string,
  step: AnyStep,
  start: unknown,
  inputs: AnyInputs,
  keep: Keep,
  names: readonly string[] | undefined,
  isLast: IsLast | undefined,
) => Course;

/** One step after another. */
export const stepByStep: RunCourse = (name, step, start, inputs, keep, before, isLast) => {
  const n = inputs.length;
  const inputAt = readerOf(name, inputs);
  const states = openKept(start, countKept(keep, n));
  const pass = (next: unknown): Clash | undefined => change(next, start);
  const columns: Float64Array[] = [];
  let names = before;
  let state = start;
  let taken = 0;
  let last: { readonly input: unknown; readonly known: unknown } | undefined;
  for (let isOver = false; taken < n && !isOver; taken++) {
    const look = isKept(keep, keep.from + taken + 1) ? states.keep : pass;
    const input = inputAt(taken);
    const known = last !== undefined && Object.is(input, last.input) ? last.known : undefined;
    const [next, metrics, toTell] = takeStep(name, step, state, input, look, known);
    last = { input, known: toTell };
    names ??= Object.keys(metrics);
    checkNames(name, names, metrics);
    for (let j = 0; j < names.length; j++) {
      const metric = names[j] ?? "";
      (columns[j] ??= new Float64Array(n))[taken] = metricOf(name, metric, metrics[metric]);
    }
    state = next;
    isOver = isLast?.(metrics) ?? false;
  }
  const named = byName(columns.map((column, j) => [names?.[j] ?? "", column.subarray(0, taken)]));
  const steps = Array.from({ length: countKept(keep, taken) }, (_, i) => keep.first + i * keep.interval);
  return { taken, final: frozen(state), columns: named, frames: { length: steps.length, steps, states } };
};
