import {
  add,
  broadcastTo,
  div,
  greater,
  max,
  minimum,
  type NDArray,
  square,
  sqrt,
  tree,
  where,
  zeros,
} from "@gradfold/core";
import { chained } from "../transform/chain.ts";
import type { Rate } from "../schedule/schedule.ts";
import { decay, fromZero, settings } from "../setting.ts";
import { average } from "../transform/moment.ts";
import { leafwise } from "../transform/leafwise.ts";
import { byRate, type ScaleState } from "../transform/scale.ts";
import { blank, likeParams, perLeaf } from "../transform/state.ts";
import type { Params } from "../transform/static.ts";
import { stateful, type Transform } from "../transform/transform.ts";

export interface Sm3State {
  /** For each leaf, in the tree's order: the greatest sum of squares in every slice across each of its axes. */
  readonly accumulators: readonly (readonly NDArray[])[];
  /** The moving mean of updates. */
  readonly mu: Params;
}

export interface Sm3Options {
  /** How much of the mean of updates is kept; 0.9 by default. */
  readonly momentum?: number;
  /** 1e-8 by default. */
  readonly eps?: number;
}

/** The shape of a slice across one axis. */
const slab = (shape: readonly number[], axis: number): readonly number[] => shape.map((n, i) => (i === axis ? n : 1));

/** Leaves of fewer than two axes keep all their sums. */
const isSmall = ({ shape }: NDArray): boolean => shape.length < 2;

/** The shapes of the sums that are kept of a leaf. */
const keptShapes = (leaf: NDArray): readonly (readonly number[])[] =>
  isSmall(leaf) ? [leaf.shape] : leaf.shape.map((_, axis) => slab(leaf.shape, axis));

const read = settings<Sm3Options>({ momentum: decay(0.9), eps: fromZero(1e-8) });

const parts = {
  accumulators: perLeaf((p) => keptShapes(p).map((shape) => blank(shape, p.dtype))),
  mu: likeParams,
};

/**
 * The moving mean of g / √(s + eps), and 0 where s is 0, for sums s of squares of which only the greatest in each row and
 * column are kept: memory of the sizes' sum, not their product.
 *
 * R. Anil et al., "Memory-efficient adaptive optimization", NeurIPS 2019.
 *
 * @throws DomainError when an option is out of range
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleBySm3({ momentum: 0 });
 * const g = array([[3, 0], [0, -4]]);
 * update(g, init(g), g)[0]; // => float64 [2, 2] [[ 1., 0.], [ 0., -1.]]
 */
export const scaleBySm3 = (options?: Sm3Options): Transform<Sm3State> =>
  bySm3("transform.scaleBySm3", read("transform.scaleBySm3", options));

const bySm3 = (name: string, { momentum, eps }: Required<Sm3Options>): Transform<Sm3State> =>
  stateful<Sm3State>(name, parts, {
    init: (params) => ({
      accumulators: tree.leaves(params).map((p) => keptShapes(p).map((shape) => zeros(shape, { dtype: p.dtype }))),
      mu: tree.zerosLike(params),
    }),
    update: (updates, state) => {
      const sums = tree.leaves(updates).map((g, i): NDArray => {
        const bounds = (state.accumulators[i] ?? []).map((each) => broadcastTo(each, g.shape));
        return add(
          square(g),
          bounds.reduce((a, b) => minimum(a, b)),
        );
      });
      const accumulators = sums.map((s): readonly NDArray[] =>
        isSmall(s)
          ? [s]
          : s.shape.map((_, axis) =>
              max(
                s,
                s.shape.map((_, i) => i).filter((i) => i !== axis),
                { keepDims: true },
              ),
            ),
      );
      const { structure } = tree.flatten(updates);
      const [mu] = leafwise(
        (g, s, m) => {
          const isAny = greater(s, 0);
          return [average(momentum, where(isAny, div(g, sqrt(add(where(isAny, s, 1), eps))), 0), m)];
        },
        updates,
        tree.unflatten(structure, sums),
        state.mu,
      );
      return [mu, { accumulators, mu }];
    },
  });

/**
 * Adagrad in little memory, with momentum ({@link scaleBySm3}).
 *
 * R. Anil et al., "Memory-efficient adaptive optimization", NeurIPS 2019.
 *
 * @param learningRate - η: a number, a scalar array or a schedule
 * @throws DomainError when the rate or an option is out of range
 * @example
 * import { array, sm3 } from "gradfold";
 * const { init, update } = sm3(0.5, { momentum: 0 });
 * const g = array([[3, 0], [0, -4]]);
 * update(g, init(g), g)[0]; // => float64 [2, 2] [[-0.5, -0. ], [-0. , 0.5]]
 */
export const sm3 = (learningRate: Rate, options?: Sm3Options): Transform<readonly [Sm3State, ScaleState]> =>
  chained("sm3", bySm3("sm3", read("sm3", options)), byRate("sm3", learningRate));
