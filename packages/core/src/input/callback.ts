import { describe } from "../array/description.ts";
import { TreeError } from "../error/error.ts";
import { isList } from "../error/plain.ts";

/* What callbacks give is looked at where it comes back, under the public name. */

/** Whether something is a promise, of whatever realm and library. */
export const isPromise = (x: unknown): boolean =>
  typeof x === "object" && x !== null && "then" in x && typeof x.then === "function";

/** What to do with a promise, where nothing can be done with one. */
export const adviceOn = (x: unknown): string => (isPromise(x) ? " Await it first: no function here is async." : "");

/** Why a callback may have given something that it should not, where that can be told. */
export const reasonOf = (returned: unknown): string =>
  returned === undefined ? " Is its return missing?" : adviceOn(returned);

/**
 * The pair that a callback must give.
 *
 * @param rule - what it must do, as `the body must return [carry, y]`
 */
export const pairOf = (name: string, rule: string, returned: unknown): readonly [unknown, unknown] => {
  if (isList(returned) && returned.length === 2) return [returned[0], returned[1]];
  throw new TreeError(`${name}: ${rule}, not ${describe(returned)}.${reasonOf(returned)}`);
};
