import { type NDArray, tree, TreeError } from "@gradfold/core";
import { checkFunction, describe, typed } from "@gradfold/core/library";
import { type Entry, givenByName, inRecord } from "./chain.ts";
import { maskedOf } from "./masked.ts";
import type { Masked } from "./static.ts";
import type { Transform, Untyped } from "./transform.ts";

type Label = (path: string, leaf: NDArray) => unknown;

/** The label of each leaf, which is one of a few. */
const labelsOf = (name: string, labels: readonly string[], label: Label, params: unknown): readonly string[] => {
  const { leaves, paths } = tree.flatten(params);
  return leaves.map((leaf, i) => {
    const path = paths[i] ?? "";
    const found = label(path, leaf);
    const known = labels.find((each) => each === found);
    if (known !== undefined) return known;
    const text = typeof found === "string" ? `"${found}"` : describe(found);
    throw new TreeError(`${name}: ${path || "the root"} has the label ${text}, which is none of ${labels.join(", ")}.`);
  });
};

/** {@link partition} by the name of the function that it is a part of. */
export const parted = (name: string, transforms: readonly Entry[], label: Label): Untyped => {
  const labels = transforms.map(([key]) => key);
  const parts = transforms.map(([key, each]): Entry => [
    key,
    maskedOf(each, name, (params) => labelsOf(name, labels, label, params).map((found) => found === key)),
  ]);
  // Each part has a rate of its own.
  return { ...inRecord(name, parts), learningRate: () => undefined };
};

/**
 * Each parameter has a transform of its own, by a label.
 *
 * @param transforms - by label
 * @param label - the label of a parameter, from its path and itself
 * @throws TreeError when a parameter's label is not among the transforms', with its path, or a transform is no parameter's
 * @example
 * import { array, partition, sgd } from "gradfold";
 * const { init, update } = partition({ fast: sgd(1), slow: sgd(0.1) }, (path) => (path === "b" ? "fast" : "slow"));
 * const g = { w: array([1, 2]), b: array(3) };
 * update(g, init(g), g)[0]; // => { b: float64 [] -3, w: float64 [2] [-0.1, -0.2] }
 */
export const partition = typed<
  <S extends Readonly<Record<string, unknown>>>(
    transforms: { readonly [K in keyof S]: Transform<S[K]> },
    label: (path: string, leaf: NDArray) => keyof S,
  ) => Transform<{ readonly [K in keyof S]: Masked<S[K]> }>
>((transforms: unknown, label: Label): Untyped => {
  const entries = givenByName("partition", transforms);
  checkFunction("partition", label);
  const labels = entries.map(([key]) => key);
  const { init, update } = parted("partition", entries, label);
  return {
    init: (params) => {
      const found = labelsOf("partition", labels, label, params);
      const unused = labels.find((key) => !found.includes(key));
      if (unused !== undefined) throw new TreeError(`partition: no parameter has the label "${unused}".`);
      return init(params);
    },
    update,
  };
});
