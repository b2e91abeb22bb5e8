import { add, cast, mul, type NDArray, type Scalar, type Shape, tree, TreeError, zeros } from "@gradfold/core";
import { typed } from "@gradfold/core/transform";
import type { Rate } from "./schedule.ts";
import type { For, Params } from "./static.ts";

/**
 * One step on the way from gradients to updates, as two pure functions. Optimizers are chains of transforms.
 *
 * S is the type of the state, written once with the marker {@link Params}: `Transform<{ velocity: Params }>`.
 */
export interface Transform<S> {
  // Methods, so that transforms of different states fit into one list of Transform<unknown>.
  init<P>(params: P): For<P, S>;
  update<P>(updates: P, state: For<P, S>, params: P): readonly [updates: P, state: For<P, S>];
}

export interface TraceState {
  readonly trace: Params;
}

export interface TraceOptions {
  readonly decay: number;
  readonly nesterov?: boolean;
}

/**
 * A decaying sum of updates: t ← g + decay · t; with Nesterov's look-ahead the update is g + decay · t.
 *
 * B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; I. Sutskever et al., "On the
 * importance of initialization and momentum in deep learning", ICML 2013.
 *
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.trace({ decay: 0.5 });
 * const g = array([1, 2]);
 * update(g, { trace: array([2, 2]) }, g)[0]; // => float64 [2] [2, 3]
 */
export const trace = ({ decay, nesterov = false }: TraceOptions): Transform<TraceState> => {
  const follow = <S extends Shape>(g: NDArray<S>, t: NDArray<S>): NDArray<S> => add(g, mul(t, decay));
  return {
    init: (params) => ({ trace: tree.zerosLike(params) }),
    update: (updates, state) => {
      const next = tree.map(follow, updates, state.trace);
      return [nesterov ? tree.map(follow, updates, next) : next, { trace: next }];
    },
  };
};

export interface ScaleState {
  readonly count: Scalar;
}

/**
 * Minus the learning rate times the updates: the step downhill.
 *
 * @param learningRate - a number, a scalar array, or a schedule, which sees how many steps were taken
 * @example
 * import { array } from "@gradfold/core";
 * import { transform } from "@gradfold/optim";
 * const { init, update } = transform.scaleByLearningRate(0.5);
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.5, -1. ]
 */
export const scaleByLearningRate = (learningRate: Rate): Transform<ScaleState> => ({
  init: () => ({ count: zeros([]) }),
  update: (updates, { count }) => {
    const rate = typeof learningRate === "function" ? learningRate(count) : learningRate;
    const scaled = tree.map((g) => mul(g, typeof rate === "number" ? -rate : mul(cast(rate, g.dtype), -1)), updates);
    return [scaled, { count: add(count, 1) }];
  },
});

/**
 * Several transforms, one after another; the state is the tuple of theirs.
 *
 * @example
 * import { array } from "@gradfold/core";
 * import { chain, transform } from "@gradfold/optim";
 * const { init, update } = chain(transform.trace({ decay: 0.9 }), transform.scaleByLearningRate(0.5));
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.5, -1. ]
 */
export const chain = <S extends readonly unknown[]>(
  ...transforms: { readonly [K in keyof S]: Transform<S[K]> }
): Transform<S> => typed<(list: unknown) => Transform<S>>(inTurn)(transforms);

// A tuple of transforms cannot be folded over with the type of each state; here they are all unknown.
const inTurn = (transforms: readonly Transform<unknown>[]): Transform<readonly unknown[]> => ({
  init: (params) => transforms.map((each) => each.init(params)),
  update: (updates, states, params) => {
    let current = updates;
    const next = transforms.map((each, i) => {
      const state = states[i];
      if (state === undefined)
        throw new TreeError(`chain: a state of ${states.length} parts for ${transforms.length} transforms`);
      const [changed, after] = each.update(current, state, params);
      current = changed;
      return after;
    });
    return [current, next];
  },
});

/**
 * The parameters after their updates: leaf by leaf, p + u.
 *
 * @throws TreeError when the trees differ
 * @example
 * import { array } from "@gradfold/core";
 * import { applyUpdates } from "@gradfold/optim";
 * applyUpdates({ w: array([1, 2]) }, { w: array([0.5, -1]) }); // => { w: float64 [2] [1.5, 1. ] }
 */
export const applyUpdates = <P>(params: P, updates: NoInfer<P>): P => tree.map((p, u) => add(p, u), params, updates);
