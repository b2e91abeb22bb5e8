/** A function as it runs: itself, or compiled. */
export type Wrap = <F>(f: F) => F;
