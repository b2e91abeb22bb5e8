import { TreeError } from "@gradfold/core";
import { isList, isNDArray, isRecord, mostLevels } from "@gradfold/core/library";

/*
 * What makes values of records and lists. Arrays are values already.
 */

/**
 * A frozen record of what has names that users give. It inherits nothing, so that every name, `constructor` or
 * `__proto__` among them, is there only if it was given.
 */
export const byName = <A>(entries: Iterable<readonly [name: string, A]>): Readonly<Record<string, A>> => {
  const made = Object.create(null) as Record<string, A>;
  for (const [name, value] of entries) made[name] = value;
  return Object.freeze(made);
};

/** Freezes the lists and records that a tree is made of, where they are. Arrays are neither. */
export const frozen = <A>(node: A): A => {
  if (typeof node !== "object" || node === null) return node;
  if (isList(node)) for (let i = 0; i < node.length; i++) frozen(node[i]);
  else if (isRecord(node)) for (const key of Object.keys(node)) frozen(node[key]);
  else return node;
  return Object.freeze(node);
};

/** Whether nobody can change the lists and records of a tree. */
const isValue = (node: unknown, depth: number): boolean => {
  if (typeof node !== "object" || node === null || isNDArray(node)) return true;
  if (isList(node)) {
    if (!Object.isFrozen(node) || depth > mostLevels) return false;
    for (const child of node) if (!isValue(child, depth + 1)) return false;
    return true;
  }
  if (!isRecord(node)) return true;
  if (!Object.isFrozen(node) || depth > mostLevels) return false;
  for (const key of Object.keys(node)) if (!isValue(node[key], depth + 1)) return false;
  return true;
};

const copied = (name: string, node: unknown, depth: number): unknown => {
  if (typeof node !== "object" || node === null || isNDArray(node)) return node;
  if (depth > mostLevels) throw new TreeError(`${name}: the tree has more than ${mostLevels} levels. Break its cycle.`);
  const copy = (child: unknown): unknown => copied(name, child, depth + 1);
  if (isList(node)) {
    const children = node.map(copy);
    return Object.isFrozen(node) && children.every((child, i) => Object.is(child, node[i]))
      ? node
      : Object.freeze(children);
  }
  if (!isRecord(node)) return node;
  const children = Object.entries(node).map(([key, child]) => [key, copy(child)] as const);
  const isShared = Object.isFrozen(node) && children.every(([key, child]) => Object.is(child, node[key]));
  return isShared ? node : Object.freeze(Object.fromEntries(children));
};

/**
 * A tree that its owner may go on to change, as a value: its lists and records are copied and frozen, but for those that
 * are frozen throughout. Whatever else it holds is shared.
 *
 * @throws TreeError when the tree contains itself
 */
export const asValue = <A>(name: string, node: A): A => (isValue(node, 1) ? node : (copied(name, node, 1) as A)); // a copy
