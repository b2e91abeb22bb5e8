import { cast, tree, TreeError } from "@gradfold/core";
import { isFloat } from "@gradfold/core/library";
import { checkFloats } from "../argument.ts";
import { byType, clashOf, dtypeClash, errorOf } from "../form.ts";

/** Throws unless updates have the structure and shapes of parameters, which are floats; whether the dtypes are theirs too. */
export const checkUpdates = (name: string, what: string, updates: unknown, params: unknown): boolean => {
  if (params === undefined)
    throw new TreeError(`${name}: the parameters are missing. update takes updates, a state and parameters.`);
  let isFitting = true;
  const clash = clashOf(
    updates,
    params,
    byType((found, wanted) => {
      isFitting &&= found.dtype === wanted.dtype;
      return isFloat(wanted.dtype) ? undefined : dtypeClash(found, wanted);
    }),
  );
  if (clash?.kind === "dtype") checkFloats(name, params);
  if (clash !== undefined)
    throw errorOf(
      clash,
      (at, one, other) => `${name}: ${what} and the parameters differ at ${at}: ${one} and ${other}.`,
    );
  return isFitting;
};

/** Updates as they come in: in the parameters' structure and shapes, or refused; and in their dtypes. */
export const received = <P>(name: string, what: string, updates: P, params: P): P =>
  checkUpdates(name, what, updates, params)
    ? updates
    : tree.map((u, p) => (u.dtype === p.dtype ? u : cast(u, p.dtype)), updates, params);
