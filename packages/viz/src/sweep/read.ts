import { DomainError } from "@gradfold/core/library";
import { type Check, type Place, refuse } from "../check.ts";
import { type Column, columnOf, numberOrNull, sameLength } from "../column.ts";
import { numberText, type Value } from "../number.ts";

/** A setting of a hyper-parameter: a number, or a name. */
export type Setting = number | string;

/** Runs as rows or as columns of equal length: two settings of each, and what came of it. */
export type Sweep =
  | readonly {
      /** The first setting. */
      readonly x: Setting;
      /** The second setting. */
      readonly y: Setting;
      /** What came of it, such as the final loss; missing or not finite where the run diverged. */
      readonly value: number | null | undefined;
    }[]
  | {
      /** The first setting of each run. */
      readonly x: ArrayLike<Setting>;
      /** The second setting of each run. */
      readonly y: ArrayLike<Setting>;
      /** What came of each. */
      readonly value: Column;
    };

/** A run at its place on the board: columns from the left, rows from the bottom. */
export interface Cell {
  readonly column: number;
  readonly row: number;
  readonly value: Value;
}

/** Runs by their settings. */
export interface Board {
  readonly x: readonly Setting[];
  readonly y: readonly Setting[];
  readonly cells: readonly Cell[];
}

const setting: Check<Setting> = (given, place) =>
  typeof given === "string" || (typeof given === "number" && Number.isFinite(given))
    ? given
    : refuse(place, "a finite number or a name", given);

/** Each setting once: numbers ascending, names in the order in which they came. */
const settingsOf = (column: readonly Setting[]): readonly Setting[] => {
  const once = [...new Set(column)];
  const numbers = once.filter((one) => typeof one === "number");
  return numbers.length === once.length ? numbers.toSorted((a, b) => a - b) : once;
};

export const settingText = (one: Setting): string => (typeof one === "number" ? numberText(one) : one);

/** More cells than this cannot be told apart. */
const MOST = 2500;

export const boardOf = (op: string, data: unknown): Board => {
  const place: Place = () => `${op}: data`;
  const columns = {
    x: columnOf(place, data, "x", setting),
    y: columnOf(place, data, "y", setting),
    value: columnOf(place, data, "value", numberOrNull),
  };
  sameLength(op, columns);
  const [x, y] = [settingsOf(columns.x), settingsOf(columns.y)];
  if (columns.value.length === 0) throw new DomainError(`${op}: no run to show: data is empty. Give at least one.`);
  if (x.length * y.length > MOST)
    throw new DomainError(`${op}: ${x.length} × ${y.length} cells are too many to tell apart. Give at most ${MOST}.`);
  const columnAt = new Map(x.map((one, i) => [one, i]));
  const rowAt = new Map(y.map((one, i) => [one, i]));
  const cells = columns.value.map((value, i): Cell => ({
    column: columnAt.get(columns.x[i] ?? NaN) ?? 0,
    row: rowAt.get(columns.y[i] ?? NaN) ?? 0,
    value,
  }));
  const first = new Map<number, number>();
  cells.forEach(({ column, row }, i) => {
    const before = first.get(row * x.length + column);
    if (before !== undefined)
      throw new DomainError(
        `${op}: data has two runs at x ${JSON.stringify(x[column])}, y ${JSON.stringify(y[row])}: ${before} and ${i}. ` +
          "Give one for each pair of settings, such as their mean.",
      );
    first.set(row * x.length + column, i);
  });
  return { x, y, cells };
};
