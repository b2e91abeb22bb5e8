import { add, equal, greater, logicalAnd, notEqual, logicalOr, type Scalar, where } from "@gradfold/core";
import { squaredNorm } from "../transform/norm.ts";
import { scalar } from "../transform/state.ts";
import type { Evaluated } from "../transform/transform.ts";
import type { Place } from "./place.ts";

/** How far the last step went. */
export interface LineSearchState {
  /** The learning rate of the last step. */
  readonly learningRate: Scalar;
  /**
   * How many steps in a row found no better place though the gradient was not 0; 0 while the search gets on. A run that ends
   * with such steps is stalled.
   */
  readonly stalled: Scalar;
}

export const lineSearchParts = { learningRate: scalar, stalled: scalar };

/** How many steps in a row stand still, with one that goes `at` times along its way from a start. */
export const stalledAfter = <P>(before: LineSearchState, start: Place<Evaluated<P>>, at: Scalar): Scalar => {
  const hasSlope = logicalOr(notEqual(start.slope, 0), greater(squaredNorm(start.there[1]), 0));
  return where(logicalAnd(equal(at, 0), hasSlope), add(before.stalled, 1), 0);
};
