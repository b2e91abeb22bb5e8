import { DTypeError, ShapeError, type tree, TreeError } from "@gradfold/core";
import { type ArrayType, formatShape, isFloat, keyPath, sameShape } from "@gradfold/core/library";
import type { Place } from "./place.ts";

/* Whether one tree is like another. */

export const typeText = ({ shape, dtype }: ArrayType): string => `${dtype} ${formatShape(shape)}`;

export const kindText = (structure: tree.Structure): string => {
  switch (structure.kind) {
    case "leaf":
      return "an array";
    case "empty":
      return String(structure.value);
    case "list":
      return `a list of ${structure.children.length}`;
    case "record":
      return "an object";
  }
};

type Key = string | number;

/** Where two structures differ first, and what is wrong there. */
interface Difference {
  readonly keys: readonly Key[];
  readonly words: string;
}

export const partsOf = (structure: tree.Structure): readonly tree.Structure[] =>
  structure.kind === "list" || structure.kind === "record" ? structure.children : [];

const keyAt = (structure: tree.Structure, i: number): Key =>
  structure.kind === "record" ? (structure.keys[i] ?? "") : i;

/** A key of one structure that the other one lacks. */
const keyBeyond = (structure: tree.Structure, other: tree.Structure): Key | undefined => {
  const known = new Set(partsOf(other).map((_, i) => keyAt(other, i)));
  return partsOf(structure)
    .map((_, i) => keyAt(structure, i))
    .find((key) => !known.has(key));
};

const difference = (given: tree.Structure, wanted: tree.Structure): Difference | undefined => {
  if (given.kind !== wanted.kind) return { keys: [], words: `is ${kindText(given)}, not ${kindText(wanted)}` };
  const [parts, others] = [partsOf(given), partsOf(wanted)];
  if (parts.length !== others.length || parts.some((_, i) => keyAt(given, i) !== keyAt(wanted, i))) {
    const missing = keyBeyond(wanted, given);
    return missing === undefined
      ? { keys: [keyBeyond(given, wanted) ?? ""], words: "is too much" }
      : { keys: [missing], words: "is missing" };
  }
  for (const [i, part] of parts.entries()) {
    const found = difference(part, others[i] ?? part);
    if (found !== undefined) return { ...found, keys: [keyAt(given, i), ...found.keys] };
  }
  return undefined;
};

const pathOf = (keys: readonly Key[]): string =>
  keys.reduce<string>((path, key) => (typeof key === "number" ? `${path}[${key}]` : keyPath(path, key)), "");

/** What to do about a leaf of another type. */
export type Advice = (given: ArrayType, wanted: ArrayType) => string;

/**
 * Throws unless a tree has the structure and the types of another one, naming the first place that differs.
 *
 * @param rule - what is broken otherwise, as `scan: the carry must come back as it began`
 */
export const checkLike = (
  rule: string,
  place: Place,
  given: tree.Flat,
  wanted: tree.Flat,
  advice: Advice = () => "",
): void => {
  const found = difference(given.structure, wanted.structure);
  if (found !== undefined) throw new TreeError(`${rule}: ${place(pathOf(found.keys))} ${found.words}.`);
  given.leaves.forEach((x, i) => {
    const like = wanted.leaves[i] ?? x;
    const [fits, same] = [sameShape(x.shape, like.shape), x.dtype === like.dtype];
    if (fits && same) return;
    const words = `${rule}: ${place(given.paths[i] ?? "")} is ${typeText(x)}, not ${typeText(like)}.${advice(x, like)}`;
    throw fits ? new DTypeError(words) : new ShapeError(words);
  });
};

/** The same for cotangents, of which those of integers and truths do not matter. */
export const checkCotangents = (rule: string, place: Place, given: tree.Flat, wanted: tree.Flat): void => {
  const leaves = wanted.leaves.map((x, i) => (isFloat(x.dtype) ? x : (given.leaves[i] ?? x)));
  checkLike(rule, place, given, { ...wanted, leaves });
};
