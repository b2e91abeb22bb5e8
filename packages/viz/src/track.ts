import { bounded, type Check, elements, isList, pair, type Place } from "./check.ts";
import { type Column, columnOf, numberOrNull, type Points, sameLength } from "./column.ts";
import type { Point } from "./mark.ts";
import type { Value } from "./number.ts";

/**
 * Points in their order: as pairs `[x, y]`, as rows `{ x, y }`, or as columns of equal length. A coordinate may be
 * missing, and so may a pair, as null.
 */
export type Track = readonly (Column | null)[] | Points;

/** A place on the way, as it was given. */
export type Stop = readonly [x: Value, y: Value];

/** A place that is missing. */
export const NOWHERE: Stop = [null, null];

const stop: Check<Stop> = (value, place) =>
  value === null || value === undefined ? NOWHERE : pair(numberOrNull, "[x, y]")(value, place);

/** Whether the elements of a list are pairs: the first that is there tells. */
const hasPairs = (list: ArrayLike<unknown>): boolean => {
  for (let i = 0; i < list.length; i++) {
    const element = list[i];
    if (element !== null && element !== undefined) return isList(element);
  }
  return list.length > 0;
};

/** The points of a track, in their order. */
export const stopsOf = (op: string, name: string, data: unknown): readonly Stop[] => {
  const place: Place = () => `${op}: ${name}`;
  if (isList(data) && hasPairs(bounded(data, place))) return elements(data, place, stop);
  if (isList(data) && data.length === 0) return [];
  const x = columnOf(place, data, "x", numberOrNull);
  const y = columnOf(place, data, "y", numberOrNull);
  sameLength(op, { x, y });
  return x.map((xi, i) => [xi, y[i] ?? null]);
};

export const isPoint = (place: Stop): place is Point => place.every(Number.isFinite);

/** The value because of which a place is not in the picture. */
export const faultOf = (place: Stop): Value => place.find((value) => !Number.isFinite(value)) ?? null;
