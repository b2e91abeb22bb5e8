import {
  add,
  div,
  dot,
  equal,
  greater,
  minimum,
  mul,
  type Scalar,
  sub,
  tree,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import type { LineSearchState } from "../line-search/state.ts";
import { zoomed } from "../line-search/zoom.ts";
import { anything, count, flag, optional, type Settings, settings } from "../setting.ts";
import { chained } from "../transform/chain.ts";
import { given } from "../transform/given.ts";
import { lengthOf } from "../transform/norm.ts";
import { scaled } from "../transform/scale.ts";
import { anyScalar, blank, like, listOf, type Part, recordOf, scalar } from "../transform/state.ts";
import { stateful, type Transform } from "../transform/transform.ts";

/** How parameters and gradient changed in one step, as vectors of all leaves, and one over their product, or 0. */
export interface Change {
  /** The step that the parameters took. */
  readonly params: Vector;
  /** By how much the gradient changed over it. */
  readonly gradient: Vector;
  /** One over the product of both; 0 for none. */
  readonly weight: Scalar;
}

export interface LbfgsState {
  /** How many steps were taken. */
  readonly count: Scalar;
  /** The parameters of the last step, all leaves in one vector. */
  readonly params: Vector;
  /** The gradient there, all leaves in one vector. */
  readonly gradient: Vector;
  /** The last one first; those of weight 0 are none. */
  readonly changes: readonly Change[];
}

export interface LbfgsMemory {
  /** How many steps are remembered; 10 by default. */
  readonly memorySize?: number;
  /** Whether the Hessian is taken for a multiple of the identity by the last step, and not for the identity; true. */
  readonly scaleInitPrecond?: boolean;
}

const memorySettings: Settings<LbfgsMemory> = { memorySize: count(10), scaleInitPrecond: flag(true) };

const readMemory = settings(memorySettings);

/** A vector of all leaves, in the dtype in which they meet. */
const flat: Part = (found, params) => {
  const leaves = tree.leaves(params);
  const size = leaves.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
  const isShort = leaves.length > 0 && leaves.every(({ dtype }) => dtype === "float32");
  return like(blank([size], isShort ? "float32" : "float64"))(found, params);
};

const change = recordOf({ params: flat, gradient: flat, weight: anyScalar });

/** The product of the inverse Hessian, as far as the changes tell it, with a vector: two loops. */
export const precondition = (gradient: Vector, changes: readonly Change[], scaling: Scalar | number): Vector => {
  const downward = changes.reduce<{ readonly q: Vector; readonly parts: readonly Scalar[] }>(
    ({ q, parts }, { params, gradient: change, weight }) => {
      const part = mul(dot(params, q), weight);
      return { q: sub(q, mul(change, part)), parts: [...parts, part] };
    },
    { q: gradient, parts: [] },
  );
  return changes.reduceRight<Vector>(
    (r, { params, gradient: change, weight }, i) =>
      add(r, mul(params, sub(downward.parts[i] ?? weight, mul(dot(change, r), weight)))),
    mul(downward.q, scaling),
  );
};

/**
 * The gradient times the inverse Hessian as the last steps tell it: what Newton's method does, without a Hessian.
 *
 * D. C. Liu, J. Nocedal, "On the limited memory BFGS method for large scale optimization", 1989. As in Optax, the first
 * step is one of length at most 1. A step along which the loss does not curve upwards (s·y ≤ 0) is forgotten, and the next
 * one is again of length at most 1: so the direction leads downhill. Optax forgets only s·y = 0, and after s·y < 0 its
 * direction may lead uphill.
 *
 * @throws DomainError when the memory is no whole number from 1 on
 * @example
 * import { array, transform } from "gradfold";
 * const { init, update } = transform.scaleByLbfgs();
 * const p = array([3, 4]);
 * update(array([6, 8]), init(p), p)[0]; // => float64 [2] [0.6, 0.8]
 */
export const scaleByLbfgs = (options?: LbfgsMemory): Transform<LbfgsState> =>
  byLbfgs("transform.scaleByLbfgs", readMemory("transform.scaleByLbfgs", options));

const byLbfgs = (name: string, { memorySize, scaleInitPrecond }: Required<LbfgsMemory>): Transform<LbfgsState> => {
  const parts = {
    count: scalar,
    params: flat,
    gradient: flat,
    changes: listOf(Array.from({ length: memorySize }, () => change)),
  };
  return stateful<LbfgsState>(name, parts, {
    init: (params) => {
      const [flat] = tree.ravel(params);
      const none = mul(flat, 0);
      const empty: Change = { params: none, gradient: none, weight: zeros([], { dtype: flat.dtype }) };
      return {
        count: zeros([]),
        params: none,
        gradient: none,
        changes: Array.from({ length: memorySize }, () => empty),
      };
    },
    update: (updates, state, params) => {
      const [[gradient, restore], [flat]] = [tree.ravel(updates), tree.ravel(params)];
      const isFirst = equal(state.count, 0);
      const change = { params: sub(flat, state.params), gradient: sub(gradient, state.gradient) };
      const curvature: Scalar = dot(change.params, change.gradient);
      const isKnown = greater(where(isFirst, 0, curvature), 0);
      const weight = where(isKnown, div(1, where(isKnown, curvature, 1)), 0);
      const changes = [{ ...change, weight }, ...state.changes.slice(0, -1)];
      const squared: Scalar = dot(change.gradient, change.gradient);
      const length = lengthOf(gradient);
      const cautious = minimum(div(1, where(equal(length, 0), 1, length)), 1);
      const scaling = where(isKnown, div(where(isKnown, curvature, 1), where(isKnown, squared, 1)), cautious);
      const direction = precondition(gradient, changes, scaleInitPrecond ? scaling : 1);
      return [restore(direction), { count: add(state.count, 1), params: flat, gradient, changes }];
    },
  });
};

export interface LbfgsOptions<S> extends LbfgsMemory {
  /** How far to go: `lineSearch.zoom()` by default. */
  readonly lineSearch?: Transform<S> | undefined;
}

const readLbfgs = settings<LbfgsOptions<unknown>>({
  ...memorySettings,
  lineSearch: optional(anything<Transform<unknown>>()()),
});

/**
 * The method of Broyden, Fletcher, Goldfarb and Shanno with limited memory: the direction of {@link scaleByLbfgs}, as far
 * as a line search by the conditions of Wolfe tells. For full batches.
 *
 * D. C. Liu, J. Nocedal, "On the limited memory BFGS method for large scale optimization", 1989. PyTorch's `LBFGS` is an
 * optimizer that calls the loss itself; here a step is one update, and the loss comes with `lossAndGrad`.
 *
 * @throws DomainError when an option is out of range, or the loss is missing
 * @example
 * import { array, lbfgs, square, sum, valueAndGrad } from "gradfold";
 * const lossAndGrad = valueAndGrad((p) => sum(square(p)));
 * const { init, update } = lbfgs();
 * const p = array([0.6, 0.8]);
 * update(lossAndGrad(p)[1], init(p), p, { lossAndGrad })[0]; // => float64 [2] [-0.6, -0.8]
 */
export const lbfgs = <S = LineSearchState>(
  options?: LbfgsOptions<S>,
): Transform<readonly [LbfgsState, null, S | LineSearchState]> => {
  const settings = readLbfgs("lbfgs", options);
  const search = options?.lineSearch;
  return chained<readonly [LbfgsState, null, S | LineSearchState]>(
    "lbfgs",
    byLbfgs("lbfgs", settings),
    scaled("lbfgs", -1),
    search === undefined ? zoomed("lbfgs") : given("lbfgs", "lineSearch", search),
  );
};
