import type { Loop } from "./loop.ts";
import type { Remember } from "./remember.ts";

/** Steps that can be taken in one loop, since they are alike. A unit of them may be an epoch. */
export interface Alike {
  readonly unit: Loop;
  /** The name by which the unit is remembered. */
  readonly name: string;
  readonly count: number;
  /** What units from one on are fed with, in loops of these lengths. */
  readonly feed: (from: number, lengths: readonly number[]) => unknown;
  /** Loops over inputs of the same source. */
  readonly remembered: Remember;
}

/** No more than this many steps are taken by one call. */
export const mostSteps = 2 ** 17;
