import { type NDArray, slice } from "@gradfold/core";
import { stackRows } from "@gradfold/core/transform";

/** What one turn of a loop makes of its carry and of a row of each xs. */
export interface Turn {
  readonly carry: readonly NDArray[];
  readonly row: readonly NDArray[];
}

/** The last carry, and the rows of all turns stacked. */
export interface Looped {
  readonly carry: readonly NDArray[];
  readonly ys: readonly NDArray[];
}

/** Takes n >= 1 turns, one after another. */
export const takeTurns = (
  turn: (leaves: readonly NDArray[]) => Turn,
  init: readonly NDArray[],
  xs: readonly NDArray[],
  n: number,
): Looped => {
  let carry = init;
  const rows: (readonly NDArray[])[] = [];
  for (let i = 0; i < n; i++) {
    const next = turn([...carry, ...xs.map((x) => slice(x, [i]))]);
    carry = next.carry;
    rows.push(next.row);
  }
  return { carry, ys: stackRows(rows) };
};
