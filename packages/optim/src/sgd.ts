import { DomainError } from "@gradfold/core";
import type { Rate } from "./schedule.ts";
import { chain, type ScaleState, scaleByLearningRate, trace, type TraceState, type Transform } from "./transform.ts";

export interface SgdOptions {
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

/** Updates as they are; the trace stays at its start. */
const still: Transform<TraceState> = { ...trace({ decay: 0 }), update: (updates, state) => [updates, state] };

/**
 * Stochastic gradient descent: p ← p - η t with the velocity t ← g + μ t (or g itself without momentum); with Nesterov's
 * look-ahead p ← p - η (g + μ t).
 *
 * H. Robbins, S. Monro, "A stochastic approximation method", 1951. The same numbers as PyTorch's SGD without dampening.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @param options - `momentum` μ, from 0 to below 1; `nesterov`
 * @throws DomainError when the momentum is out of range, or Nesterov's look-ahead is asked for without one
 * @example
 * import { array } from "@gradfold/core";
 * import { sgd } from "@gradfold/optim";
 * const { init, update } = sgd(0.1);
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.1, -0.2]
 */
export const sgd = (
  learningRate: Rate,
  { momentum = 0, nesterov = false }: SgdOptions = {},
): Transform<readonly [TraceState, ScaleState]> => {
  if (!(momentum >= 0 && momentum < 1))
    throw new DomainError(`sgd: the momentum must be from 0 to below 1: ${momentum}`);
  if (nesterov && momentum === 0)
    throw new DomainError("sgd: Nesterov's look-ahead needs a momentum above 0. Give one, 0.9 say.");
  return chain(momentum === 0 ? still : trace({ decay: momentum, nesterov }), scaleByLearningRate(learningRate));
};
