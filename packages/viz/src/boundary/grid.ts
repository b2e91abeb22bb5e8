import { DomainError } from "@gradfold/core/library";
import { type Check, finite, isArray, isList, isObject, type Place, reading, refuse } from "../check.ts";
import { column, type Column, numberOrNull, type Numbers } from "../column.ts";
import { type Landscape, landscapeOf } from "../descent/surface.ts";

/** How probable the second class is at each place: as a function, or at the points of a grid. */
export type Probability =
  | ((x: number, y: number) => number | null | undefined)
  | {
      /** The first coordinate of each column of the grid: ascending. */
      readonly x: Numbers;
      /** The second coordinate of each row of the grid: ascending. */
      readonly y: Numbers;
      /** For each of `y` a row, with the probability at each of `x`. One may be missing. */
      readonly probability: ArrayLike<Column>;
    };

const ascending: Check<readonly number[]> = (value, place) => {
  const made = column(finite)(value, place);
  const at = made.findIndex((one, i) => i > 0 && one <= (made[i - 1] ?? NaN));
  if (at >= 0) return refuse(() => `${place()}[${at}]`, `above the value before, ${made[at - 1]}`, made[at]);
  return made.length > 1 ? made : refuse(place, "at least two values, ascending", value);
};

/** The probability anywhere: the function's, or between the points of the grid. */
export const probabilityOf = (op: string, given: unknown): Landscape => {
  const place: Place = () => `${op}: probability`;
  if (typeof given === "function") {
    // The one cast: it is a function, and is called with two numbers, as its type asks.
    const call = given as (x: number, y: number) => unknown;
    return {
      ...landscapeOf(op, given),
      at: (x, y) => {
        const name = `probability(${x}, ${y})`;
        return numberOrNull(
          reading(op, () => call(x, y), name),
          () => `${op}: ${name}`,
        );
      },
    };
  }
  const words = "a function (x, y) => probability, or a grid { x, y, probability }";
  const grid = isObject(given) && !isArray(given) && !isList(given) ? given : refuse(place, words, given);
  const x = ascending(grid["x"], () => `${place()}.x`);
  const y = ascending(grid["y"], () => `${place()}.y`);
  const rows = column(column(numberOrNull))(grid["probability"], () => `${place()}.probability`);
  const wrong = rows.findIndex((row) => row.length !== x.length);
  if (rows.length !== y.length || wrong >= 0)
    throw new DomainError(
      `${place()}.probability is not ${y.length} rows of ${x.length}, for each of y one value at each of x: ` +
        (wrong < 0 ? `it has ${rows.length} rows.` : `row ${wrong} has ${rows[wrong]?.length}.`),
    );
  return landscapeOf(op, { x, y, loss: rows });
};
