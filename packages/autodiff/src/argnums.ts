import { DomainError, DTypeError, type NDArray, tree } from "@gradfold/core";
import { describe, formatShape, isFloat, isList, optionsOf } from "@gradfold/core/library";
import { flattenAs } from "@gradfold/core/transform";
import { elementAt } from "./element.ts";
import { argumentPlace, type Place, placeIn } from "./place.ts";

/** The arguments that are differentiated, counted from 0: one, or a list of them. */
export type Argnums = number | readonly number[];

export interface Options {
  readonly argnums?: Argnums;
}

const defaults = { argnums: 0 } as const;

const checkNumber = (name: string, i: unknown): void => {
  if (typeof i !== "number")
    throw new DTypeError(
      `${name}: argnums: the number of an argument is needed, or a list of them, not ${describe(i)}.`,
    );
  if (!Number.isSafeInteger(i) || i < 0)
    throw new DomainError(`${name}: argnums: there is no argument ${i}: they count from 0.`);
};

/** The option `argnums`. */
export const argnumsOf = (name: string, options: Options | undefined): Argnums => {
  const { argnums } = optionsOf(name, options, defaults);
  if (!isList(argnums)) {
    checkNumber(name, argnums);
    return argnums;
  }
  // A copy, as nobody knows what becomes of the list; its holes are undefined.
  const list = Object.freeze([...argnums]);
  const met = new Set<number>();
  for (const i of list) {
    checkNumber(name, i);
    if (met.has(i)) throw new DomainError(`${name}: argnums: argument ${i} is there twice.`);
    met.add(i);
  }
  return list;
};

/** A function of some of its arguments, the others held. */
export interface Chosen {
  /** The tree that is differentiated: an argument, or a list of some. */
  readonly inputs: tree.Flat;
  /** What the function gives for a tree of other leaves. */
  readonly apply: (leaves: readonly NDArray[]) => unknown;
}

/** Integers and truths have no derivatives. */
export const refuseIntegers = (name: string, { leaves, paths }: tree.Flat, place: Place): void => {
  leaves.forEach((x, i) => {
    if (isFloat(x.dtype)) return;
    throw new DTypeError(
      `${name}: only floats have derivatives, but ${place(elementAt(paths, i))} is ${x.dtype} ${formatShape(x.shape)}. ` +
        "Cast it, or pass it as an argument that is not differentiated.",
    );
  });
};

/**
 * The arguments that are differentiated.
 *
 * @throws DomainError when one is not there; TreeError when it is no tree; DTypeError when it is not of floats
 */
export const choose = (
  name: string,
  f: (...args: readonly unknown[]) => unknown,
  argnums: Argnums,
  args: readonly unknown[],
): Chosen => {
  const list = typeof argnums === "number" ? [argnums] : argnums;
  for (const i of list)
    if (i >= args.length)
      throw new DomainError(`${name}: argnums: there is no argument ${i} among ${args.length}, which count from 0.`);
  const place: Place =
    typeof argnums === "number"
      ? placeIn(`argument ${argnums}`)
      : (path) => argumentPlace(path.replace(/^\[(\d+)\]/, (_, i: string) => `[${argnums[Number(i)]}]`));
  const inputs = flattenAs(name, typeof argnums === "number" ? args[argnums] : argnums.map((i) => args[i]), place);
  refuseIntegers(name, inputs, place);
  return {
    inputs,
    apply: (leaves) => {
      const part = tree.unflatten(inputs.structure, leaves);
      if (typeof argnums === "number") return f(...args.with(argnums, part));
      const given = [...args];
      if (isList(part)) argnums.forEach((i, at) => (given[i] = part[at]));
      return f(...given);
    },
  };
};
