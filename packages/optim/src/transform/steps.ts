import {
  add,
  all,
  div,
  equal,
  greater,
  isFinite,
  logicalAnd,
  logicalOr,
  mul,
  type NDArray,
  type Scalar,
  sub,
  tree,
  where,
  zeros,
  zerosLike,
} from "@gradfold/core";
import { count, fromZero, settings } from "../setting.ts";
import { given } from "./given.ts";
import { fit, leafwise } from "./leafwise.ts";
import { likeParams, ofInner, scalar } from "./state.ts";
import type { Params } from "./static.ts";
import { stateful, type Transform } from "./transform.ts";

/** One of two trees alike, by a truth. */
export const choose = <T>(condition: NDArray<[]>, yes: T, no: NoInfer<T>): T =>
  tree.map((a, b) => where(condition, a, b), yes, no);

const nothing = <P>(updates: P): P => leafwise((u) => [zerosLike(u)], updates)[0];

export interface MultiStepsState<S> {
  /** How many gradients are gathered. */
  readonly miniStep: Scalar;
  /** How many steps were taken. */
  readonly gradientStep: Scalar;
  /** Their mean. */
  readonly gradients: Params;
  /** The state of the transform inside. */
  readonly inner: S;
}

export interface MultiStepsOptions {
  /** How many gradients make a step. */
  readonly every: number;
}

const readMultiSteps = settings<MultiStepsOptions>({ every: count() });

/**
 * A step only once in every so many gradients, by their mean: a large batch in small ones. In between updates are zeros.
 *
 * @param options - `every`: how many gradients make a step
 * @throws DomainError when `every` is not a whole number from 1 on
 * @example
 * import { array, multiSteps, sgd } from "gradfold";
 * const { init, update } = multiSteps(sgd(0.1), { every: 2 });
 * const g = array([1, 2]);
 * const [first, state] = update(g, init(g), g);
 * [first, update(array([3, 4]), state, g)[0]]; // => [ float64 [2] [0, 0], float64 [2] [-0.2, -0.3] ]
 */
export const multiSteps = <S>(optimizer: Transform<S>, options: MultiStepsOptions): Transform<MultiStepsState<S>> => {
  const inside = given<S>("multiSteps", "the optimizer", optimizer);
  const { every } = readMultiSteps("multiSteps", options);
  const parts = { miniStep: scalar, gradientStep: scalar, gradients: likeParams, inner: ofInner };
  return stateful<MultiStepsState<S>>("multiSteps", parts, {
    learningRate: (before, after) => inside.learningRate?.(before.inner, after.inner),
    init: (params) => ({
      miniStep: zeros([]),
      gradientStep: zeros([]),
      gradients: tree.zerosLike(params),
      inner: inside.init(params),
    }),
    update: (updates, state, params, extra) => {
      const miniStep = add(state.miniStep, 1);
      const [mean] = leafwise((g, m) => [add(m, div(sub(g, m), fit(miniStep, g)))], updates, state.gradients);
      const [stepped, inner] = inside.update(mean, state.inner, params, extra);
      const isLast = equal(miniStep, every);
      return [
        choose(isLast, stepped, nothing(updates)),
        {
          miniStep: where(isLast, 0, miniStep),
          gradientStep: add(state.gradientStep, where(isLast, 1, 0)),
          gradients: choose(isLast, nothing(updates), mean),
          inner: choose(isLast, inner, state.inner),
        },
      ];
    },
  });
};

export interface IfFiniteState<S> {
  /** How many gradients in a row were not finite. */
  readonly errors: Scalar;
  /** How many there were in all. */
  readonly totalErrors: Scalar;
  /** The state of the transform inside. */
  readonly inner: S;
}

/** Whether all numbers of a tree are finite. */
const areFinite = (updates: unknown): NDArray<[]> =>
  tree.leaves(updates).reduce<NDArray<[]>>((so, leaf) => logicalAnd(so, all(isFinite(leaf))), equal(zeros([]), 0));

export interface IfFiniteOptions {
  /** After how many gradients in a row that are not finite the next ones are let through. */
  readonly maxConsecutiveErrors: number;
}

const readIfFinite = settings<IfFiniteOptions>({ maxConsecutiveErrors: count() });

/**
 * No step where a gradient has a number that is not finite, but for those after `maxConsecutiveErrors` in a row, which are
 * let through.
 *
 * @param options - `maxConsecutiveErrors`, a whole number from 1 on
 * @throws DomainError when it is not
 * @example
 * import { applyIfFinite, array, sgd } from "gradfold";
 * const { init, update } = applyIfFinite(sgd(0.1), { maxConsecutiveErrors: 5 });
 * const p = array([1, 2]);
 * update(array([NaN, 1]), init(p), p)[0]; // => float64 [2] [0, 0]
 */
export const applyIfFinite = <S>(optimizer: Transform<S>, options: IfFiniteOptions): Transform<IfFiniteState<S>> => {
  const inside = given<S>("applyIfFinite", "the optimizer", optimizer);
  const { maxConsecutiveErrors } = readIfFinite("applyIfFinite", options);
  const parts = { errors: scalar, totalErrors: scalar, inner: ofInner };
  return stateful<IfFiniteState<S>>("applyIfFinite", parts, {
    learningRate: (before, after) => inside.learningRate?.(before.inner, after.inner),
    init: (params) => ({ errors: zeros([]), totalErrors: zeros([]), inner: inside.init(params) }),
    update: (updates, state, params, extra) => {
      const isFine = areFinite(updates);
      const errors = where(isFine, 0, add(state.errors, 1));
      const totalErrors = add(state.totalErrors, where(isFine, 0, 1));
      const isTaken = logicalOr(isFine, greater(errors, maxConsecutiveErrors));
      const [stepped, inner] = inside.update(updates, state.inner, params, extra);
      return [
        choose(isTaken, stepped, nothing(updates)),
        { errors, totalErrors, inner: choose(isTaken, inner, state.inner) },
      ];
    },
  });
};

export interface LookaheadState<S> {
  /** How many steps were taken. */
  readonly count: Scalar;
  /** The slow parameters. */
  readonly slow: Params;
  /** The state of the optimizer of the fast ones. */
  readonly inner: S;
}

export interface LookaheadOptions {
  /** After how many steps the slow parameters follow; 6 by default. */
  readonly syncPeriod?: number;
  /** How far they go towards the fast ones; 0.5 by default. */
  readonly slowStepSize?: number;
}

const readLookahead = settings<LookaheadOptions>({ syncPeriod: count(6), slowStepSize: fromZero(0.5) });

/**
 * Slow parameters that follow the optimizer's fast ones after every few steps, and call them back to where they are:
 * s ← s + α (p - s), p ← s.
 *
 * M. Zhang et al., "Lookahead optimizer: k steps forward, 1 step back", NeurIPS 2019.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { applyUpdates, array, lookahead, sgd } from "gradfold";
 * const { init, update } = lookahead(sgd(1), { syncPeriod: 1, slowStepSize: 0.5 });
 * const p = array([1, 2]);
 * applyUpdates(p, update(array([1, 1]), init(p), p)[0]); // => float64 [2] [0.5, 1.5]
 */
export const lookahead = <S>(optimizer: Transform<S>, options?: LookaheadOptions): Transform<LookaheadState<S>> => {
  const inside = given<S>("lookahead", "the optimizer", optimizer);
  const { syncPeriod, slowStepSize } = readLookahead("lookahead", options);
  const parts = { count: scalar, slow: likeParams, inner: ofInner };
  return stateful<LookaheadState<S>>("lookahead", parts, {
    learningRate: (before, after) => inside.learningRate?.(before.inner, after.inner),
    init: (params) => ({ count: zeros([]), slow: params, inner: inside.init(params) }),
    update: (updates, state, params, extra) => {
      const [stepped, inner] = inside.update(updates, state.inner, params, extra);
      const taken = add(state.count, 1);
      const isSync = equal(taken, syncPeriod);
      const [update, slow] = leafwise(
        (u, p, s) => {
          const followed = add(s, mul(sub(add(p, u), s), slowStepSize));
          return [where(isSync, sub(followed, p), u), where(isSync, followed, s)];
        },
        stepped,
        params,
        state.slow,
      );
      return [update, { count: where(isSync, 0, taken), slow, inner }];
    },
  });
};
