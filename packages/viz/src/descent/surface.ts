import { DomainError } from "@gradfold/core/library";
import { type Check, finite, isArray, isObject, type Place, reading, refuse } from "../check.ts";
import { column, type Column, columnOf, numberOrNull, type Numbers } from "../column.ts";
import type { Domain } from "../figure.ts";
import type { Value } from "../number.ts";

/** A loss over two parameters: as a function of them, or at the points of a grid. */
export type Surface =
  | ((x: number, y: number) => number | null | undefined)
  | {
      /** The first parameter at each column of the grid: ascending. */
      readonly x: Numbers;
      /** The second parameter at each row of the grid: ascending. */
      readonly y: Numbers;
      /** For each of `y` a row, with the loss at each of `x`. A loss may be missing. */
      readonly loss: ArrayLike<Column>;
    };

/** A surface as it was read. */
export interface Landscape {
  /** The height at a place; null or a number that is not finite where there is none. */
  readonly at: (x: number, y: number) => Value;
  /** Where it is known; undefined for everywhere. */
  readonly known: { readonly x: Domain; readonly y: Domain } | undefined;
}

/** A surface of some heights: a function, or a grid that has them under that name. */
export const landscapeOf = (op: string, what: string, height: string, surface: unknown): Landscape => {
  const place: Place = () => `${op}: ${what}`;
  if (typeof surface === "function") return { at: heightOf(op, what, surface), known: undefined };
  const words = `a function (x, y) => ${height}, or a grid { x, y, ${height} }`;
  return gridOf(place, height, isObject(surface) && !isArray(surface) ? surface : refuse(place, words, surface));
};

const heightOf =
  (op: string, what: string, surface: object) =>
  (x: number, y: number): Value => {
    // The one cast: it is a function, and is called with two numbers, as its type asks.
    const call = surface as (x: number, y: number) => unknown;
    const name = `${what}(${x}, ${y})`;
    return numberOrNull(
      reading(op, () => call(x, y), name),
      () => `${op}: ${name}`,
    );
  };

/** Numbers each above the one before, at least two. */
const ascending: Check<readonly number[]> = (value, place) => {
  const made = column(finite)(value, place);
  if (made.length < 2) throw new DomainError(`${place()} has ${made.length} of at least 2 values.`);
  const at = made.findIndex((value, i) => value <= (made[i - 1] ?? -Infinity));
  if (at < 0) return made;
  return refuse(() => `${place()}[${at}]`, `above ${made[at - 1]}, the value before`, made[at], "Sort the grid.");
};

const gridOf = (place: Place, height: string, grid: object): Landscape => {
  const { x: givenX, y: givenY, [height]: heights } = grid as Readonly<Record<string, unknown>>;
  const x = ascending(givenX, () => `${place()}.x`);
  const y = ascending(givenY, () => `${place()}.y`);
  const rows = columnOf(place, { [height]: heights }, height, column(numberOrNull));
  const wrong = rows.findIndex((row) => row.length !== x.length);
  if (rows.length !== y.length)
    throw new DomainError(
      `${place()}.${height} has ${rows.length} rows for ${y.length} values of y. Give one row for each.`,
    );
  if (wrong >= 0)
    throw new DomainError(
      `${place()}.${height}[${wrong}] has ${rows[wrong]?.length} values for ${x.length} values of x. Give one for each.`,
    );
  return { at: between(x, y, rows), known: { x: endsOf(x), y: endsOf(y) } };
};

const endsOf = (values: readonly number[]): Domain => [values[0] ?? NaN, values.at(-1) ?? NaN];

/** Where a value lies among ascending ones: the place of the last that is not above it, and how far it is to the next. */
const located = (values: readonly number[], value: number): readonly [at: number, part: number] => {
  const [low, high] = endsOf(values);
  if (!(value >= low && value <= high)) return [-1, 0];
  const after = values.findIndex((other) => other > value);
  const at = after < 0 ? values.length - 2 : after - 1;
  const [start, end] = [values[at] ?? NaN, values[at + 1] ?? NaN];
  // In halves, since their distance may be beyond the numbers.
  return [at, (value / 2 - start / 2) / (end / 2 - start / 2)];
};

const mixed = (a: number, b: number, part: number): number =>
  part === 0 ? a : part === 1 ? b : a * (1 - part) + b * part;

/** The grid between its points, by bilinear interpolation; none outside of it. */
const between =
  (x: readonly number[], y: readonly number[], rows: readonly (readonly Value[])[]) =>
  (atX: number, atY: number): Value => {
    const [i, partX] = located(x, atX);
    const [j, partY] = located(y, atY);
    const along = (row: readonly Value[] | undefined): number => mixed(row?.[i] ?? NaN, row?.[i + 1] ?? NaN, partX);
    return mixed(along(rows[j]), along(rows[j + 1]), partY);
  };

/** A surface at the middles of cells, as a contour mark wants it. */
export interface Samples {
  readonly columns: number;
  readonly rows: number;
  readonly values: readonly number[];
}

/** The place at a share of the domain, which may lie a little outside of it. */
const placeAt = ([low, high]: Domain, share: number): number => low * (1 - share) + high * share;

/**
 * The surface at the middles of `cells` × `cells` cells, and of one more on every side: which have the height of their
 * neighbour inside where the surface has none there.
 */
export const sampled = ({ at }: Landscape, x: Domain, y: Domain, cells: number): Samples => {
  const places = Array.from({ length: cells + 2 }, (_, i) => (i - 0.5) / cells);
  const inside = (i: number): number => Math.min(Math.max(i, 1), cells);
  const heights = places.map((down) => places.map((across) => at(placeAt(x, across), placeAt(y, down)) ?? NaN));
  const values = heights.flatMap((row, j) =>
    row.map((height, i) => (Number.isNaN(height) ? (heights[inside(j)]?.[inside(i)] ?? NaN) : height)),
  );
  return { columns: cells, rows: cells, values };
};

/** The heights of the cells inside the picture. */
export const shownOf = ({ columns, rows, values }: Samples): readonly number[] =>
  values.filter((_, i) => {
    const [column, row] = [i % (columns + 2), Math.floor(i / (columns + 2))];
    return column > 0 && column <= columns && row > 0 && row <= rows;
  });
