import { type NDArray, type Scalar, type Shape, tree, zeros } from "@gradfold/core";
import {
  type ArrayType,
  describe,
  formatShape,
  isList,
  isNDArray,
  isRecord,
  sameShape,
} from "@gradfold/core/transform";

type Same = (a: unknown, b: unknown) => boolean;

/**
 * Whether two trees have the same branches and, place by place, the same leaves in some sense. It is asked at every step,
 * so it makes nothing but lists of keys, which are in one order nearly always. Arrays are neither lists nor records.
 */
const everyLeaf = (a: unknown, b: unknown, same: Same): boolean => {
  if (typeof a !== "object" || a === null) return same(a, b);
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!everyLeaf(a[i], b[i], same)) return false;
    return true;
  }
  if (!isRecord(a)) return same(a, b);
  if (!isRecord(b)) return false;
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (keys.length !== others.length) return false;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? "";
    if (key !== others[i] && !Object.hasOwn(b, key)) return false;
    if (!everyLeaf(a[key], b[key], same)) return false;
  }
  return true;
};

const scalar: Shape = Object.freeze([]);
const ofNumber: ArrayType = { dtype: "float64", shape: scalar };
const ofTruth: ArrayType = { dtype: "bool", shape: scalar };

const typeOf = (x: unknown): ArrayType | undefined => {
  if (isNDArray(x)) return x;
  return typeof x === "number" ? ofNumber : typeof x === "boolean" ? ofTruth : undefined;
};

const fits: Same = (a, b) => {
  const x = typeOf(a);
  const y = typeOf(b);
  return x === undefined || y === undefined ? a === b : sameShape(x.shape, y.shape);
};

const sameType: Same = (a, b) =>
  (typeof a === "number" && typeof b === "number") || (fits(a, b) && typeOf(a)?.dtype === typeOf(b)?.dtype);

/** Whether two trees have one form: the same branches, and leaves of one shape and dtype. A number is a float64 scalar. */
export const alike = (a: unknown, b: unknown): boolean => everyLeaf(a, b, sameType);

/** Whether two trees have one form but for the leaves' dtypes. */
export const sameShapes = (a: unknown, b: unknown): boolean => everyLeaf(a, b, fits);

/** What stands at a place of a tree. */
const summary = (x: unknown): string => {
  const type = typeOf(x);
  if (type !== undefined) return `${type.dtype} ${formatShape(type.shape)}`;
  return isRecord(x) ? `{${Object.keys(x).join(", ").slice(0, 60)}}` : describe(x);
};

const clashAt = (a: unknown, b: unknown, same: Same, path: string): string => {
  const clash = `${path || "the root"}: ${summary(a)} is not ${summary(b)}`;
  if (isList(a) && isList(b) && a.length === b.length) {
    const i = a.findIndex((child, k) => !everyLeaf(child, b[k], same));
    return i < 0 ? clash : clashAt(a[i], b[i], same, `${path}[${i}]`);
  }
  if (!isRecord(a) || !isRecord(b) || Object.keys(a).length !== Object.keys(b).length) return clash;
  const key = Object.keys(a).find((each) => !Object.hasOwn(b, each) || !everyLeaf(a[each], b[each], same));
  if (key === undefined || !Object.hasOwn(b, key)) return clash;
  return clashAt(a[key], b[key], same, path === "" ? key : `${path}.${key}`);
};

/** The first place where two trees have not one form, in words. */
export const clash = (a: unknown, b: unknown): string => clashAt(a, b, sameType, "");

/** The first place where two trees differ in more than the leaves' dtypes. */
export const clashOfShapes = (a: unknown, b: unknown): string => clashAt(a, b, fits, "");

/** Whether two trees have the same branches and the very same leaves. */
export const identical = (a: unknown, b: unknown): boolean => a === b || everyLeaf(a, b, Object.is);

/** Whether something is a number, or an array of just one. */
export const isScalar = (x: unknown): x is number | Scalar =>
  typeof x === "number" || (isNDArray(x) && x.shape.length === 0);

/** A tree of the same form without the elements: zeros take no memory. */
export const formOf = (root: unknown): unknown =>
  tree.mapTo(({ shape, dtype }: NDArray) => zeros([...shape], { dtype }), root);
