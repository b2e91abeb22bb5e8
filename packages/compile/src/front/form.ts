import { array, type NDArray } from "@gradfold/core";
import { isList, isNDArray, isRecord, mostLevels } from "@gradfold/core/transform";

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

/** Flattens a tree: appends its arrays to `leaves`; undefined for what is no tree. */
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

/** The forms of some parts; undefined if one of them is no tree. */
const flattenAll = (
  parts: readonly unknown[],
  numbers: NumberMode,
  leaves: NDArray[],
  level: number,
): readonly TreeDef[] | undefined => {
  const forms: TreeDef[] = [];
  // This meets the holes of a list too, which are undefined.
  for (const part of parts) {
    const form = flatten(part, numbers, leaves, level);
    if (form === undefined) return undefined;
    forms.push(form);
  }
  return forms;
};

/** The form of the same tree with its arrays numbered otherwise. */
export const renumbered = (form: TreeDef, to: (index: number) => number): TreeDef => {
  switch (form.kind) {
    case "leaf":
      return { kind: "leaf", index: to(form.index) };
    case "static":
      return form;
    case "list":
    case "record":
      return { ...form, children: form.children.map((child) => renumbered(child, to)) };
  }
};

/** Whether a form is a list of arrays and nothing else, in order: the list of arrays itself then is the tree. */
export const isFlat = (form: TreeDef): boolean =>
  form.kind === "list" && form.children.every((child, i) => child.kind === "leaf" && child.index === i);

/** Whether a tree matches; if so, its arrays are now in `leaves`. `last` holds the arrays of the last call. */
export const matches = (
  form: TreeDef,
  node: unknown,
  numbers: NumberMode,
  leaves: NDArray[],
  last: readonly NDArray[],
): boolean => {
  switch (form.kind) {
    case "leaf":
      if (node === last[form.index] || isNDArray(node))
        leaves[form.index] = node as NDArray; // as the test has found
      else if (isNumber(node) && numbers === "arrays") leaves[form.index] = array(node);
      else return false;
      return true;
    case "static":
      return Object.is(form.value, node);
    case "list": {
      const { children } = form;
      if (!Array.isArray(node) || node.length !== children.length) return false;
      for (let i = 0; i < children.length; i++) {
        const child = children[i];
        if (child !== undefined && !matches(child, node[i], numbers, leaves, last)) return false;
      }
      return true;
    }
    case "record": {
      const { keys, children } = form;
      if (!isRecord(node) || Object.keys(node).length !== keys.length) return false;
      for (let i = 0; i < keys.length; i++) {
        const [key = "", child] = [keys[i], children[i]];
        // Only nothing, and this one key, could be found where nothing is.
        const isDoubtful = child?.kind === "static" || key === "__proto__";
        if (isDoubtful && !Object.hasOwn(node, key)) return false;
        if (child === undefined || !matches(child, node[key], numbers, leaves, last)) return false;
      }
      return true;
    }
  }
};

/** The tree of a definition, with other arrays. */
export const unflatten = (form: TreeDef, leaves: readonly unknown[]): unknown => {
  switch (form.kind) {
    case "leaf":
      return leaves[form.index];
    case "static":
      return form.value;
    case "list": {
      const list: unknown[] = [];
      for (const child of form.children) list.push(unflatten(child, leaves));
      return list;
    }
    case "record": {
      const { keys, children } = form;
      const record: Record<string, unknown> = {};
      for (let i = 0; i < keys.length; i++) {
        const [key = "", child] = [keys[i], children[i]];
        const value = child === undefined ? undefined : unflatten(child, leaves);
        // Assigning to this one key would do something else.
        if (key === "__proto__")
          Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
        else record[key] = value;
      }
      return record;
    }
  }
};
