import { type NDArray, tree, TreeError, zerosLike } from "@gradfold/core";
import { typed } from "@gradfold/core/transform";
import { leafwise } from "./leafwise.ts";
import { namedChain } from "./chain.ts";
import type { Masked } from "./static.ts";
import { type Extra, stateless, type Transform, type Untyped } from "./transform.ts";

/** Some of the parameters: by a function of a leaf's path and the leaf, or by a tree of booleans. */
export type Mask = ((path: string, leaf: NDArray) => boolean) | Tree<boolean>;

type Tree<A> = A | readonly Tree<A>[] | { readonly [key: string]: Tree<A> };

/** Whether each leaf is chosen. */
const chosenBy = (mask: Mask, params: unknown): readonly boolean[] => {
  const { leaves, paths, structure } = tree.flatten(params);
  if (typeof mask === "function") return leaves.map((leaf, i) => mask(paths[i] ?? "", leaf));
  const truths: boolean[] = [];
  const walk = (node: tree.Structure, truth: unknown, path: string): void => {
    const part = (key: string | number): unknown =>
      typeof truth === "object" && truth !== null ? (truth as Readonly<Record<string, unknown>>)[key] : undefined;
    const count = typeof truth === "object" && truth !== null ? Object.keys(truth).length : 0;
    switch (node.kind) {
      case "empty":
        return;
      case "leaf":
        if (typeof truth !== "boolean")
          throw new TreeError(`masked: the mask must be true or false at ${path || "the root"}.`);
        truths.push(truth);
        return;
      case "list":
        if (!Array.isArray(truth) || count !== node.children.length) throw differs(path);
        node.children.forEach((child, i) => walk(child, part(i), `${path}[${i}]`));
        return;
      case "record":
        if (Array.isArray(truth) || count !== node.keys.length || !node.keys.every((key) => part(key) !== undefined))
          throw differs(path);
        node.children.forEach((child, i) => {
          const key = node.keys[i] ?? "";
          walk(child, part(key), path === "" ? key : `${path}.${key}`);
        });
    }
  };
  const differs = (path: string): TreeError =>
    new TreeError(`masked: the mask has another structure than the parameters at ${path || "the root"}.`);
  walk(structure, mask, "");
  return truths;
};

/** A tree with null for the leaves that are not chosen. */
const only = (chosen: readonly boolean[], whole: unknown): unknown => {
  const { leaves, structure } = tree.flatten(whole);
  return tree.unflatten(
    structure,
    leaves.map((leaf, i): unknown => (chosen[i] === true ? leaf : null)),
  );
};

/** A tree with its chosen leaves replaced by those of another. */
const merge = (chosen: readonly boolean[], whole: unknown, part: unknown): unknown => {
  const { leaves, structure } = tree.flatten(whole);
  const found = tree.leaves(part);
  let next = 0;
  return tree.unflatten(
    structure,
    leaves.map((leaf, i) => (chosen[i] === true ? (found[next++] ?? leaf) : leaf)),
  );
};

/** The loss as a function of the chosen parameters alone. */
const partOf = (extra: Extra<unknown>, chosen: readonly boolean[], params: unknown): Extra<unknown> => {
  const { lossAndGrad } = extra;
  if (lossAndGrad === undefined) return extra;
  return {
    ...extra,
    lossAndGrad: (part) => {
      const [value, gradient] = lossAndGrad(merge(chosen, params, part));
      return [value, only(chosen, gradient)];
    },
  };
};

/**
 * A transform of some of the parameters only; the updates of the others stay as they are. The transform sees null in the
 * place of what it is kept from, and so has null there in its state.
 *
 * @param mask - which ones: a function of a leaf's path and the leaf, or a tree of booleans
 * @throws TreeError when the mask is a tree of another structure than the parameters, with the path
 * @example
 * import { array } from "@gradfold/core";
 * import { masked, transform } from "@gradfold/optim";
 * const { init, update } = masked(transform.scale(10), (path) => path.endsWith("w"));
 * const g = { w: array([1, 2]), b: array(3) };
 * update(g, init(g), g)[0]; // => { b: float64 [] 3, w: float64 [2] [10, 20] }
 */
export const masked = typed<<S>(transform: Transform<S>, mask: Mask) => Transform<Masked<S>>>(
  (inner: Untyped, mask: Mask): Untyped => ({
    init: (params) => inner.init(only(chosenBy(mask, params), params)),
    update: (updates, state, params, extra = {}) => {
      const chosen = chosenBy(mask, params);
      const part = partOf(extra, chosen, params);
      const [changed, next] = inner.update(only(chosen, updates), state, only(chosen, params), part);
      return [merge(chosen, updates, changed), next];
    },
  }),
);

/**
 * Some parameters stay as they are: their updates become zeros. Last in a chain it freezes them, whatever came before.
 *
 * @param mask - which ones: a function of a leaf's path and the leaf, or a tree of booleans
 * @throws TreeError when the mask is a tree of another structure than the parameters, with the path
 * @example
 * import { array } from "@gradfold/core";
 * import { chain, freeze, sgd } from "@gradfold/optim";
 * const { init, update } = chain(sgd(0.1), freeze({ w: true, b: false }));
 * const g = { w: array([1, 2]), b: array(3) };
 * update(g, init(g), g)[0]; // => { b: float64 [] -0.3, w: float64 [2] [0, 0] }
 */
export const freeze = (mask: Mask): Transform<null> =>
  masked(
    stateless((updates) => leafwise((g) => [zerosLike(g)], updates)[0]),
    mask,
  );

/**
 * Each parameter has a transform of its own, by a label.
 *
 * @param transforms - by label
 * @param label - the label of a parameter, from its path and itself
 * @throws TreeError when a parameter's label is not among the transforms', with its path
 * @example
 * import { array } from "@gradfold/core";
 * import { partition, sgd } from "@gradfold/optim";
 * const { init, update } = partition({ fast: sgd(1), slow: sgd(0.1) }, (path) => (path === "b" ? "fast" : "slow"));
 * const g = { w: array([1, 2]), b: array(3) };
 * update(g, init(g), g)[0]; // => { b: float64 [] -3, w: float64 [2] [-0.1, -0.2] }
 */
export const partition = typed<
  <S extends Readonly<Record<string, unknown>>>(
    transforms: { readonly [K in keyof S]: Transform<S[K]> },
    label: (path: string, leaf: NDArray) => keyof S,
  ) => Transform<{ readonly [K in keyof S]: Masked<S[K]> }>
>((transforms: Readonly<Record<string, Transform<null>>>, label: (path: string, leaf: NDArray) => string) => {
  const labels = Object.keys(transforms);
  const labelOf = (path: string, leaf: NDArray): string => {
    const found = label(path, leaf);
    if (Object.hasOwn(transforms, found)) return found;
    throw new TreeError(
      `partition: ${path || "the root"} has the label "${found}", which is none of ${labels.join(", ")}.`,
    );
  };
  return namedChain(
    Object.fromEntries(
      Object.entries(transforms).map(([key, each]) => [key, masked(each, (path, leaf) => labelOf(path, leaf) === key)]),
    ),
  );
});
