import {
  add,
  div,
  expandDims,
  maximum,
  mean,
  mul,
  type NDArray,
  pow,
  type Scalar,
  type Shape,
  sqrt,
  square,
  sub,
  tree,
  zeros,
} from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { decay, flag, fromZero, optional, orNull, positive, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { clippedByRms } from "../transform/clip.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { type Mask, maskKind } from "../transform/mask.ts";
import { averaged, type EmaState } from "../transform/momentum.ts";
import { rmsOf } from "../transform/norm.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { blank, perLeaf, scalar } from "../transform/state.ts";
import { stateful, stateless, type Transform } from "../transform/transform.ts";
import { decayed } from "../transform/weight-decay.ts";

export interface FactoredRmsState {
  /** How many steps were taken. */
  readonly count: Scalar;
  /** For each leaf, in the tree's order: the mean of squares, or, factored, its means over the one and the other axis. */
  readonly means: readonly (readonly NDArray[])[];
}

export interface FactoredRmsOptions {
  /** From which size on the second largest axis is factored; 128 by default. */
  readonly minDimSizeToFactor?: number;
  /** 0.8 by default. */
  readonly decayRate?: number;
  /** Added to squares; 1e-30 by default. */
  readonly eps?: number;
}

/** The second largest axis and the largest, where both are large enough to keep two means instead of one for each place. */
const factoredAxes = ({ shape }: NDArray, least: number): readonly [second: number, first: number] | undefined => {
  const order = shape.map((_, i) => i).toSorted((a, b) => (shape[a] ?? 0) - (shape[b] ?? 0));
  const [second, first] = [order.at(-2), order.at(-1)];
  return second === undefined || first === undefined || (shape[second] ?? 0) < least ? undefined : [second, first];
};

/** The shapes of the means that are kept of a leaf. */
const keptShapes = (p: NDArray, least: number): readonly Shape[] => {
  const axes = factoredAxes(p, least);
  return axes === undefined ? [p.shape] : [p.shape.toSpliced(axes[1], 1), p.shape.toSpliced(axes[0], 1)];
};

const factorSettings: Settings<FactoredRmsOptions> = {
  minDimSizeToFactor: positive(128),
  decayRate: fromZero(0.8),
  eps: fromZero(1e-30),
};

const readFactored = settings(factorSettings);

/**
 * g / √v, where v ← b v + (1 - b) (g² + eps) with b = 1 - t^-decayRate; of large matrices only the means of v over rows and
 * over columns are kept, and v is their product over the mean of all.
 *
 * N. Shazeer, M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByFactoredRms({ minDimSizeToFactor: 2 });
 * const g = array([[3, -3], [5, 5]]);
 * update(g, init(g), g)[0]; // => float64 [2, 2] [[ 1, -1], [ 1, 1]]
 */
export const scaleByFactoredRms = (options?: FactoredRmsOptions): Transform<FactoredRmsState> =>
  byFactoredRms("transform.scaleByFactoredRms", readFactored("transform.scaleByFactoredRms", options));

const byFactoredRms = (name: string, settings: Required<FactoredRmsOptions>): Transform<FactoredRmsState> => {
  const { minDimSizeToFactor, decayRate, eps } = settings;
  const shapesOf = (p: NDArray): readonly Shape[] => keptShapes(p, minDimSizeToFactor);
  const means = perLeaf((p) => shapesOf(p).map((shape) => blank(shape, p.dtype)));
  return stateful<FactoredRmsState>(
    name,
    { count: scalar, means },
    {
      init: (params) => ({
        count: zeros([]),
        means: tree.leaves(params).map((p) => shapesOf(p).map((shape) => zeros(shape, { dtype: p.dtype }))),
      }),
      update: (updates, state) => {
        const count = add(state.count, 1);
        const decay = sub(1, pow(count, -decayRate));
        const mixed = (x: NDArray, before: NDArray): NDArray =>
          add(mul(before, fit(decay, x)), mul(x, fit(sub(1, decay), x)));
        const { leaves, structure } = tree.flatten(updates);
        const results = leaves.map((g, i): readonly [NDArray, readonly NDArray[]] => {
          const squares = add(square(g), eps);
          const [one = squares, two = squares] = state.means[i] ?? [];
          const axes = factoredAxes(g, minDimSizeToFactor);
          if (axes === undefined) {
            const v = mixed(squares, one);
            return [div(g, sqrt(v)), [v]];
          }
          const [second, first] = axes;
          const rows = mixed(mean(squares, first), one);
          const columns = mixed(mean(squares, second), two);
          const left = second - (second > first ? 1 : 0);
          const part = div(rows, mean(rows, left, { keepDims: true }));
          const scaled = div(g, sqrt(expandDims(part, first)));
          return [div(scaled, sqrt(expandDims(columns, second))), [rows, columns]];
        });
        const scaled = tree.unflatten(
          structure,
          results.map(([u]) => u),
        );
        return [scaled, { count, means: results.map(([, means]) => means) }];
      },
    },
  );
};

export interface BlockRmsOptions {
  /** The least root mean square; 1e-3 by default. */
  readonly minScale?: number;
}

const readBlock = settings<BlockRmsOptions>({ minScale: fromZero(1e-3) });

/**
 * Each leaf's updates times the root mean square of its parameters, which counts as at least minScale.
 *
 * N. Shazeer, M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018.
 *
 * @throws DomainError when minScale is negative
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByParamBlockRms();
 * const p = array([3, -3]);
 * update(array([1, 2]), init(p), p)[0]; // => float64 [2] [3, 6]
 */
export const scaleByParamBlockRms = (options?: BlockRmsOptions): Transform<null> =>
  byParamRms("transform.scaleByParamBlockRms", readBlock("transform.scaleByParamBlockRms", options).minScale);

const byParamRms = (name: string, minScale: number): Transform<null> =>
  stateless(name, (updates, params) => leafwise((u, p) => [mul(u, maximum(rmsOf(p), minScale))], updates, params)[0]);

export interface AdafactorOptions extends FactoredRmsOptions {
  /** Whether steps are in proportion to parameters; true by default. */
  readonly multiplyByParameterScale?: boolean;
  /** Above which root mean square a leaf's update is scaled down; null is none; 1 by default. */
  readonly clippingThreshold?: number | null;
  /** How much of the mean of updates is kept; null, which is the default, keeps none. */
  readonly momentum?: number | null;
  /** Not multiplied by the learning rate; null, which is the default, is none. */
  readonly weightDecayRate?: number | null;
  /** Which parameters decay. */
  readonly weightDecayMask?: Mask | undefined;
}

type AdafactorState = readonly [FactoredRmsState, null, ScaleState, null, EmaState | null, null];

const nothing = (name: string): Transform<null> => stateless(name, (updates) => updates);

const readAdafactor = settings<AdafactorOptions>({
  ...factorSettings,
  multiplyByParameterScale: flag(true),
  clippingThreshold: orNull(positive(), 1),
  momentum: orNull(decay()),
  weightDecayRate: orNull(fromZero()),
  weightDecayMask: optional(maskKind()),
});

/**
 * Adam in little memory: g / √v with v from means of rows and columns ({@link scaleByFactoredRms}), scaled down to a root
 * mean square of clippingThreshold, times the learning rate and the parameters' root mean square.
 *
 * N. Shazeer, M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { adafactor, array } from "gradfold";
 * const { init, update } = adafactor(0.1);
 * const p = array([3, -3]);
 * update(array([1, -20]), init(p), p)[0]; // => float64 [2] [-0.3, 0.3]
 */
export const adafactor = (learningRate: Rate, options?: AdafactorOptions): Transform<AdafactorState> => {
  const settings = readAdafactor("adafactor", options);
  const { multiplyByParameterScale, clippingThreshold, momentum, weightDecayRate, weightDecayMask } = settings;
  return chained<AdafactorState>(
    "adafactor",
    byFactoredRms("adafactor", settings),
    clippingThreshold === null ? nothing("adafactor") : clippedByRms("adafactor", clippingThreshold),
    byRate("adafactor", learningRate),
    multiplyByParameterScale ? byParamRms("adafactor", 1e-3) : nothing("adafactor"),
    momentum === null ? nothing("adafactor") : averaged("adafactor", momentum, false),
    decayed("adafactor", -(weightDecayRate ?? 0), weightDecayMask),
  );
};
