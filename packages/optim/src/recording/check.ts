import { DomainError, type NDArray, ShapeError, tree, TreeError } from "@gradfold/core";
import { describe, formatShape, isRecord, mostAxes, runIfKept, view } from "@gradfold/core/library";
import { isCount, mostTexts, short, toJson } from "@gradfold/core/files";
import { misfit } from "../trajectory/difference.ts";
import type { Lost, Recording } from "./recording.ts";

/* What decoding refuses is refused before anything is written, with the place and the value. */

/** The texts by which a recording says how it was made. */
export const checkDescription = (name: string, description: unknown): void => {
  if (!isRecord(description))
    throw new DomainError(`${name}: description must be an object of texts, not ${describe(description)}.`);
  const texts = Object.entries(description);
  if (texts.length > mostTexts)
    throw new DomainError(`${name}: a description of ${texts.length} texts has more than ${mostTexts}.`);
  for (const [key, text] of texts)
    if (typeof text !== "string")
      throw new DomainError(
        `${name}: description: ${toJson(short(key))} must be a text, not ${describe(text)}. Use String(…) or JSON.stringify(…).`,
      );
};

const isColumn = (x: unknown): x is ArrayLike<unknown> => Array.isArray(x) || ArrayBuffer.isView(x);

const checkMetrics = (name: string, { metrics, steps }: Recording): void => {
  if (!isRecord(metrics))
    throw new DomainError(`${name}: metrics must be an object of columns, not ${describe(metrics)}.`);
  for (const [metric, column] of Object.entries<unknown>(metrics)) {
    const length = isColumn(column) ? column.length : undefined;
    if (length !== steps)
      throw new DomainError(
        `${name}: the metric ${toJson(short(metric))} must have a number for each of ${steps} steps, not ${describe(column)}.`,
      );
  }
};

const checkSteps = (name: string, { steps, numerics, keyframes }: Recording): void => {
  for (const [what, count] of Object.entries({ steps, numerics }))
    if (!isCount(count))
      throw new DomainError(`${name}: ${what} must be a whole number from 0 on, not ${describe(count)}.`);
  if (keyframes[0]?.step !== 0)
    throw new DomainError(`${name}: the first keyframe must be that of step 0, not ${describe(keyframes[0]?.step)}.`);
  let last = -1;
  for (const { step } of keyframes) {
    if (!isCount(step) || step <= last || step > steps)
      throw new DomainError(
        `${name}: keyframes must ascend, up to step ${steps}: behind that of step ${last} is one of ${describe(step)}.`,
      );
    last = step;
  }
};

const checkLeaf = (name: string, x: NDArray, path: string): void => {
  if (x.shape.length > mostAxes)
    throw new ShapeError(
      `${name}: ${path || "the state"} has ${x.shape.length} axes, more than ${mostAxes}: ${formatShape(x.shape)}.`,
    );
  // A value that a transform follows has no elements, and says so when they are asked for.
  if (runIfKept(x) === undefined) view(x, name);
};

const checkStates = (name: string, { final, keyframes }: Recording): void => {
  const { leaves, paths } = tree.flatten(final);
  leaves.forEach((x, i) => checkLeaf(name, x, paths[i] ?? ""));
  for (const { step, state } of keyframes) {
    const found = misfit(state, final);
    if (found !== undefined)
      throw new TreeError(
        `${name}: the state of step ${step} has another form than the last one at ${found.leaf || "the root"}: ${found.reason}.`,
      );
    for (const x of tree.leaves(state)) checkLeaf(name, x, `the state of step ${step}`);
  }
};

/** The most stretches that a run may have lost. */
export const mostStretches = 2 ** 16;

/** Whether stretches of a run ascend, none of them empty. */
export const areStretches = (stretches: readonly Lost[], steps: number): boolean =>
  stretches.length <= mostStretches &&
  stretches.every(
    ({ from, to }, i) =>
      isCount(from) && isCount(to) && from >= (stretches[i - 1]?.to ?? 0) && from < to && to <= steps,
  );

/** Stretches of steps as they are written. */
export const pairsOf = (lost: readonly Lost[]): readonly (readonly number[])[] =>
  lost.map(({ from, to }) => [from, to]);

/** Throws unless the values of a recording are those that decoding gives back. */
export const checkValues = (name: string, made: Recording): void => {
  const given: unknown = made;
  if (!isRecord(given) || !Array.isArray(given["keyframes"]))
    throw new DomainError(`${name}: a recording is needed, as recording.of makes it, not ${describe(given)}.`);
  checkSteps(name, made);
  checkMetrics(name, made);
  checkDescription(name, made.description);
  if (!areStretches(made.lost ?? [], made.steps))
    throw new DomainError(
      `${name}: lost must be stretches of the ${made.steps} steps, one after another, each from … to.`,
    );
  checkStates(name, made);
};
