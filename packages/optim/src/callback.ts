import { TreeError } from "@gradfold/core";
import { describe, isList } from "@gradfold/core/transform";

/* What the functions of callers give is looked at where it comes back, under the public name. */

/** How a callback may have come to give something else, where that can be told. */
export const reasonOf = (given: unknown): string => {
  if (given === undefined) return " Is a return missing?";
  return given instanceof Promise ? " Functions of a run are not async: await before it." : "";
};

/**
 * Throws unless something is a pair.
 *
 * @param rule - what the callback must do, as `the step must give [state, metrics]`
 */
export const checkPair: (name: string, rule: string, given: unknown) => asserts given is readonly [unknown, unknown] = (
  name,
  rule,
  given,
) => {
  if (!isList(given) || given.length !== 2)
    throw new TreeError(`${name}: ${rule}, not ${describe(given)}.${reasonOf(given)}`);
};
