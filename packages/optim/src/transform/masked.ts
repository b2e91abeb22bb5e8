import { tree, zerosLike } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { check } from "../setting.ts";
import { received } from "./updates.ts";
import { lossAndGradOf } from "./extra.ts";
import { given } from "./given.ts";
import { leafwise } from "./leafwise.ts";
import { chosenBy, type Mask, maskKind } from "./mask.ts";
import type { Masked } from "./static.ts";
import { type Extra, stateless, type Transform, type Untyped } from "./transform.ts";

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
const partOf = (name: string, extra: Extra<unknown>, chosen: readonly boolean[], params: unknown): Extra<unknown> => {
  const { gradient: whole, ...others } = extra;
  const known = whole === undefined ? others : { ...others, gradient: only(chosen, whole) };
  if (extra.lossAndGrad === undefined) return known;
  const lossAndGrad = lossAndGradOf(name, extra, params);
  return {
    ...known,
    lossAndGrad: (part) => {
      const [value, gradient, ...beside] = lossAndGrad(merge(chosen, params, part));
      return [value, only(chosen, gradient), ...beside];
    },
  };
};

/** A transform of what some function of the parameters chooses. */
export const maskedOf = (inner: Untyped, name: string, chosenOf: (params: unknown) => readonly boolean[]): Untyped => ({
  learningRate: (before, after) => inner.learningRate?.(before, after),
  init: (params) => inner.init(only(chosenOf(params), params)),
  update: (updates, state, params, extra) => {
    const whole = received(name, "the updates", updates, params);
    const chosen = chosenOf(params);
    const part = partOf(name, extra ?? {}, chosen, params);
    const [changed, next] = inner.update(only(chosen, whole), state, only(chosen, params), part);
    return [merge(chosen, whole, changed), next];
  },
});

type Masking = <S>(name: string, inner: Transform<S>, mask: Mask) => Transform<Masked<S>>;

/** {@link masked} by the name of the function that it is a part of. */
export const maskedBy = typed<Masking>((name: string, inner: Untyped, mask: Mask) =>
  maskedOf(inner, name, (params) => chosenBy(name, mask, params)),
);

/**
 * A transform of some of the parameters only; the updates of the others stay as they are. The transform sees null in the
 * place of what it is kept from, and so has null there in its state.
 *
 * @param mask - which ones: a function of a leaf's path and the leaf, or a tree of booleans
 * @throws TreeError when the mask is a tree of another structure than the parameters, with the path; DTypeError when it
 *   gives something else than true or false
 * @example
 * import { array, masked, transform } from "gradfold";
 * const { init, update } = masked(transform.scale(10), (path) => path.endsWith("w"));
 * const g = { w: array([1, 2]), b: array(3) };
 * update(g, init(g), g)[0]; // => { b: float64 [] 3, w: float64 [2] [10, 20] }
 */
export const masked = typed<<S>(transform: Transform<S>, mask: Mask) => Transform<Masked<S>>>(
  (inner: unknown, mask: Mask) => {
    check("masked", "the mask", maskKind(), mask);
    return maskedOf(given("masked", "what is masked", inner), "masked", (params) => chosenBy("masked", mask, params));
  },
);

/**
 * Some parameters stay as they are: their updates become zeros. Last in a chain it freezes them, whatever came before.
 *
 * @param mask - which ones: a function of a leaf's path and the leaf, or a tree of booleans
 * @throws TreeError when the mask is a tree of another structure than the parameters, with the path; DTypeError when it
 *   gives something else than true or false
 * @example
 * import { array, chain, freeze, sgd } from "gradfold";
 * const { init, update } = chain(sgd(0.1), freeze({ w: true, b: false }));
 * const g = { w: array([1, 2]), b: array(3) };
 * update(g, init(g), g)[0]; // => { b: float64 [] -0.3, w: float64 [2] [0, 0] }
 */
export const freeze = (mask: Mask): Transform<null> => {
  check("freeze", "the mask", maskKind(), mask);
  return maskedBy(
    "freeze",
    stateless("freeze", (updates) => leafwise((g) => [zerosLike(g)], updates)[0]),
    mask,
  );
};
