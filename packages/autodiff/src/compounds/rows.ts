import { argmax, type NDArray, reshape, take, where } from "@gradfold/core";
import { stopGradient } from "../stop.ts";

/* Stacks of which only some rows are wanted: those that take a branch, or go on in a loop. */

/** A truth for each row, behind which the elements of a stack's rows lie. */
const beside = (wanted: NDArray, { shape }: NDArray): NDArray =>
  reshape(
    wanted,
    shape.map((n, axis) => (axis === 0 ? n : 1)),
  );

/** The wanted rows of one stack among those of another. */
export const chosen = (wanted: NDArray, rows: NDArray, others: NDArray): NDArray =>
  where(beside(wanted, rows), rows, others);

/**
 * A stack in whose unwanted rows the first wanted one stands, as a constant. So nothing is computed of a row that it was
 * not meant for: no loop that would not end, no index out of range, no derivative that is infinite there and would be
 * multiplied by 0. At least one row must be wanted, if there are any.
 */
export const wantedOnly = (wanted: NDArray, stack: NDArray): NDArray =>
  stack.shape[0] === 0 ? stack : chosen(wanted, stack, stopGradient(take(stack, argmax(wanted))));
