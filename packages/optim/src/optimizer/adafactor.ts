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
  sqrt,
  square,
  sub,
  tree,
  zeros,
} from "@gradfold/core";
import type { Rate } from "../schedule/schedule.ts";
import { chain } from "../transform/chain.ts";
import { checkDecay, checkFromZero, checkPositive } from "../transform/check.ts";
import { clipByBlockRms } from "../transform/clip.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import type { Mask } from "../transform/masked.ts";
import { ema, type EmaState } from "../transform/momentum.ts";
import { scaleByLearningRate, type ScaleState } from "../transform/scale.ts";
import { stateless, type Transform } from "../transform/transform.ts";
import { addDecayedWeights } from "../transform/weight-decay.ts";

export interface FactoredRmsState {
  readonly count: Scalar;
  /** For each leaf, in the tree's order: the mean of squares, or, factored, its means over the one and the other axis. */
  readonly means: readonly (readonly NDArray[])[];
}

interface FactoredRmsOptions {
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

/**
 * g / √v, where v ← b v + (1 - b) (g² + eps) with b = 1 - t^-decayRate; of large matrices only the means of v over rows and
 * over columns are kept, and v is their product over the mean of all.
 *
 * N. Shazeer, M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.scaleByFactoredRms({ minDimSizeToFactor: 2 });
 * const g = array([[3, -3], [5, 5]]);
 * update(g, init(g), g)[0]; // => float64 [2, 2] [[ 1, -1], [ 1, 1]]
 */
export const scaleByFactoredRms = (options: FactoredRmsOptions = {}): Transform<FactoredRmsState> => {
  const { minDimSizeToFactor = 128, decayRate = 0.8, eps = 1e-30 } = options;
  checkFromZero("adafactor", { decayRate, eps });
  checkPositive("adafactor", { minDimSizeToFactor });
  return {
    init: (params) => ({
      count: zeros([]),
      means: tree.leaves(params).map((p) => {
        const { shape, dtype } = p;
        const axes = factoredAxes(p, minDimSizeToFactor);
        const kept = axes === undefined ? [shape] : [shape.toSpliced(axes[1], 1), shape.toSpliced(axes[0], 1)];
        return kept.map((each) => zeros(each, { dtype }));
      }),
    }),
    update: (updates, state) => {
      const count = add(state.count, 1);
      const decay = sub(1, pow(count, -decayRate));
      const kept = (x: NDArray, before: NDArray): NDArray =>
        add(mul(before, fit(decay, x)), mul(x, fit(sub(1, decay), x)));
      const { leaves, structure } = tree.flatten(updates);
      const results = leaves.map((g, i): readonly [NDArray, readonly NDArray[]] => {
        const squares = add(square(g), eps);
        const [one = squares, two = squares] = state.means[i] ?? [];
        const axes = factoredAxes(g, minDimSizeToFactor);
        if (axes === undefined) {
          const v = kept(squares, one);
          return [div(g, sqrt(v)), [v]];
        }
        const [second, first] = axes;
        const rows = kept(mean(squares, first), one);
        const columns = kept(mean(squares, second), two);
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
  };
};

/**
 * Each leaf's updates times the root mean square of its parameters, which counts as at least minScale.
 *
 * N. Shazeer, M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018.
 *
 * @throws DomainError when minScale is negative
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.scaleByParamBlockRms();
 * const p = array([3, -3]);
 * update(array([1, 2]), init(p), p)[0]; // => float64 [2] [3, 6]
 */
export const scaleByParamBlockRms = ({ minScale = 1e-3 }: { readonly minScale?: number } = {}): Transform<null> => {
  checkFromZero("scaleByParamBlockRms", { minScale });
  return stateless(
    (updates, params) => leafwise((u, p) => [mul(u, maximum(sqrt(mean(square(p))), minScale))], updates, params)[0],
  );
};

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
  readonly weightDecayMask?: Mask;
}

type AdafactorState = readonly [FactoredRmsState, null, ScaleState, null, EmaState | null, null];

const nothing = stateless((updates) => updates);

/**
 * Adam in little memory: g / √v with v from means of rows and columns ({@link scaleByFactoredRms}), scaled down to a root
 * mean square of clippingThreshold, times the learning rate and the parameters' root mean square.
 *
 * N. Shazeer, M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array } from "@gradfold/core";
 * import { adafactor } from "@gradfold/optim";
 * const { init, update } = adafactor(0.1);
 * const p = array([3, -3]);
 * update(array([1, -20]), init(p), p)[0]; // => float64 [2] [-0.3, 0.3]
 */
export const adafactor = (learningRate: Rate, options: AdafactorOptions = {}): Transform<AdafactorState> => {
  const { multiplyByParameterScale = true, clippingThreshold = 1, momentum = null, weightDecayRate = null } = options;
  checkDecay("adafactor", { momentum: momentum ?? 0 });
  checkFromZero("adafactor", { weightDecayRate: weightDecayRate ?? 0 });
  return chain<AdafactorState>(
    scaleByFactoredRms(options),
    clippingThreshold === null ? nothing : clipByBlockRms(clippingThreshold),
    scaleByLearningRate(learningRate),
    multiplyByParameterScale ? scaleByParamBlockRms() : nothing,
    momentum === null ? nothing : ema({ decay: momentum, debias: false }),
    addDecayedWeights(-(weightDecayRate ?? 0), options.weightDecayMask),
  );
};
