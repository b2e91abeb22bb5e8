import { add, mul, type Scalar } from "@gradfold/core";
import { check, factor } from "../setting.ts";
import { fit, leafwise } from "./leafwise.ts";
import { type Mask, maskKind } from "./mask.ts";
import { maskedBy } from "./masked.ts";
import type { Masked } from "./static.ts";
import { stateless, type Transform } from "./transform.ts";

/**
 * The updates and a part of the parameters: u + weightDecay · p. At the start of a chain this is the gradient of an L2
 * penalty ½ weightDecay p² (PyTorch's `weight_decay` but for AdamW); right before the learning rate it is decoupled decay.
 *
 * I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
 *
 * @param mask - which parameters decay: a function of a leaf's path and the leaf, or a tree of booleans
 * @param weightDecay - a number or a scalar array; a negative one lets parameters grow
 * @throws TreeError when the mask has another structure than the parameters; DTypeError when it gives something else than
 *   true or false
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.addDecayedWeights(0.1);
 * const p = array([10, 20]);
 * update(array([1, 1]), init(p), p)[0]; // => float64 [2] [2, 3]
 */
export const addDecayedWeights = (weightDecay: number | Scalar, mask?: Mask): Transform<null> => {
  check("transform.addDecayedWeights", "weightDecay", factor(), weightDecay);
  if (mask !== undefined) check("transform.addDecayedWeights", "the mask", maskKind(), mask);
  return decayed("transform.addDecayedWeights", weightDecay, mask);
};

/** {@link addDecayedWeights} by the name of the optimizer that it is a part of. */
export const decayed = (name: string, weightDecay: number | Scalar, mask?: Mask): Transform<null> => {
  const decay = stateless(name, (updates, params) =>
    typeof weightDecay === "number" && weightDecay === 0
      ? updates
      : leafwise((u, p) => [add(u, mul(p, fit(weightDecay, p)))], updates, params)[0],
  );
  return mask === undefined ? decay : decayOf(maskedBy(name, decay, mask));
};

const decayOf = (transform: Transform<Masked<null>>): Transform<null> => transform;

/** Another transform, whose updates get a part of the parameters first: an L2 penalty. */
export const withPenalty = <S>(name: string, weightDecay: number, transform: Transform<S>): Transform<S> => {
  if (weightDecay === 0) return transform;
  const penalty = decayed(name, weightDecay);
  return {
    init: transform.init,
    update: (updates, state, params, extra) =>
      transform.update(penalty.update(updates, null, params)[0], state, params, extra),
  };
};
