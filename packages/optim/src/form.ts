import { DTypeError, type Scalar, ShapeError, tree, TreeError } from "@gradfold/core";
import {
  type ArrayType,
  describe,
  formatShape,
  isList,
  isNDArray,
  isRecord,
  keyPath,
  mostLevels,
  sameShape,
} from "@gradfold/core/library";

/*
 * Whether one tree has the form of another: its structure, shapes and dtypes. This is asked at every step, so nothing is
 * made but lists of keys, until something is wrong.
 */

/** Where something is not as it must be, and what stands there and should. */
export interface Clash {
  readonly kind: "structure" | "shape" | "dtype";
  readonly path: string;
  readonly found: string;
  readonly wanted: string;
}

const errors = { structure: TreeError, shape: ShapeError, dtype: DTypeError };

/** The error of a clash, in words of its two sides. */
export const errorOf = (
  { kind, path, found, wanted }: Clash,
  words: (at: string, found: string, wanted: string) => string,
): Error => new errors[kind](words(path || "the root", found, wanted));

const number: ArrayType = { dtype: "float64", shape: [] };
const truth: ArrayType = { dtype: "bool", shape: [] };

/** The type of a leaf; undefined for what is none. A number is a float64 scalar. */
const typeOf = (x: unknown): ArrayType | undefined =>
  isNDArray(x) ? x : typeof x === "number" ? number : typeof x === "boolean" ? truth : undefined;

const summary = (x: unknown): string => (isRecord(x) ? `{${Object.keys(x).join(", ").slice(0, 60)}}` : describe(x));

/** Something of another form than what is told. */
export const otherForm = (found: unknown, wanted: string): Clash => ({
  kind: "structure",
  path: "",
  found: summary(found),
  wanted,
});

/** A clash further inside. */
export const within = (key: string, clash: Clash): Clash => {
  const isNearest = clash.path === "" || clash.path.startsWith("[");
  return { ...clash, path: isNearest ? `${key}${clash.path}` : keyPath(key, clash.path) };
};

export const dtypeClash = (found: ArrayType, wanted: ArrayType): Clash => ({
  kind: "dtype",
  path: "",
  found: found.dtype,
  wanted: wanted.dtype,
});

/** How a leaf clashes with what should be there; either may be something that no tree has. */
export type AtLeaf = (found: unknown, wanted: unknown) => Clash | undefined;

/** Leaves of one shape, and what is said of their types; of what is no array, only the very same will do. */
export const byType =
  (ofTypes: (found: ArrayType, wanted: ArrayType) => Clash | undefined): AtLeaf =>
  (found, wanted) => {
    const type = typeOf(found);
    const other = typeOf(wanted);
    if (type === undefined || other === undefined)
      return (found ?? null) === (wanted ?? null) ? undefined : otherForm(found, summary(wanted));
    if (sameShape(type.shape, other.shape)) return ofTypes(type, other);
    return { kind: "shape", path: "", found: formatShape(type.shape), wanted: formatShape(other.shape) };
  };

const clashAt = (found: unknown, wanted: unknown, atLeaf: AtLeaf, depth: number): Clash | undefined => {
  if (typeof wanted !== "object" || wanted === null || isNDArray(wanted)) return atLeaf(found, wanted);
  // What is too deep is refused by the tree functions in their own words.
  if (depth > mostLevels) tree.structure(wanted);
  if (isList(wanted)) {
    if (!isList(found) || found.length !== wanted.length) return otherForm(found, summary(wanted));
    for (let i = 0; i < wanted.length; i++) {
      const clash = clashAt(found[i], wanted[i], atLeaf, depth + 1);
      if (clash !== undefined) return within(`[${i}]`, clash);
    }
    return undefined;
  }
  if (!isRecord(wanted)) return atLeaf(found, wanted);
  if (!isRecord(found)) return otherForm(found, summary(wanted));
  const keys = Object.keys(wanted);
  const others = Object.keys(found);
  if (others.length !== keys.length) return otherForm(found, summary(wanted));
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? "";
    // Nearly always the keys are in one order.
    if (key !== others[i] && !Object.hasOwn(found, key)) return otherForm(found, summary(wanted));
    const clash = clashAt(found[key], wanted[key], atLeaf, depth + 1);
    if (clash !== undefined) return within(key, clash);
  }
  return undefined;
};

/** The first place where a tree has not the structure of another, or a leaf does not fit. */
export const clashOf = (found: unknown, wanted: unknown, atLeaf: AtLeaf): Clash | undefined =>
  clashAt(found, wanted, atLeaf, 1);

const sameType = byType((found, wanted) => (found.dtype === wanted.dtype ? undefined : dtypeClash(found, wanted)));

/** The first place where a tree has not the structure, shapes and dtypes of another. */
export const difference = (found: unknown, wanted: unknown): Clash | undefined => clashOf(found, wanted, sameType);

const sameValue: AtLeaf = (found, wanted) => (Object.is(found, wanted) ? undefined : otherForm(found, summary(wanted)));

/** Leaves of states and inputs of a run, where null is not undefined. */
export const sameInRun: AtLeaf = (found, wanted) =>
  found === undefined || wanted === undefined ? sameValue(found, wanted) : sameType(found, wanted);

/** The first place where a state or an input of a run has not the form of another. */
export const change = (found: unknown, wanted: unknown): Clash | undefined => clashOf(found, wanted, sameInRun);

/** Whether two trees have the same structure and the very same leaves. */
export const areIdentical = (a: unknown, b: unknown): boolean => a === b || clashOf(a, b, sameValue) === undefined;

/** Whether something is a number, or an array of just one. */
export const isScalar = (x: unknown): x is number | Scalar =>
  typeof x === "number" || (isNDArray(x) && x.shape.length === 0);
