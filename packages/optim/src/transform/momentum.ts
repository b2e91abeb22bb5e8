import { add, mul, type Scalar, tree } from "@gradfold/core";
import { decay, flag, settings } from "../setting.ts";
import { leafwise } from "./leafwise.ts";
import { average, one, unbiased } from "./moment.ts";
import type { Params } from "./static.ts";
import { likeParams, scalar } from "./state.ts";
import { stateful, type Transform } from "./transform.ts";

export interface TraceState {
  /** The velocity: a decaying sum of updates. */
  readonly trace: Params;
}

export interface TraceOptions {
  /** How much of the velocity is kept in each step, from 0 to below 1. */
  readonly decay: number;
  /** Whether the momentum looks ahead, as Nesterov has it; false by default. */
  readonly nesterov?: boolean;
}

const readTrace = settings<TraceOptions>({ decay: decay(), nesterov: flag(false) });

/**
 * A decaying sum of updates: t ← g + decay · t; with Nesterov's look-ahead the update is g + decay · t.
 *
 * B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; I. Sutskever et al., "On the
 * importance of initialization and momentum in deep learning", ICML 2013.
 *
 * @throws DomainError when the decay is not from 0 to below 1
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.trace({ decay: 0.5 });
 * const g = array([1, 2]);
 * update(g, { trace: array([2, 2]) }, g)[0]; // => float64 [2] [2, 3]
 */
export const trace = (options: TraceOptions): Transform<TraceState> => {
  const { decay, nesterov } = readTrace("transform.trace", options);
  return traced("transform.trace", decay, nesterov);
};

/** {@link trace} by the name of the optimizer that it is a part of. */
export const traced = (name: string, decay: number, nesterov: boolean): Transform<TraceState> =>
  stateful<TraceState>(
    name,
    { trace: likeParams },
    {
      init: (params) => ({ trace: tree.zerosLike(params) }),
      update: (updates, state) => {
        const [update, next] = leafwise(
          (g, t) => {
            const sum = add(g, mul(t, decay));
            return [nesterov ? add(g, mul(sum, decay)) : sum, sum];
          },
          updates,
          state.trace,
        );
        return [update, { trace: next }];
      },
    },
  );

/** Updates as they are; the trace stays at its start. */
const still = (name: string): Transform<TraceState> =>
  stateful<TraceState>(
    name,
    { trace: likeParams },
    { init: (params) => ({ trace: tree.zerosLike(params) }), update: (updates, state) => [updates, state] },
  );

/** A trace, or none where there is no momentum. */
export const velocity = (name: string, momentum: number, nesterov: boolean): Transform<TraceState> =>
  momentum === 0 ? still(name) : traced(name, momentum, nesterov);

export interface EmaState {
  /** The moving average of updates. */
  readonly ema: Params;
  /** decay^t. */
  readonly power: Scalar;
}

export interface EmaOptions {
  /** How much of the average is kept in each step, from 0 to below 1. */
  readonly decay: number;
  /** Whether to divide by 1 - decay^t, so that the average is one from the first step on; true by default. */
  readonly debias?: boolean;
}

const readEma = settings<EmaOptions>({ decay: decay(), debias: flag(true) });

/**
 * The exponential moving average of updates: m ← decay · m + (1 - decay) g, divided by 1 - decay^t.
 *
 * @throws DomainError when the decay is not from 0 to below 1
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.ema({ decay: 0.5 });
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [1, 2]
 */
export const ema = (options: EmaOptions): Transform<EmaState> => {
  const { decay, debias } = readEma("transform.ema", options);
  return averaged("transform.ema", decay, debias);
};

/** {@link ema} by the name of the optimizer that it is a part of. */
export const averaged = (name: string, decay: number, debias: boolean): Transform<EmaState> =>
  stateful<EmaState>(
    name,
    { ema: likeParams, power: scalar },
    {
      init: (params) => ({ ema: tree.zerosLike(params), power: one }),
      update: (updates, state) => {
        const power = mul(state.power, decay);
        const [update, next] = leafwise(
          (g, m) => {
            const mean = average(decay, g, m);
            return [debias ? unbiased(mean, power) : mean, mean];
          },
          updates,
          state.ema,
        );
        return [update, { ema: next, power }];
      },
    },
  );
