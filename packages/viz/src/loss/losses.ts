import { isRemains } from "@gradfold/core/library";
import { bounded, type Check, isArray, isList, isObject, number, optional, type Place, refuse } from "../check.ts";
import { type Column, column, columnOf, hasColumn, notDrawn, numberOrNull, sameLength, someRow } from "../column.ts";
import type { Point } from "../figure.ts";
import { inWords, type Value } from "../number.ts";
import { type Named, namedOf } from "../series/named.ts";

/**
 * Losses in the order of the steps: as rows, as columns, or by themselves. A step left out is the index; other columns
 * are ignored. A loss that is null, undefined or left out is missing.
 */
export type Losses =
  | readonly {
      /** The loss of the step. */
      readonly loss?: number | null | undefined;
      /** The number of the step; the index by default. */
      readonly step?: number | undefined;
    }[]
  | {
      /** The loss of every step. */
      readonly loss: Column;
      /** The number of every step; the index by default. */
      readonly step?: ArrayLike<number> | undefined;
    }
  | Column;

/** The loss at a step. */
export type Entry = readonly [step: number, loss: Value];

const step: Check<number | undefined> = (given, place) =>
  given === undefined || Number.isFinite(given)
    ? optional(number)(given, place)
    : refuse(place, "a finite number", given, "Leave steps out to count from 0.");

/** The losses of a run and their steps. */
export const entriesOf =
  (op: string): Check<readonly Entry[]> =>
  (losses, place) => {
    const isPlain = isList(losses) && !someRow(bounded(losses, place));
    const loss = isPlain ? column(numberOrNull)(losses, place) : columnOf(place, losses, "loss", numberOrNull);
    const steps = hasColumn(losses, "step") ? columnOf(place, losses, "step", step) : undefined;
    if (steps !== undefined) sameLength(op, { step: steps, loss });
    return loss.map((value, i) => [steps?.[i] ?? i, value]);
  };

/** Whether these are several runs by name: an object with names of its own, and none of those that a run has. */
const isByName = (losses: unknown): boolean =>
  isObject(losses) &&
  !isList(losses) &&
  !isArray(losses) &&
  !isRemains(losses) &&
  Object.keys(losses).length > 0 &&
  !hasColumn(losses, "loss") &&
  !hasColumn(losses, "step");

/** The losses of each run; a run by itself has an empty name. */
export const runsOf = (op: string, losses: unknown): readonly Named<readonly Entry[]>[] => {
  if (isByName(losses)) return namedOf(op, "losses", losses, entriesOf(op));
  const place: Place = () => `${op}: losses`;
  return [{ name: "", value: entriesOf(op)(losses, place) }];
};

export const isFiniteEntry = (entry: Entry): entry is Point => Number.isFinite(entry[1]);

/** A run as far as it can be drawn. */
export interface Course {
  readonly name: string;
  readonly drawn: readonly Entry[];
  /** The points among them. */
  readonly finite: readonly Point[];
  /** Where the run ended: the first entry after the last finite one whose loss is not finite. */
  readonly end: Entry | undefined;
}

/** What to draw of a run. Losses that are only missing do not end it. */
export const courseOf = ({ name, value: entries }: Named<readonly Entry[]>): Course => {
  const lastIndex = entries.findLastIndex(isFiniteEntry);
  const endIndex = entries.findIndex(([, loss], i) => i > lastIndex && loss !== null);
  const drawn = endIndex < 0 ? entries : entries.slice(0, endIndex);
  return { name, drawn, finite: drawn.filter(isFiniteEntry), end: entries[endIndex] };
};

/** What of a run the picture does not show: how it ended, and what is missing. */
export const remarksOf = ({ name, drawn, end }: Course): readonly string[] => {
  const ending = end === undefined ? [] : [`ended at step ${end[0]}: the loss is ${inWords(end[1])}`];
  const remarks = [...ending, ...notDrawn(drawn.map(([, loss]) => loss))];
  return name === "" ? remarks : remarks.map((remark) => `run ${name} ${remark}`);
};
