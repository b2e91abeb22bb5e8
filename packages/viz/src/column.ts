import { DomainError, isNDArray, isRemains } from "@gradfold/core/library";
import { type Check, elements, isArray, isList, isObject, type Place, refuse } from "./check.ts";
import type { Point } from "./figure.ts";
import { tally, type Value } from "./number.ts";

/** Numbers in a row: an array or a typed array. */
export type Numbers = ArrayLike<number>;

/** Numbers in a row, some of which may be missing. */
export type Column = ArrayLike<number | null | undefined>;

/** Points as rows or as columns of equal length. A coordinate may be missing. */
export type Points =
  | readonly {
      /** The horizontal coordinate. */
      readonly x: number | null | undefined;
      /** The vertical coordinate. */
      readonly y: number | null | undefined;
    }[]
  | {
      /** The horizontal coordinates. */
      readonly x: Column;
      /** The vertical coordinates. */
      readonly y: Column;
    };

/** A number as it is; null and undefined are missing. */
export const numberOrNull: Check<Value> = (given, place) => {
  if (given === null || given === undefined) return null;
  if (typeof given === "number") return given;
  return refuse(place, "a number", given, isNDArray(given) ? "Give item(x)." : "");
};

/** What to do with something that should have been a list of numbers. */
export const wayOut = (given: unknown): string => {
  if (isNDArray(given)) return "Give toTypedArray(x).";
  if (isObject(given) && typeof given[0] === "number")
    return "JSON makes such an object of a typed array: write Array.from(x), or read Object.values(x).";
  return "";
};

/** A list whose elements pass a check. */
export const column =
  <A>(check: Check<A>): Check<readonly A[]> =>
  (given, place) =>
    elements(isList(given) ? given : refuse(place, "a list of numbers", given, wayOut(given)), place, check);

/** Whether an element of a list is a row with fields, not a value. */
const isRow = (given: unknown): given is Readonly<Record<string, unknown>> =>
  isObject(given) && !isList(given) && !isArray(given) && !isRemains(given);

const keysOf = (given: object): string => {
  const keys = Object.keys(given).map((key) => key.slice(0, 40));
  return `{ ${keys.slice(0, 5).join(", ")}${keys.length > 5 ? ", …" : ""} }`;
};

/** Whether one of the elements is a row of which something holds: most often the first. */
export const someRow = (list: ArrayLike<unknown>, holds: (row: object) => boolean = () => true): boolean => {
  for (let i = 0; i < list.length; i++) {
    const row = list[i];
    if (isRow(row) && holds(row)) return true;
  }
  return false;
};

/** Whether the data have the column, as rows or as columns. */
export const hasColumn = (data: unknown, name: string): boolean =>
  isList(data) ? someRow(data, (row) => name in row) : isRow(data) && data[name] !== undefined;

/** One column of the data, which are rows or columns. */
export const columnOf = <A>(place: Place, data: unknown, name: string, check: Check<A>): readonly A[] => {
  if (isList(data)) {
    const rows = elements(data, place, (row, at) => (isRow(row) ? row : refuse(at, `a row with ${name}`, row)));
    const [first] = rows;
    if (first !== undefined && !hasColumn(data, name))
      throw new DomainError(`${place()} has no row with ${name}: the first is ${keysOf(first)}.`);
    return rows.map((row, i) => check(row[name], () => `${place()}[${i}].${name}`));
  }
  const columns = isRow(data) ? data : refuse(place, "rows or columns", data, wayOut(data));
  if (!hasColumn(columns, name)) throw new DomainError(`${place()} has no column ${name}: ${keysOf(columns)}.`);
  return column(check)(columns[name], () => `${place()}.${name}`);
};

/** The smallest and the largest of the values. */
export const extent = (values: readonly number[]): readonly [low: number, high: number] => [
  values.reduce((low, value) => Math.min(low, value), Infinity),
  values.reduce((high, value) => Math.max(high, value), -Infinity),
];

/** The points whose coordinates are finite, how many were given, and a remark on those that are not finite. */
export const finitePoints = (
  op: string,
  name: string,
  data: unknown,
): { readonly given: number; readonly points: readonly Point[]; readonly lost: readonly string[] } => {
  const place: Place = () => `${op}: ${name}`;
  const x = columnOf(place, data, "x", numberOrNull);
  const y = columnOf(place, data, "y", numberOrNull);
  sameLength(op, { x, y });
  const pairs = x.map((xi, i) => [xi, y[i] ?? null] as const);
  const points = pairs.filter((pair): pair is Point => pair.every(Number.isFinite));
  const rest = pairs.flatMap((pair) => pair.filter((value) => !Number.isFinite(value)).slice(0, 1));
  return { given: x.length, points, lost: notDrawn(rest) };
};

/** A remark on the values that no picture shows, if there are any: "not drawn: 1 infinite, 2 missing". */
export const notDrawn = (values: readonly Value[]): readonly string[] => {
  const counts = tally(values);
  return counts === "" ? [] : [`not drawn: ${counts}`];
};

/** Throws a DomainError unless the columns have one length. */
export const sameLength = (op: string, columns: Readonly<Record<string, ArrayLike<unknown>>>): void => {
  const lengths = Object.values(columns).map((column) => column.length);
  if (new Set(lengths).size > 1)
    throw new DomainError(
      `${op}: columns differ in length: ${Object.keys(columns).join(", ")} have ${lengths.join(", ")}. ` +
        "Give one value of each per point.",
    );
};
