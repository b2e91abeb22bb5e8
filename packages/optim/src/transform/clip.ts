import {
  add,
  clip as clipTo,
  equal,
  div,
  isNaN,
  less,
  lessEqual,
  maximum,
  mean,
  mul,
  neg,
  type NDArray,
  sub,
  where,
} from "@gradfold/core";
import { check, finitePositive, fromZero, positive, settings } from "../setting.ts";
import { fit, leafwise } from "./leafwise.ts";
import { globalNorm, lengthsOf, rmsOf } from "./norm.ts";
import { stateless, type Transform } from "./transform.ts";

/**
 * Every number of an update within -maxDelta and maxDelta.
 *
 * @throws DomainError when maxDelta is negative
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.clip(1);
 * const g = array([0.5, -20]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 0.5, -1. ]
 */
export const clip = (maxDelta: number): Transform<null> => {
  check("transform.clip", "maxDelta", fromZero(), maxDelta);
  return stateless(
    "transform.clip",
    (updates) => leafwise((g) => [clipTo(g, { min: -maxDelta, max: maxDelta })], updates)[0],
  );
};

/**
 * All updates together scaled down to the length maxNorm, where they are longer: g / |g| · maxNorm.
 *
 * R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013. PyTorch's
 * `clip_grad_norm_` adds 1e-6 to the norm.
 *
 * @throws DomainError when maxNorm is negative
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.clipByGlobalNorm(1);
 * const g = { w: array([3]), b: array(-4) };
 * update(g, init(g), g)[0]; // => { b: float64 [] -0.8, w: float64 [1] [0.6] }
 */
export const clipByGlobalNorm = (maxNorm: number): Transform<null> => {
  check("transform.clipByGlobalNorm", "maxNorm", fromZero(), maxNorm);
  return stateless("transform.clipByGlobalNorm", (updates) => {
    const norm = globalNorm(updates);
    const isShort = lessEqual(norm, maxNorm);
    const divisor = where(isShort, 1, norm);
    return leafwise((g) => [where(isShort, g, mul(div(g, fit(divisor, g)), maxNorm))], updates)[0];
  });
};

/**
 * Each leaf scaled down where its root mean square is above the threshold.
 *
 * N. Shazeer, M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018.
 *
 * @throws DomainError when the threshold is not above 0
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.clipByBlockRms(1);
 * const g = array([2, -2]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 1, -1]
 */
export const clipByBlockRms = (threshold: number): Transform<null> => {
  check("transform.clipByBlockRms", "threshold", positive(), threshold);
  return clippedByRms("transform.clipByBlockRms", threshold);
};

/** {@link clipByBlockRms} by the name of the optimizer that it is a part of. */
export const clippedByRms = (name: string, threshold: number): Transform<null> => {
  const clipped = (g: NDArray): NDArray => div(g, maximum(div(rmsOf(g), threshold), 1));
  return stateless(name, (updates) => leafwise((g) => [clipped(g)], updates)[0]);
};

export interface AdaptiveGradClipOptions {
  /** The least norm of parameters; 1e-3 by default. */
  readonly eps?: number;
}

/** The norms of units: of all of a vector, of each column of a matrix, of all but the last axis of what has more. */
const unitNorm = (x: NDArray): NDArray => {
  const isVector = x.shape.filter((n) => n > 1).length <= 1;
  const axes = x.shape.map((_, i) => i);
  const across = isVector ? axes : x.shape.length <= 3 ? [0] : axes.slice(0, -1);
  return lengthsOf(x, across);
};

const adaptive = settings<AdaptiveGradClipOptions>({ eps: fromZero(1e-3) });

/**
 * Each unit's gradient at most `clipping` times as long as its weights: columns of a matrix are units.
 *
 * A. Brock et al., "High-performance large-scale image recognition without normalization", ICML 2021.
 *
 * @throws DomainError when an option is negative
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.adaptiveGradClip(0.1);
 * const p = array([3, 4]);
 * update(array([0, 2]), init(p), p)[0]; // => float64 [2] [0. , 0.5]
 */
export const adaptiveGradClip = (clipping: number, options?: AdaptiveGradClipOptions): Transform<null> => {
  const name = "transform.adaptiveGradClip";
  check(name, "clipping", fromZero(), clipping);
  const { eps } = adaptive(name, options);
  const clipped = (g: NDArray, p: NDArray): NDArray => {
    const [length, most] = [unitNorm(g), mul(maximum(unitNorm(p), eps), clipping)];
    return where(less(length, most), g, mul(g, div(most, maximum(length, 1e-6))));
  };
  return stateless(name, (updates, params) => leafwise((g, p) => [clipped(g, p)], updates, params)[0]);
};

/**
 * Each leaf of two axes or more without its mean over all axes but the first.
 *
 * H. Yong et al., "Gradient centralization: a new optimization technique for deep neural networks", ECCV 2020.
 *
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.centralize();
 * const g = array([[1, 3], [5, 5]]);
 * update(g, init(g), g)[0]; // => float64 [2, 2] [[-1, 1], [ 0, 0]]
 */
export const centralize = (): Transform<null> => {
  const centred = (g: NDArray): NDArray =>
    g.shape.length < 2 ? g : sub(g, mean(g, g.shape.map((_, i) => i).slice(1), { keepDims: true }));
  return stateless("transform.centralize", (updates) => leafwise((g) => [centred(g)], updates)[0]);
};

/**
 * 0 for every NaN.
 *
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.zeroNans();
 * const g = array([1, NaN]);
 * update(g, init(g), g)[0]; // => float64 [2] [1, 0]
 */
export const zeroNans = (): Transform<null> =>
  stateless("transform.zeroNans", (updates) => leafwise((g) => [where(isNaN(g), 0, g)], updates)[0]);

/**
 * No parameter goes below 0: where p + u would be, u is -p. The last of a chain.
 *
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.keepParamsNonnegative();
 * const p = array([1, 2]);
 * update(array([-3, 3]), init(p), p)[0]; // => float64 [2] [-1, 3]
 */
export const keepParamsNonnegative = (): Transform<null> =>
  stateless(
    "transform.keepParamsNonnegative",
    (updates, params) => leafwise((u, p) => [where(less(add(p, u), 0), neg(p), u)], updates, params)[0],
  );

export interface NormalizeOptions {
  /** The length to scale to; 1 by default. */
  readonly scaleFactor?: number;
  /** Added to the norm; 1e-6 by default. */
  readonly eps?: number;
}

const normalize = settings<NormalizeOptions>({ scaleFactor: finitePositive(1), eps: fromZero(1e-6) });

/**
 * All updates together scaled to the length scaleFactor: g scaleFactor / (|g| + eps).
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.normalizeByUpdateNorm({ eps: 0 });
 * const g = array([3, -4]);
 * update(g, init(g), g)[0]; // => float64 [2] [ 0.6, -0.8]
 */
export const normalizeByUpdateNorm = (options?: NormalizeOptions): Transform<null> => {
  const name = "transform.normalizeByUpdateNorm";
  const { scaleFactor, eps } = normalize(name, options);
  return stateless(name, (updates) => {
    const norm = add(globalNorm(updates), eps);
    const divisor = div(where(equal(norm, 0), 1, norm), scaleFactor);
    return leafwise((g) => [div(g, fit(divisor, g))], updates)[0];
  });
};
