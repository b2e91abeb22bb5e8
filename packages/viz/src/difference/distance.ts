import { DomainError } from "@gradfold/core/library";
import { type Check, elements, isArray, isList, isObject, type Place, refuse } from "../check.ts";
import { column, type Column, numberOrNull, type Numbers, sameLength, wayOut } from "../column.ts";

/**
 * The states of a run, or numbers of each, such as its parameters: a list of numbers for each state, a column of numbers by
 * name, or all of them in one list, `size` for each state.
 */
export type States = Numbers | readonly Numbers[] | { readonly [name: string]: Column };

/** The numbers of each state, by their places. A missing one is not a number. */
export interface Rows {
  readonly length: number;
  readonly names: readonly string[];
  readonly at: (state: number, place: number) => number;
}

const numbers: Check<readonly number[]> = (given, place) =>
  column((value, at) => numberOrNull(value, at) ?? NaN)(given, place);

/** States of equal size, a list for each. */
const rowsOf = (given: ArrayLike<unknown>, place: Place): Rows => {
  const rows = elements(given, place, numbers);
  const size = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== size);
  if (odd >= 0)
    throw new DomainError(`${place()}[${odd}] has ${rows[odd]?.length} numbers, and the first state has ${size}.`);
  return { length: rows.length, names: placesOf(size), at: (state, i) => rows[state]?.[i] ?? NaN };
};

const flatRows = (given: unknown, place: Place, size: number): Rows => {
  const all = numbers(given, place);
  if (all.length % size !== 0)
    throw new DomainError(`${place()} has ${all.length} numbers, which are no states of ${size}. Give the right size.`);
  return { length: all.length / size, names: placesOf(size), at: (state, i) => all[state * size + i] ?? NaN };
};

const placesOf = (size: number): readonly string[] => Array.from({ length: size }, (_, i) => String(i));

/** The states as they were given. */
export const statesOf = (op: string, name: string, given: unknown, size: number): Rows => {
  const place: Place = () => `${op}: ${name}`;
  if (isList(given) && !isArray(given))
    return given.length > 0 && isList(given[0]) ? rowsOf(given, place) : flatRows(given, place, size);
  const words = "a list of numbers, a list of states or an object of columns";
  const object = isObject(given) && !isArray(given) ? given : refuse(place, words, given, wayOut(given));
  // In the order of their names, which may be another in the other run.
  const keys = Object.keys(object).toSorted();
  const columns = keys.map(
    (key) => [key, numbers(object[key], () => `${place()}[${JSON.stringify(key.slice(0, 40))}]`)] as const,
  );
  if (columns.length === 0) return refuse(place, words, given);
  sameLength(op, Object.fromEntries(columns));
  return {
    length: columns[0]?.[1].length ?? 0,
    names: columns.map(([key]) => key),
    at: (state, i) => columns[i]?.[1][state] ?? NaN,
  };
};

/** The Euclidean distance of two states, scaled so that no square is beyond the numbers. */
export const distance = (a: Rows, b: Rows, state: number): number => {
  const apart = a.names.map((_, i) => {
    const [p, q] = [a.at(state, i), b.at(state, i)];
    return Object.is(p, q) && !Number.isNaN(p) ? 0 : Math.abs(p - q);
  });
  const most = apart.reduce((most, one) => Math.max(most, one), 0);
  if (most === 0 || !Number.isFinite(most)) return most;
  return most * Math.sqrt(apart.reduce((sum, one) => sum + (one / most) * (one / most), 0));
};

/** Whether two states are the same to the last bit; a NaN is a NaN. */
export const hasSameBits = (a: Rows, b: Rows, state: number): boolean =>
  a.names.every((_, i) => Object.is(a.at(state, i), b.at(state, i)));
