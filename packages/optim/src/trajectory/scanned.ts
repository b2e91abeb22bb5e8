import { DTypeError, type NDArray, type Shape, slice, tree } from "@gradfold/core";
import { isNDArray, sameShape, stackRows, typed, view } from "@gradfold/core/transform";
import { isKept, type Keep, type RunCourse } from "./course.ts";
import { frameOf, type Keyframe } from "./keyframe.ts";
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

const alike = (a: unknown, b: unknown): boolean => {
  const [x, y] = [tree.flatten(a), tree.flatten(b)];
  if (JSON.stringify(x.structure) !== JSON.stringify(y.structure)) return false;
  return x.leaves.every((leaf, i) => {
    const other = y.leaves[i];
    return other !== undefined && leaf.dtype === other.dtype && sameShape(leaf.shape, other.shape);
  });
};

/** Whether an input can follow others in one loop: the same again, or stackable on them. */
const fits = (input: unknown, others: readonly unknown[]): boolean =>
  input === others[0] || (others.length < mostStacked && alike(input, others[0]));

/** Inputs in order, cut where they stop being alike, and where a state is to be kept. */
const chunksOf = (inputs: AnyInputs, keep: Keep): readonly (readonly unknown[])[] => {
  const chunks: unknown[][] = [];
  let current: unknown[] = [];
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs.at(i);
    const startsAtKeyframe = keep.interval > 1 && isKept(keep, keep.from + i);
    if (current.length === 0 || startsAtKeyframe || !fits(input, current)) chunks.push((current = []));
    current.push(input);
  }
  return chunks;
};

const rowOf = (states: unknown, i: number): unknown =>
  tree.map(
    typed<<S extends Shape>(x: NDArray<S>) => NDArray<S>>((x: NDArray) => slice(x, [i])),
    states,
  );

/** A state that stays among its neighbours until it is asked for. */
const rowFrame = (step: number, states: unknown, i: number): Keyframe<unknown> => frameOf(step, () => rowOf(states, i));

const stacked = (inputs: readonly unknown[]): unknown =>
  tree.unflatten(tree.flatten(inputs[0]).structure, stackRows(inputs.map(tree.leaves)));

type Body = Parameters<AnyScan>[0];

/** A turn of the loop over one repeated input, or over rows of different ones. */
const bodyOf = (step: AnyStep, repeated: { readonly input: unknown } | undefined, keeps: boolean): Body => {
  return (state, row) => {
    const [next, metrics] = step(state, repeated === undefined ? row : repeated.input);
    return [next, keeps ? { metrics, state: next } : { metrics }];
  };
};

/** A compiled loop is found again by its body, so the body of a step over one input is made once. */
const repeatedBodies = new WeakMap<
  AnyStep,
  { readonly input: unknown; readonly keeps: boolean; readonly body: Body }
>();

const repeatedBody = (step: AnyStep, input: unknown, keeps: boolean): Body => {
  const old = repeatedBodies.get(step);
  if (old !== undefined && old.input === input && old.keeps === keeps) return old.body;
  const body = bodyOf(step, { input }, keeps);
  repeatedBodies.set(step, { input, keeps, body });
  return body;
};

/** Writes a metric's rows to its column, from a place on. */
const writeRows = (column: Float64Array, name: string, value: unknown, at: number): void => {
  if (isNDArray(value) && value.shape.length === 1) {
    const { data, offset, stride, size } = view(value, "trajectory.fold");
    const step = stride[0] ?? 0;
    for (let i = 0; i < size; i++) column[at + i] = data[offset + i * step] ?? NaN;
    return;
  }
  throw new DTypeError(`trajectory.fold: the metric ${name} must be a number or a scalar array`);
};

type Ys = { readonly metrics: Readonly<Record<string, unknown>>; readonly state?: unknown };

/** Steps in loops, each a single call of `scan`; the same states and metrics to the last bit. */
export const inLoops =
  (scan: AnyScan): RunCourse =>
  (step, start, inputs, keep) => {
    const keepsAll = keep.interval === 1;
    const columns: Record<string, Float64Array> = {};
    const keyframes: Keyframe<unknown>[] = [];
    let state = start;
    let done = 0;
    for (const chunk of chunksOf(inputs, keep)) {
      const isRepeated = chunk.every((input) => input === chunk[0]);
      const body = isRepeated ? repeatedBody(step, chunk[0], keepsAll) : bodyOf(step, undefined, keepsAll);
      const [next, rows] = scan(body, state, isRepeated ? null : stacked(chunk), { length: chunk.length });
      const { metrics, state: states } = rows as Ys;
      for (const name of Object.keys(metrics))
        writeRows((columns[name] ??= new Float64Array(inputs.length).fill(NaN)), name, metrics[name], done);
      if (keepsAll)
        for (let i = 0; i < chunk.length; i++) keyframes.push(rowFrame(keep.from + done + i + 1, states, i));
      state = next;
      done += chunk.length;
      if (!keepsAll && isKept(keep, keep.from + done)) keyframes.push({ step: keep.from + done, state });
    }
    return { final: state, columns, keyframes };
  };
