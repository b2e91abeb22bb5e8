import { array, type NDArray } from "@gradfold/core";
import { isList, isNDArray, isRecord, mostLevels } from "@gradfold/core/library";

/* Tree definitions of arguments and results: made while tracing, then matched at every call. */

export type TreeDef =
  /** An array, and its number among the arrays. */
  | { readonly kind: "leaf"; readonly index: number }
  /** A static leaf: no array, but part of the definition. */
  | { readonly kind: "static"; readonly value: number | boolean | null | undefined }
  | { readonly kind: "list"; readonly children: readonly TreeDef[] }
  | { readonly kind: "record"; readonly keys: readonly string[]; readonly children: readonly TreeDef[] };

/** Whether numbers and booleans become arrays, or are static. */
export type NumberMode = "arrays" | "static";

const isNumber = (node: unknown): node is number | boolean => typeof node === "number" || typeof node === "boolean";

/** Flattens a tree: appends its arrays to `leaves`; undefined if it is no tree. */
export const flatten = (node: unknown, numbers: NumberMode, leaves: NDArray[], level = 1): TreeDef | undefined => {
  if (isNDArray(node)) return { kind: "leaf", index: leaves.push(node) - 1 };
  if (isNumber(node) && numbers === "arrays") return { kind: "leaf", index: leaves.push(array(node)) - 1 };
  if (isNumber(node) || node === null || node === undefined) return { kind: "static", value: node };
  if (level > mostLevels) return undefined;
  if (isList(node)) {
    const children = flattenAll(node, numbers, leaves, level + 1);
    return children && { kind: "list", children };
  }
  if (!isRecord(node)) return undefined;
  const keys = Object.keys(node);
  const parts = keys.map((key) => node[key]);
  const children = flattenAll(parts, numbers, leaves, level + 1);
  return children && { kind: "record", keys, children };
};

/** The tree definitions of some parts; undefined if one of them is no tree. */
const flattenAll = (
  parts: readonly unknown[],
  numbers: NumberMode,
  leaves: NDArray[],
  level: number,
): readonly TreeDef[] | undefined => {
  const treeDefs: TreeDef[] = [];
  // This loop visits the holes of a list too, as undefined.
  for (const part of parts) {
    const treeDef = flatten(part, numbers, leaves, level);
    if (treeDef === undefined) return undefined;
    treeDefs.push(treeDef);
  }
  return treeDefs;
};

/** The same tree definition with its arrays numbered anew. */
export const renumbered = (treeDef: TreeDef, to: (index: number) => number): TreeDef => {
  switch (treeDef.kind) {
    case "leaf":
      return { kind: "leaf", index: to(treeDef.index) };
    case "static":
      return treeDef;
    case "list":
    case "record":
      return { ...treeDef, children: treeDef.children.map((child) => renumbered(child, to)) };
  }
};

/** Whether a tree definition is a list of arrays in order: such a tree is the list of its arrays. */
export const isFlat = (treeDef: TreeDef): boolean =>
  treeDef.kind === "list" && treeDef.children.every((child, i) => child.kind === "leaf" && child.index === i);

/**
 * Whether a tree has this definition; if it has, its arrays are in `leaves` afterwards. `last` holds the arrays of the
 * last call. One function and no more for each node, since every call of a jitted function runs it.
 */
export const matches = (
  treeDef: TreeDef,
  node: unknown,
  numbers: NumberMode,
  leaves: NDArray[],
  last: readonly NDArray[],
): boolean => {
  switch (treeDef.kind) {
    case "leaf":
      if (node === last[treeDef.index] || isNDArray(node))
        leaves[treeDef.index] = node as NDArray; // as the test has found
      else if (isNumber(node) && numbers === "arrays") leaves[treeDef.index] = array(node);
      else return false;
      return true;
    case "static":
      return Object.is(treeDef.value, node);
    case "list": {
      const { children } = treeDef;
      if (!Array.isArray(node) || node.length !== children.length) return false;
      for (let i = 0; i < children.length; i++) {
        const child = children[i];
        if (child !== undefined && !matches(child, node[i], numbers, leaves, last)) return false;
      }
      return true;
    }
    case "record": {
      const { keys, children } = treeDef;
      if (!isRecord(node) || Object.keys(node).length !== keys.length) return false;
      for (let i = 0; i < keys.length; i++) {
        const [key = "", child] = [keys[i], children[i]];
        // A missing key reads as undefined, and __proto__ is found in every record.
        const isDoubtful = child?.kind === "static" || key === "__proto__";
        if (isDoubtful && !Object.hasOwn(node, key)) return false;
        if (child === undefined || !matches(child, node[key], numbers, leaves, last)) return false;
      }
      return true;
    }
  }
};

/** The tree of a definition, with other arrays. */
export const unflatten = (treeDef: TreeDef, leaves: readonly unknown[]): unknown => {
  switch (treeDef.kind) {
    case "leaf":
      return leaves[treeDef.index];
    case "static":
      return treeDef.value;
    case "list": {
      const list: unknown[] = [];
      for (const child of treeDef.children) list.push(unflatten(child, leaves));
      return list;
    }
    case "record": {
      const { keys, children } = treeDef;
      const record: Record<string, unknown> = {};
      for (let i = 0; i < keys.length; i++) {
        const [key = "", child] = [keys[i], children[i]];
        const value = child === undefined ? undefined : unflatten(child, leaves);
        // An assignment to this key would set the prototype.
        if (key === "__proto__")
          Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
        else record[key] = value;
      }
      return record;
    }
  }
};
