import { sign } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { decay, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { traced, type TraceState } from "../transform/momentum.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { stateless, type Transform } from "../transform/transform.ts";

/**
 * The signs of the updates: -1, 0 or 1.
 *
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleBySign();
 * const g = array([3, 0, -0.1]);
 * update(g, init(g), g)[0]; // => float64 [3] [ 1, 0, -1]
 */
export const scaleBySign = (): Transform<null> => bySign("transform.scaleBySign");

const bySign = (name: string): Transform<null> => stateless(name, (updates) => leafwise((g) => [sign(g)], updates)[0]);

type NoOptions = Readonly<Record<string, never>>;

const readNothing = settings<NoOptions>({});

/**
 * p ← p - η sign(g).
 *
 * J. Bernstein et al., "signSGD: compressed optimisation for non-convex problems", ICML 2018.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @param options - there are none: {@link signum} has a momentum
 * @throws DomainError when the rate is out of range
 * @example
 * import { array, signSgd } from "gradfold";
 * const { init, update } = signSgd(0.1);
 * const g = array([3, 0, -0.1]);
 * update(g, init(g), g)[0]; // => float64 [3] [-0.1, -0. , 0.1]
 */
export const signSgd = (learningRate: Rate, options?: NoOptions): Transform<readonly [null, ScaleState]> => {
  readNothing("signSgd", options);
  return chained("signSgd", bySign("signSgd"), byRate("signSgd", learningRate));
};

export interface SignumOptions {
  /** How much of the sum of gradients is kept; 0.9 by default. */
  readonly beta?: number;
}

const read = settings<SignumOptions>({ beta: decay(0.9) });

/**
 * p ← p - η sign(t) for the decaying sum t ← g + beta t of gradients: {@link signSgd} with momentum.
 *
 * J. Bernstein et al., "signSGD: compressed optimisation for non-convex problems", ICML 2018.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or beta is out of range
 * @example
 * import { array, signum } from "gradfold";
 * const { init, update } = signum(0.1);
 * const g = array([3, -2]);
 * const [, state] = update(g, init(g), g);
 * update(array([-1, -1]), state, g)[0]; // => float64 [2] [-0.1, 0.1]
 */
export const signum = (
  learningRate: Rate,
  options?: SignumOptions,
): Transform<readonly [TraceState, null, ScaleState]> => {
  const { beta } = read("signum", options);
  return chained("signum", traced("signum", beta, false), bySign("signum"), byRate("signum", learningRate));
};
