import type { Column, Numbers } from "../column.ts";

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
