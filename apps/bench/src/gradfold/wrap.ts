import type { scan } from "@gradfold/autodiff";

/** A function as it runs: itself, or compiled. */
export type Wrap = <F>(f: F) => F;

/** Options by which runs are loops, compiled as one; none where they go step by step. */
export interface Loops {
  readonly scan?: typeof scan;
}
