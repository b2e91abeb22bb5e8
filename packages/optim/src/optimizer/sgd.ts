import { DomainError, equal, where } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { decay, flag, fromZero, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { type TraceState, velocity } from "../transform/momentum.ts";
import { byRate, scaleTree, type ScaleState } from "../transform/scale.ts";
import { likeParams, recordOf, scalar } from "../transform/state.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { withPenalty } from "../transform/weight-decay.ts";

export interface SgdOptions {
  /** How much of the velocity is kept in each step; 0, which is no momentum, by default. */
  readonly momentum?: number;
  /** Whether the momentum looks ahead, as Nesterov has it; false by default. */
  readonly nesterov?: boolean;
  /** PyTorch's: how much less a gradient adds to the velocity, but for the first one. */
  readonly dampening?: number;
  /** PyTorch's: an L2 penalty's factor. */
  readonly weightDecay?: number;
}

const read = settings<SgdOptions>({
  momentum: decay(0),
  nesterov: flag(false),
  dampening: decay(0),
  weightDecay: fromZero(0),
});

/**
 * Stochastic gradient descent: p ← p - η t with the velocity t ← g + μ t (or g itself without momentum); with Nesterov's
 * look-ahead p ← p - η (g + μ t).
 *
 * H. Robbins, S. Monro, "A stochastic approximation method", 1951. The same numbers as PyTorch's SGD, whose `dampening`
 * (t ← (1 - dampening) g + μ t, but t ← g at first) and `weightDecay` (g + weightDecay · p for g) are options here.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @param options - `momentum` μ, from 0 to below 1; `nesterov`; `dampening`; `weightDecay`
 * @throws DomainError when an option is out of range, or Nesterov's look-ahead is asked for without a momentum
 * @example
 * import { array, sgd } from "gradfold";
 * const { init, update } = sgd(0.1);
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.1, -0.2]
 */
export const sgd = (learningRate: Rate, options?: SgdOptions): Sgd => {
  const { momentum, nesterov, dampening, weightDecay } = read("sgd", options);
  if (nesterov && momentum === 0)
    throw new DomainError("sgd: Nesterov's look-ahead needs a momentum above 0. Give one, 0.9 say.");
  if (nesterov && dampening > 0)
    throw new DomainError(`sgd: Nesterov's look-ahead goes with no dampening: ${dampening}`);
  const descent = chained("sgd", velocity("sgd", momentum, nesterov), byRate("sgd", learningRate));
  return withPenalty("sgd", weightDecay, damped(dampening, descent));
};

type Sgd = Transform<readonly [TraceState, ScaleState]>;

const parts = [recordOf({ trace: likeParams }), recordOf({ count: scalar })] as const;

/** All gradients but the first times 1 - dampening. */
const damped = (dampening: number, transform: Sgd): Sgd =>
  dampening === 0
    ? transform
    : stateful<readonly [TraceState, ScaleState]>("sgd", parts, {
        init: transform.init,
        update: (updates, state, params, extra) => {
          const factor = where(equal(state[1].count, 0), 1, 1 - dampening);
          return transform.update(scaleTree(updates, factor), state, params, extra);
        },
      });
