import { cast, DTypeError, ShapeError, tree, TreeError } from "@gradfold/core";
import {
  type ArrayType,
  describe,
  formatShape,
  isFloat,
  isList,
  isNDArray,
  isRecord,
  sameShape,
} from "@gradfold/core/transform";

/** Where something is not as it must be, and what stands there and should. */
export interface Clash {
  readonly kind: "structure" | "shape" | "dtype";
  readonly path: string;
  readonly found: string;
  readonly wanted: string;
}

const number: ArrayType = { dtype: "float64", shape: [] };
const truth: ArrayType = { dtype: "bool", shape: [] };

const leafOf = (x: unknown): ArrayType | undefined =>
  isNDArray(x) ? x : typeof x === "number" ? number : typeof x === "boolean" ? truth : undefined;

const formOf = (x: unknown): string => (isRecord(x) ? `{${Object.keys(x).join(", ")}}` : describe(x));

/** Something of another form than what is told. */
export const otherForm = (found: unknown, wanted: string): Clash => ({
  kind: "structure",
  path: "",
  found: formOf(found),
  wanted,
});

/** A clash further inside. */
export const within = (key: string, clash: Clash): Clash => {
  const isNearest = clash.path === "" || clash.path.startsWith("[");
  return { ...clash, path: isNearest ? `${key}${clash.path}` : `${key}.${clash.path}` };
};

const dtypeClash = (found: ArrayType, wanted: ArrayType): Clash => ({
  kind: "dtype",
  path: "",
  found: found.dtype,
  wanted: wanted.dtype,
});

type AtLeaf = (found: ArrayType, wanted: ArrayType) => Clash | undefined;

const sameType: AtLeaf = (found, wanted) => (found.dtype === wanted.dtype ? undefined : dtypeClash(found, wanted));

/** No tree has more levels. */
const mostLevels = 1000;

const clashOf = (found: unknown, wanted: unknown, atLeaf: AtLeaf, depth: number): Clash | undefined => {
  const leaf = leafOf(wanted);
  if (leaf !== undefined) {
    const other = leafOf(found);
    if (other === undefined) return otherForm(found, formOf(wanted));
    if (sameShape(other.shape, leaf.shape)) return atLeaf(other, leaf);
    return { kind: "shape", path: "", found: formatShape(other.shape), wanted: formatShape(leaf.shape) };
  }
  const isEmpty = wanted === null || wanted === undefined;
  if (isEmpty && (found === null || found === undefined)) return undefined;
  // What is too deep, or no tree, is refused by the tree functions in their own words.
  if (depth > mostLevels) tree.structure(wanted);
  if (isList(wanted) && isList(found) && found.length === wanted.length) {
    for (let i = 0; i < wanted.length; i++) {
      const clash = clashOf(found[i], wanted[i], atLeaf, depth + 1);
      if (clash !== undefined) return within(`[${i}]`, clash);
    }
    return undefined;
  }
  if (!isRecord(wanted) || !isRecord(found)) return otherForm(found, formOf(wanted));
  const [keys, others] = [Object.keys(wanted), Object.keys(found)];
  if (others.length !== keys.length) return otherForm(found, formOf(wanted));
  const [values, parts] = [Object.values(wanted), Object.values(found)];
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? "";
    // Mostly the keys come in the same order.
    const isHere = others[i] === key;
    if (!isHere && !Object.hasOwn(found, key)) return otherForm(found, formOf(wanted));
    const clash = clashOf(isHere ? parts[i] : found[key], values[i], atLeaf, depth + 1);
    if (clash !== undefined) return within(key, clash);
  }
  return undefined;
};

/** The first place where a tree has not the structure, shapes and dtypes of another. */
export const difference = (found: unknown, wanted: unknown): Clash | undefined => clashOf(found, wanted, sameType, 1);

const errors = { structure: TreeError, shape: ShapeError, dtype: DTypeError };

/** The error of a clash, in words of its two sides. */
export const errorOf = (
  { kind, path, found, wanted }: Clash,
  words: (at: string, found: string, wanted: string) => string,
): Error => new errors[kind](words(path || "the root", found, wanted));

/** Throws unless parameters are a tree of floats: by anything else there are no derivatives. */
export const checkFloats = (name: string, params: unknown): void => {
  const { leaves, paths } = tree.flatten(params);
  const bad = leaves.findIndex(({ dtype }) => !isFloat(dtype));
  if (bad >= 0)
    throw new DTypeError(
      `${name}: parameters must be floats: ${paths[bad] || "the root"} is ${leaves[bad]?.dtype}. Use cast(x, "float64").`,
    );
};

/** Throws unless updates have the structure and shapes of parameters, which are floats; whether the dtypes are theirs too. */
export const checkUpdates = (name: string, what: string, updates: unknown, params: unknown): boolean => {
  if (params === undefined)
    throw new TreeError(`${name}: the parameters are missing. update takes updates, a state and parameters.`);
  let isFitting = true;
  const clash = clashOf(
    updates,
    params,
    (found, wanted) => {
      isFitting &&= found.dtype === wanted.dtype;
      return isFloat(wanted.dtype) ? undefined : dtypeClash(found, wanted);
    },
    1,
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
