import { add, type Key, mul, pow, random, type Scalar, sqrt, tree, zeros } from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { checkKey } from "../argument.ts";
import { fromZero, randomKey, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { like, scalar } from "../transform/state.ts";
import { stateful, type Transform } from "../transform/transform.ts";

export interface NoiseState {
  /** How many steps were taken. */
  readonly count: Scalar;
  /** The key from which the noise of the next step is drawn. */
  readonly key: Key;
}

export interface NoiseOptions {
  /** The variance at first; 0.01 by default. */
  readonly eta?: number;
  /** How fast it falls; 0.55 by default. */
  readonly gamma?: number;
}

const noiseSettings: Settings<NoiseOptions> = { eta: fromZero(0.01), gamma: fromZero(0.55) };

const readNoise = settings(noiseSettings);

/**
 * Updates with normal noise of variance eta / t^gamma, drawn from the key and the number t of the step.
 *
 * A. Neelakantan et al., "Adding gradient noise improves learning for very deep networks", 2015.
 *
 * @throws DomainError when an option is negative
 * @example
 * import { array, random, transform } from "gradfold";
 * const { init, update } = transform.addNoise(random.key(0), { eta: 0 });
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [1, 2]
 */
export const addNoise = (key: Key, options?: NoiseOptions): Transform<NoiseState> => {
  checkKey("transform.addNoise", key);
  return noisy("transform.addNoise", key, readNoise("transform.addNoise", options));
};

const parts = { count: scalar, key: like(random.key(0)) };

const noisy = (name: string, key: Key, { eta, gamma }: Required<NoiseOptions>): Transform<NoiseState> =>
  stateful<NoiseState>(name, parts, {
    init: () => ({ count: zeros([]), key }),
    update: (updates, state) => {
      const count = add(state.count, 1);
      const deviation = sqrt(mul(pow(count, -gamma), eta));
      const now = random.foldIn(state.key, state.count);
      const { leaves, structure } = tree.flatten(updates);
      const noise = tree.unflatten(
        structure,
        leaves.map(({ shape, dtype }, i) =>
          random.normal(random.foldIn(now, i), shape, { dtype: dtype === "float32" ? dtype : "float64" }),
        ),
      );
      return [leafwise((g, z) => [add(g, mul(z, fit(deviation, g)))], updates, noise)[0], { count, key: state.key }];
    },
  });

export interface NoisySgdOptions extends NoiseOptions {
  /** That of seed 0 by default. */
  readonly key?: Key;
}

const readNoisySgd = settings<NoisySgdOptions>({ ...noiseSettings, key: randomKey(random.key(0)) });

/**
 * Gradient descent with normal noise of falling variance on gradients: p ← p - η (g + z), z of variance eta / t^gamma.
 *
 * A. Neelakantan et al., "Adding gradient noise improves learning for very deep networks", 2015.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, noisySgd, random } from "gradfold";
 * const { init, update } = noisySgd(0.5, { key: random.key(1), eta: 0 });
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.5, -1. ]
 */
export const noisySgd = (
  learningRate: Rate,
  options?: NoisySgdOptions,
): Transform<readonly [NoiseState, ScaleState]> => {
  const settings = readNoisySgd("noisySgd", options);
  return chained("noisySgd", noisy("noisySgd", settings.key, settings), byRate("noisySgd", learningRate));
};
