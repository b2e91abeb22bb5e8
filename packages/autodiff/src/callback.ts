import { DTypeError, TreeError } from "@gradfold/core";
import { describe, reasonOf } from "@gradfold/core/library";

/* What callers hand over to be called, and what it gives back: looked at where it comes in, under the public name. */

type Callback = (...args: readonly unknown[]) => unknown;

/**
 * Throws unless something is a function.
 *
 * @param what - which argument it is, as `the loss`
 * @param usage - a call as it should be, as `grad(loss)(params)`
 */
export const checkCallback: (name: string, what: string, f: unknown, usage: string) => asserts f is Callback = (
  name,
  what,
  f,
  usage,
) => {
  if (typeof f === "function") return;
  throw new DTypeError(`${name}: ${what} must be a function, not ${describe(f)}. It is called as ${usage}.`);
};

/**
 * Throws where arguments follow a function that is taken alone: options that there are not, or those of the function
 * itself. A number may follow, as it does in `layers.map(checkpoint)`.
 */
export const checkAlone = (name: string, further: unknown, usage: string): void => {
  if (further === undefined || typeof further === "number") return;
  throw new DTypeError(`${name}: it takes a function alone, not also ${describe(further)}. It is called as ${usage}.`);
};

/** Throws where a function gave nothing back: its result may be null, but undefined is a return that was forgotten. */
export const checkReturned = (name: string, returned: unknown): void => {
  if (returned === undefined)
    throw new TreeError(`${name}: the function must return a tree of arrays, not undefined.${reasonOf(returned)}`);
};
