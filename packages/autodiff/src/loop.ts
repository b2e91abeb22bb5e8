import { type NDArray, slice, type tree } from "@gradfold/core";
import { flattenAs, formatShape, stackRows } from "@gradfold/core/transform";
import { type Advice, checkLike } from "./alike.ts";
import { placeIn } from "./place.ts";

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

const carryPlace = placeIn("the carry");

const beginOtherwise: Advice = (given, { dtype, shape }) =>
  given.dtype !== dtype
    ? ` Begin with one of that dtype, as array(0, { dtype: "${given.dtype}" }) is, or cast what the body returns.`
    : ` Begin with one of the shape ${formatShape(given.shape)}, or bring what the body returns to ${formatShape(shape)}.`;

/** What a loop begins with. */
export const initOf = (name: string, init: unknown): tree.Flat => flattenAs(name, init, placeIn("init"));

/** What a body gives for the next turn: a tree like the one that the loop began with. A number takes its dtype. */
export const carryOf = (name: string, returned: unknown, init: tree.Flat): readonly NDArray[] => {
  const after = flattenAs(name, returned, carryPlace, init.leaves);
  checkLike(`${name}: the carry must come back as it began`, carryPlace, after, init, beginOtherwise);
  return after.leaves;
};
