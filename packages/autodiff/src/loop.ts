import { DomainError, item, type NDArray, slice, type tree } from "@gradfold/core";
import { formatShape, stackRows } from "@gradfold/core/library";
import { flattenAs } from "@gradfold/core/transform";
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

/** How often a loop turns, and whether it takes and gives its rows from the last to the first. */
export interface Turns {
  readonly length: number;
  readonly reverse: boolean;
}

/** Takes one or more turns, one after another. */
export const takeTurns = (
  turn: (leaves: readonly NDArray[]) => Turn,
  init: readonly NDArray[],
  xs: readonly NDArray[],
  { length, reverse }: Turns,
): Looped => {
  let carry = init;
  const rows: (readonly NDArray[])[] = [];
  for (let i = 0; i < length; i++) {
    const at = reverse ? length - 1 - i : i;
    const next = turn([...carry, ...xs.map((x) => slice(x, [at]))]);
    carry = next.carry;
    rows.push(next.row);
  }
  return { carry, ys: stackRows(reverse ? rows.toReversed() : rows) };
};

export const unended = (maxSteps: number): DomainError =>
  new DomainError(
    `whileLoop: the condition still holds after maxSteps = ${maxSteps} turns. Give a greater maxSteps, ` +
      "or end the loop earlier.",
  );

/** Takes turns as long as a condition holds; gives the last carry, and how many turns there were. */
export const takeTurnsWhile = (
  holds: (carry: readonly NDArray[]) => NDArray,
  next: (carry: readonly NDArray[]) => readonly NDArray[],
  init: readonly NDArray[],
  maxSteps: number | undefined,
): { readonly carry: readonly NDArray[]; readonly turns: number } => {
  let carry = init;
  let turns = 0;
  for (; item(holds(carry)) !== 0; turns++) {
    if (turns === maxSteps) throw unended(maxSteps);
    carry = next(carry);
  }
  return { carry, turns };
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
