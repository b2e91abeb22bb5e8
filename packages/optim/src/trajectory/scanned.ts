import { type NDArray, type Shape, slice, tree, TreeError } from "@gradfold/core";
import { describe, isList, isNDArray, isRecord, stackRows, typed, view } from "@gradfold/core/transform";
import { areIdentical, change } from "../form.ts";
import { readerOf } from "../inputs.ts";
import { byName, frozen } from "../value.ts";
import { isKept, type Keep, type RunCourse } from "./course.ts";
import { frameOf, type Keyframe } from "./keyframe.ts";
import { checkMetric, checkNames, takeStep } from "./step.ts";
import type { AnyInputs, AnyStep } from "./trajectory.ts";

/** A loop, as autodiff's `scan` and the compiler's. */
export type AnyScan = (
  f: (carry: unknown, x: unknown) => readonly [unknown, unknown],
  init: unknown,
  xs: unknown,
  options: { readonly length: number },
) => readonly [unknown, unknown];

/** Different inputs are stacked for a loop, so it takes no more than this many at once. */
const mostStacked = 1024;

/** Whether an input can follow others in one loop: the same again, or stackable on them. */
const fits = (input: unknown, others: readonly unknown[]): boolean =>
  input === others[0] || (others.length < mostStacked && change(input, others[0]) === undefined);

/** Inputs in order, cut where they stop being alike, and where a state is to be kept. */
const chunksOf = (name: string, inputs: AnyInputs, keep: Keep): readonly (readonly unknown[])[] => {
  const inputAt = readerOf(name, inputs);
  const chunks: unknown[][] = [];
  let current: unknown[] = [];
  for (let i = 0; i < inputs.length; i++) {
    const input = inputAt(i);
    const startsAtKeyframe = keep.interval > 1 && isKept(keep, keep.from + i);
    if (current.length === 0 || startsAtKeyframe || !fits(input, current)) chunks.push((current = []));
    current.push(input);
  }
  return chunks;
};

const rowOf = (states: unknown, i: number): unknown =>
  frozen(
    tree.map(
      typed<<S extends Shape>(x: NDArray<S>) => NDArray<S>>((x: NDArray) => slice(x, [i])),
      states,
    ),
  );

/** A state that stays among its neighbours until it is asked for. */
const rowFrame = (step: number, states: unknown, i: number): Keyframe<unknown> => frameOf(step, () => rowOf(states, i));

const stacked = (inputs: readonly unknown[]): unknown =>
  tree.unflatten(tree.flatten(inputs[0]).structure, stackRows(inputs.map(tree.leaves)));

type Body = Parameters<AnyScan>[0];

/** A turn of the loop over one repeated input, or over rows of different ones; `caller` is whose errors it throws. */
const bodyOf = (
  caller: { readonly name: string },
  step: AnyStep,
  repeated: { readonly input: unknown } | undefined,
  keeps: boolean,
): Body => {
  return (state, row) => {
    const { name } = caller;
    const [next, metrics] = takeStep(name, step, state, repeated === undefined ? row : repeated.input);
    for (const [metric, value] of Object.entries(metrics)) checkMetric(name, metric, value);
    return [next, keeps ? { metrics, state: next } : { metrics }];
  };
};

/** A compiled loop is found again by its body, so the body of a step over one input is made once. */
const repeatedBodies = new WeakMap<
  AnyStep,
  { readonly caller: { name: string }; readonly input: unknown; readonly keeps: boolean; readonly body: Body }
>();

const repeatedBody = (name: string, step: AnyStep, input: unknown, keeps: boolean): Body => {
  const old = repeatedBodies.get(step);
  if (old !== undefined && old.keeps === keeps && areIdentical(old.input, input)) {
    old.caller.name = name;
    return old.body;
  }
  const caller = { name };
  const body = bodyOf(caller, step, { input }, keeps);
  repeatedBodies.set(step, { caller, input, keeps, body });
  return body;
};

/** Writes a metric's rows to its column, from a place on. */
const writeRows = (column: Float64Array, value: NDArray, at: number): void => {
  const { data, offset, stride, size } = view(value, "trajectory");
  const step = stride[0] ?? 0;
  for (let i = 0; i < size; i++) column[at + i] = data[offset + i * step] ?? NaN;
};

interface Looped {
  readonly next: unknown;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly states: unknown;
}

/** What a loop gives, which may be no scan at all. */
const looped = (name: string, given: unknown): Looped => {
  const [next, rows] = isList(given) ? given : [];
  if (!isRecord(rows) || !isRecord(rows["metrics"]))
    throw new TreeError(
      `${name}: scan must give [carry, ys], as that of @gradfold/autodiff does, not ${describe(given)}.`,
    );
  return { next, metrics: rows["metrics"], states: rows["state"] };
};

/** Steps in loops, each a single call of `scan`; the same states and metrics to the last bit. */
export const inLoops =
  (scan: AnyScan): RunCourse =>
  (name, step, start, inputs, keep, before) => {
    const keepsAll = keep.interval === 1;
    const columns = new Map<string, Float64Array>();
    let names = before;
    const keyframes: Keyframe<unknown>[] = [];
    let state = start;
    let done = 0;
    for (const chunk of chunksOf(name, inputs, keep)) {
      const isRepeated = chunk.every((input) => input === chunk[0]);
      const body = isRepeated
        ? repeatedBody(name, step, chunk[0], keepsAll)
        : bodyOf({ name }, step, undefined, keepsAll);
      const { next, metrics, states } = looped(
        name,
        scan(body, state, isRepeated ? null : stacked(chunk), { length: chunk.length }),
      );
      names ??= Object.keys(metrics);
      checkNames(name, names, metrics);
      for (const metric of names) {
        const column = columns.get(metric) ?? new Float64Array(inputs.length);
        const rows = metrics[metric];
        if (isNDArray(rows)) writeRows(column, rows, done);
        columns.set(metric, column);
      }
      if (keepsAll)
        for (let i = 0; i < chunk.length; i++) keyframes.push(rowFrame(keep.from + done + i + 1, states, i));
      state = frozen(next);
      done += chunk.length;
      if (!keepsAll && isKept(keep, keep.from + done)) keyframes.push({ step: keep.from + done, state });
    }
    return { final: state, columns: byName(columns), keyframes };
  };
