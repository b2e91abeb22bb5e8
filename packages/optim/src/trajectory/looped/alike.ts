import type { Loop } from "./loop.ts";

/** Steps that can be taken in one loop, since they are alike. */
export interface Alike {
  /** A step, or an epoch of them. */
  readonly unit: Loop;
  /** A number of units as one loop, which is made once: a compiled loop is found again by its body. */
  readonly grouped: (count: number) => Loop;
  readonly count: number;
  /** What the units from one on are fed with: in loops of a length, or of several, one in another. */
  readonly feed: (from: number, lengths: readonly number[]) => unknown;
  /** What the units carry on from a state, where that is more than the state. */
  readonly enter?: (state: unknown) => unknown;
}

/** Which states of a run are to be kept. */
export type Keeping = "all" | "some" | "none";

/** No more than this many steps are taken by one call. */
export const mostSteps = 2 ** 17;
