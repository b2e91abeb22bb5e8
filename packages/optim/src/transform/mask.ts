import { DTypeError, type NDArray, tree, TreeError } from "@gradfold/core";
import { describe, isList, isRecord } from "@gradfold/core/library";
import { kind } from "../setting.ts";

/** Some of the parameters: by a function of a leaf's path and the leaf, or by a tree of booleans. */
export type Mask = ((path: string, leaf: NDArray) => boolean) | Tree<boolean>;

type Tree<A> = A | readonly Tree<A>[] | { readonly [key: string]: Tree<A> };

/** A mask as an option. */
export const maskKind = kind<Mask>(
  "a function of a path and a leaf, or a tree of booleans",
  (x) => typeof x === "function" || typeof x === "boolean" || isList(x) || isRecord(x),
);

const at = (path: string): string => path || "the root";

/** What a function says of each leaf. */
const asked = (name: string, mask: (path: string, leaf: NDArray) => boolean, params: unknown): readonly boolean[] => {
  const { leaves, paths } = tree.flatten(params);
  return leaves.map((leaf, i) => {
    const path = paths[i] ?? "";
    const truth: unknown = mask(path, leaf);
    if (typeof truth === "boolean") return truth;
    throw new DTypeError(`${name}: the mask must give true or false, not ${describe(truth)}, as at ${at(path)}.`);
  });
};

/** What a tree of booleans says of each leaf. */
const read = (name: string, mask: Mask, params: unknown): readonly boolean[] => {
  const truths: boolean[] = [];
  const differs = (path: string): TreeError =>
    new TreeError(`${name}: the mask has another structure than the parameters at ${at(path)}.`);
  const walk = (node: tree.Structure, truth: unknown, path: string): void => {
    switch (node.kind) {
      case "empty":
        return;
      case "leaf":
        if (typeof truth !== "boolean")
          throw new TreeError(`${name}: the mask must be true or false at ${at(path)}, not ${describe(truth)}.`);
        truths.push(truth);
        return;
      case "list":
        if (!isList(truth) || truth.length !== node.children.length) throw differs(path);
        node.children.forEach((child, i) => walk(child, truth[i], `${path}[${i}]`));
        return;
      case "record":
        if (!isRecord(truth) || !haveSameKeys(truth, node.keys)) throw differs(path);
        node.children.forEach((child, i) => {
          const key = node.keys[i] ?? "";
          walk(child, truth[key], path === "" ? key : `${path}.${key}`);
        });
    }
  };
  walk(tree.structure(params), mask, "");
  return truths;
};

const haveSameKeys = (record: object, keys: readonly string[]): boolean =>
  Object.keys(record).length === keys.length && keys.every((key) => Object.hasOwn(record, key));

/** Whether each leaf is chosen. */
export const chosenBy = (name: string, mask: Mask, params: unknown): readonly boolean[] =>
  typeof mask === "function" ? asked(name, mask, params) : read(name, mask, params);
