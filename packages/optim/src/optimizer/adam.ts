import { add, div, mul, type NDArray, type Scalar, sqrt, sub, tree, zeros } from "@gradfold/core";
import { fused } from "@gradfold/core/library";
import type { Rate } from "../schedule/schedule.ts";
import { decay, flag, fromZero, optional, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { fit, leafwise } from "../transform/leafwise.ts";
import { type Mask, maskKind } from "../transform/mask.ts";
import { one, unbiased } from "../transform/moment.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { likeParams, scalar } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";
import { decayed, withPenalty } from "../transform/weight-decay.ts";

export interface AdamState {
  /** How many steps were taken. */
  readonly count: Scalar;
  /** The moving mean of gradients. */
  readonly mu: Params;
  /** The moving mean of their squares. */
  readonly nu: Params;
  /** b1^t. */
  readonly b1Power: Scalar;
  /** b2^t. */
  readonly b2Power: Scalar;
}

export interface AdamOptions {
  /** How much of the mean of gradients is kept in each step; 0.9 by default. */
  readonly b1?: number;
  /** How much of the mean of their squares is kept; 0.999 by default. */
  readonly b2?: number;
  /** What keeps the denominator from 0; 1e-8 by default. */
  readonly eps?: number;
  /** The same inside the root; 0 by default. */
  readonly epsRoot?: number;
  /** Whether the update looks ahead along the mean. */
  readonly nesterov?: boolean;
}

export const adamSettings: Settings<AdamOptions> = {
  b1: decay(0.9),
  b2: decay(0.999),
  eps: fromZero(1e-8),
  epsRoot: fromZero(0),
  nesterov: flag(false),
};

/** What an {@link AdamState} is made of. */
export const momentParts = { count: scalar, mu: likeParams, nu: likeParams, b1Power: scalar, b2Power: scalar };

/** Means of gradients and of their squares, both 0 at first. */
export const initMoments = <P>(params: P) => ({
  count: zeros([]),
  mu: tree.zerosLike(params),
  nu: tree.zerosLike(params),
  b1Power: one,
  b2Power: one,
});

/** Mean over the root of the mean square. */
export const ratio = (mean: NDArray, square: NDArray, eps: number, epsRoot: number): NDArray =>
  div(mean, add(sqrt(epsRoot === 0 ? square : add(square, epsRoot)), eps));

const readAdam = settings(adamSettings);

/**
 * m̂ / (√(v̂ + epsRoot) + eps), where m ← b1 m + (1 - b1) g and v ← b2 v + (1 - b2) g², m̂ = m / (1 - b1^t) and v̂ =
 * v / (1 - b2^t). With Nesterov's look-ahead m̂ = b1 m / (1 - b1^(t+1)) + (1 - b1) g / (1 - b1^t).
 *
 * D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015; T. Dozat, "Incorporating Nesterov momentum
 * into Adam", 2016. The square of a float32 gradient above 1.8e19 is infinite, and v stays so: the step is 0 from then
 * on. Where gradients may be that long, clip them before, or use float64. So it is in all that keep means or sums of squares.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByAdam({ eps: 0 });
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1, -1]
 */
export const scaleByAdam = (options?: AdamOptions): Transform<AdamState> =>
  byAdam("transform.scaleByAdam", readAdam("transform.scaleByAdam", options));

/** {@link scaleByAdam} by the name of the optimizer that it is a part of. */
export const byAdam = (name: string, settings: Required<AdamOptions>): Transform<AdamState> => {
  const { b1, b2, eps, epsRoot, nesterov } = settings;
  const mean = fused("adam: mean", 2, (A, g, m) => A.add(A.mul(g, 1 - b1), A.mul(m, b1)));
  const meanSquare = fused("adam: mean square", 2, (A, g, v) => A.add(A.mul(A.mul(g, g), 1 - b2), A.mul(v, b2)));
  const step = fused("adam: step", 4, (A, hat, v, bias1, bias2) =>
    A.div(A.div(hat, bias1), A.add(A.sqrt(A.add(A.div(v, bias2), epsRoot)), eps)),
  );
  return stateful<AdamState>(name, momentParts, {
    init: initMoments,
    update: (updates, state) => {
      const [b1Power, b2Power] = [mul(state.b1Power, b1), mul(state.b2Power, b2)];
      const ahead = mul(b1Power, b1);
      // In float64, before they are fitted to a leaf: in float32 a b2^t near 1 would be 1.
      const [bias1, bias2] = [sub(1, b1Power), sub(1, b2Power)];
      const [update, mu, nu] = leafwise(
        (g, m, v) => {
          const [next, squares] = [mean(g, m), meanSquare(g, v)];
          const u = nesterov
            ? ratio(
                add(mul(unbiased(next, ahead), b1), mul(unbiased(g, b1Power), 1 - b1)),
                unbiased(squares, b2Power),
                eps,
                epsRoot,
              )
            : step(next, squares, fit(bias1, g), fit(bias2, g));
          return [u, next, squares];
        },
        updates,
        state.mu,
        state.nu,
      );
      return [update, { count: add(state.count, 1), mu, nu, b1Power, b2Power }];
    },
  });
};

/** Adam's options, and PyTorch's L2 penalty. */
export interface PenalizedAdamOptions extends AdamOptions {
  /** What the parameters are multiplied by before they are added to the gradient; 0 by default. */
  readonly weightDecay?: number;
}

const readPenalized = settings<PenalizedAdamOptions>({ ...adamSettings, weightDecay: fromZero(0) });

/**
 * Adam: p ← p - η m̂ / (√v̂ + eps), with the means m of gradients and v of their squares, without their bias
 * ({@link scaleByAdam}).
 *
 * D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015. The same numbers as PyTorch's Adam, whose
 * `weight_decay` (g + weightDecay · p for g) is an option here.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { adam, array } from "gradfold";
 * const { init, update } = adam(0.1);
 * const g = array([1, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.1, 0.1]
 */
export const adam = (
  learningRate: Rate,
  options?: PenalizedAdamOptions,
): Transform<readonly [AdamState, ScaleState]> => {
  const settings = readPenalized("adam", options);
  return withPenalty(
    "adam",
    settings.weightDecay,
    chained("adam", byAdam("adam", settings), byRate("adam", learningRate)),
  );
};

/** Adam's options, and those of decoupled weight decay. */
export interface DecayedAdamOptions extends AdamOptions {
  /** 1e-4 by default. */
  readonly weightDecay?: number;
  /** Which parameters decay: a function of a leaf's path and the leaf, or a tree of booleans. */
  readonly mask?: Mask | undefined;
}

/** Those of decoupled weight decay. */
export const decaySettings: Settings<Pick<DecayedAdamOptions, "weightDecay" | "mask">> = {
  weightDecay: fromZero(1e-4),
  mask: optional(maskKind()),
};

const readDecayed = settings<DecayedAdamOptions>({ ...adamSettings, ...decaySettings });

/**
 * Adam with decoupled weight decay: p ← p - η (m̂ / (√v̂ + eps) + weightDecay · p).
 *
 * I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019. The same numbers as PyTorch's AdamW, whose
 * weight decay is 1e-2 by default, here 1e-4 as in Optax.
 *
 * @param learningRate - η: a number, a scalar array or a schedule; it multiplies the decay too
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { adamw, array } from "gradfold";
 * const { init, update } = adamw(0.1, { weightDecay: 0.5, eps: 0 });
 * const p = array([1, 2]);
 * update(array([1, -20]), init(p), p)[0]; // => float64 [2] [-0.15, -0. ]
 */
export const adamw = (
  learningRate: Rate,
  options?: DecayedAdamOptions,
): Transform<readonly [AdamState, null, ScaleState]> => byAdamw("adamw", learningRate, readDecayed("adamw", options));

/** {@link adamw} by the name of the optimizer that it is a part of. */
export const byAdamw = (
  name: string,
  learningRate: Rate,
  settings: Required<DecayedAdamOptions>,
): Transform<readonly [AdamState, null, ScaleState]> =>
  chained(name, byAdam(name, settings), decayed(name, settings.weightDecay, settings.mask), byRate(name, learningRate));
