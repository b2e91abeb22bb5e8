import {
  add,
  array,
  greater,
  greaterEqual,
  less,
  logicalAnd,
  logicalNot,
  maximum,
  mul,
  type Scalar,
  sub,
  where,
  zeros,
} from "@gradfold/core";
import { count, countFromZero, finitePositive, fromZero, settings } from "../setting.ts";
import { valueOf } from "../transform/extra.ts";
import { scaleTree } from "../transform/scale.ts";
import { scalar } from "../transform/state.ts";
import { stateful, type Transform } from "../transform/transform.ts";

export interface PlateauState {
  /** The factor of updates. */
  readonly scale: Scalar;
  /** The least loss so far. */
  readonly best: Scalar;
  /** How many losses in a row were not better. */
  readonly plateau: Scalar;
  /** For how many losses more to wait. */
  readonly cooldown: Scalar;
}

export interface PlateauOptions {
  /** What the scale is multiplied by; 0.1 by default. */
  readonly factor?: number;
  /** After how many losses in a row that are not better; 10 by default. */
  readonly patience?: number;
  /** By which part of the best loss one must be better; 1e-4 by default. */
  readonly rtol?: number;
  /** By how much one must be better; 0 by default. */
  readonly atol?: number;
  /** How many losses to wait after a reduction; 0 by default. */
  readonly cooldown?: number;
  /** The least scale; 0 by default. */
  readonly minScale?: number;
}

const read = settings<PlateauOptions>({
  factor: finitePositive(0.1),
  patience: count(10),
  rtol: fromZero(1e-4),
  atol: fromZero(0),
  cooldown: countFromZero(0),
  minScale: fromZero(0),
});

const parts = { scale: scalar, best: scalar, plateau: scalar, cooldown: scalar };

/**
 * Smaller steps once the loss no longer falls: the updates' scale is multiplied by a factor after every `patience` losses
 * in a row that are not below (1 - rtol) best - atol. The last of a chain.
 *
 * As Optax's `reduce_on_plateau`. PyTorch's `ReduceLROnPlateau` reduces one loss later, and sees one loss an epoch.
 *
 * @throws DomainError when an option is out of range, or the loss is missing
 * @example
 * import { array, chain, reduceOnPlateau, sgd } from "gradfold";
 * const { init, update } = chain(sgd(1), reduceOnPlateau({ factor: 0.5, patience: 1 }));
 * const g = array([1, 2]);
 * const [first, state] = update(g, init(g), g, { value: array(5) });
 * [first, update(g, state, g, { value: array(5) })[0]]; // => [ float64 [2] [-1, -2], float64 [2] [-0.5, -1. ] ]
 */
export const reduceOnPlateau = (options?: PlateauOptions): Transform<PlateauState> => {
  const { factor, patience, rtol, atol, cooldown, minScale } = read("reduceOnPlateau", options);
  return stateful<PlateauState>("reduceOnPlateau", parts, {
    learningRate: (_, after) => after.scale,
    init: () => ({ scale: array(1), best: array(Infinity), plateau: zeros([]), cooldown: zeros([]) }),
    update: (updates, state, _, extra) => {
      const value = valueOf("reduceOnPlateau", extra);
      const isBetter = less(value, sub(mul(state.best, 1 - rtol), atol));
      const isWaiting = greater(state.cooldown, 0);
      const plateau = where(isBetter, 0, add(state.plateau, 1));
      const isReduced = logicalAnd(logicalNot(isWaiting), greaterEqual(plateau, patience));
      const scale = where(isReduced, maximum(mul(state.scale, factor), minScale), state.scale);
      const next = {
        scale,
        best: where(isBetter, value, state.best),
        plateau: where(isWaiting, 0, where(isReduced, 0, plateau)),
        cooldown: where(isWaiting, sub(state.cooldown, 1), where(isReduced, cooldown, 0)),
      };
      return [scaleTree(updates, scale), next];
    },
  });
};
