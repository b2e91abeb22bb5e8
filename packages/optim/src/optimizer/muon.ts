import { add, div, matmul, mul, type NDArray, ShapeError, transpose, tree } from "@gradfold/core";
import { formatShape, typed } from "@gradfold/core/library";
import type { Rate } from "../schedule/schedule.ts";
import { anything, count, decay, flag, fromZero, optional, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { leafwise } from "../transform/leafwise.ts";
import { parted } from "../transform/partition.ts";
import { average } from "../transform/moment.ts";
import { lengthOf } from "../transform/norm.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { likeParams } from "../transform/state.ts";
import type { Masked, Params } from "../transform/static.ts";
import { stateful, type Transform, type Untyped } from "../transform/transform.ts";
import { decayed } from "../transform/weight-decay.ts";
import { type AdamOptions, adamSettings, type AdamState, byAdamw } from "./adam.ts";

export interface MuonState {
  /** The moving mean of gradients. */
  readonly mu: Params;
}

export interface OrthogonalOptions {
  /** How much of the mean of gradients is kept; 0.95 by default. */
  readonly beta?: number;
  /** Whether the update looks ahead along the mean; true by default. */
  readonly nesterov?: boolean;
  /** How many steps of Newton and Schulz; 5 by default. */
  readonly nsSteps?: number;
  /** Added to the norm; 1e-8 by default. */
  readonly eps?: number;
}

const orthogonalSettings: Settings<OrthogonalOptions> = {
  beta: decay(0.95),
  nesterov: flag(true),
  nsSteps: count(5),
  eps: fromZero(1e-8),
};

const readOrthogonal = settings(orthogonalSettings);

/** Coefficients of x ↦ ax + bx³ + cx⁵, which five times over takes singular values from (0, 1] to about 0.7 to 1.2. */
const [a, b, c] = [3.4445, -4.775, 2.0315];

/** A matrix of the same singular vectors whose singular values are near 1. */
const orthogonalized = (name: string, g: NDArray, steps: number, eps: number): NDArray => {
  const [rows, columns] = g.shape;
  if (rows === undefined || columns === undefined || g.shape.length > 2)
    throw new ShapeError(`${name}: a matrix is needed, not ${formatShape(g.shape)}. Use muon, or masked.`);
  const isTall = rows > columns;
  let x: NDArray = div(g, add(lengthOf(g), eps));
  if (isTall) x = transpose(x);
  for (let i = 0; i < steps; i++) {
    const gram = matmul(x, transpose(x));
    const cubic = add(mul(gram, b), mul(matmul(gram, gram), c));
    x = add(mul(x, a), matmul(cubic, x));
  }
  return mul(isTall ? transpose(x) : x, Math.sqrt(Math.max(1, columns / rows)));
};

/**
 * For matrices [in, out]: the mean of gradients, made nearly orthogonal by five steps of Newton and Schulz, times
 * √max(1, out / in).
 *
 * K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024. As there, the mean keeps its bias, of
 * which only a factor would be lost in making it orthogonal; Optax takes it off mean and gradient, each by its own count,
 * so that with `nesterov` the gradient counts more in the first steps.
 *
 * @throws DomainError when an option is out of range; ShapeError for what is no matrix
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByMuon();
 * const g = array([[100, 0], [0, 10]]);
 * update(g, init(g), g)[0]; // => float64 [2, 2] [[0.70201073, 0. ], [0. , 0.70868633]]
 */
export const scaleByMuon = (options?: OrthogonalOptions): Transform<MuonState> =>
  byMuon("transform.scaleByMuon", readOrthogonal("transform.scaleByMuon", options));

const byMuon = (name: string, settings: Required<OrthogonalOptions>): Transform<MuonState> => {
  const { beta, nesterov, nsSteps, eps } = settings;
  return stateful<MuonState>(
    name,
    { mu: likeParams },
    {
      init: (params) => ({ mu: tree.zerosLike(params) }),
      update: (updates, state) => {
        const [update, mu] = leafwise(
          (g, m) => {
            const mean = average(beta, g, m);
            return [orthogonalized(name, nesterov ? average(beta, g, mean) : mean, nsSteps, eps), mean];
          },
          updates,
          state.mu,
        );
        return [update, { mu }];
      },
    },
  );
};

export interface MuonOptions extends OrthogonalOptions {
  /** 0 by default. */
  readonly weightDecay?: number;
  /** Those of Adam for all that is no matrix. */
  readonly adam?: AdamOptions | undefined;
}

const readMuon = settings<MuonOptions>({
  ...orthogonalSettings,
  weightDecay: fromZero(0),
  adam: optional(anything<AdamOptions>()()),
});

const readAdam = settings(adamSettings);

export interface MuonParts {
  readonly matrices: readonly [MuonState, null, ScaleState];
  readonly others: readonly [AdamState, null, ScaleState];
}

/**
 * Orthogonal steps for matrices ({@link scaleByMuon}), Adam's for all else, both with decoupled weight decay.
 *
 * K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024. For embeddings and the last layer,
 * which the authors leave to Adam, use `partition`. Adam has options of its own here, all but the weight decay; Optax gives
 * it the `nesterov` and `eps` of the matrices, and a weight decay of its own.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; it multiplies the decay too
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, muon } from "gradfold";
 * const { init, update } = muon(0.1);
 * const g = { w: array([[3, 0], [0, 4]]), b: array([5, -6]) };
 * update(g, init(g), g)[0].b; // => float64 [2] [-0.1, 0.1]
 */
export const muon = typed<
  (learningRate: Rate, options?: MuonOptions) => Transform<{ readonly [K in keyof MuonParts]: Masked<MuonParts[K]> }>
>((learningRate: Rate, options?: MuonOptions): Untyped => {
  const settings = readMuon("muon", options);
  const { weightDecay } = settings;
  const matrices = chained(
    "muon",
    byMuon("muon", settings),
    decayed("muon", weightDecay),
    byRate("muon", learningRate),
  );
  const adam = readAdam("muon.adam", settings.adam);
  const others = byAdamw("muon", learningRate, { ...adam, weightDecay, mask: undefined });
  return parted(
    "muon",
    [
      ["matrices", matrices],
      ["others", others],
    ],
    (_, leaf) => (leaf.shape.length === 2 ? "matrices" : "others"),
  );
});
