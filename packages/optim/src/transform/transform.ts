import { add, type Scalar } from "@gradfold/core";
import { leafwise } from "./leafwise.ts";
import type { For } from "./static.ts";

/** What some transforms need beside the gradient. `trainStep` gives it; who has no use for it takes no notice. */
export interface Extra<P> {
  /** The loss at the parameters. */
  readonly value?: Scalar;
  /** The loss and its gradient at any parameters: for line searches, second derivatives and the like. */
  readonly lossAndGrad?: (params: P) => readonly [value: Scalar, gradient: P];
  readonly [name: string]: unknown;
}

/**
 * One step on the way from gradients to updates, as two pure functions. Optimizers are chains of transforms.
 *
 * S is the type of the state, written once with the marker {@link Params}: `Transform<{ velocity: Params }>`.
 */
export interface Transform<S> {
  // Methods, so that transforms of different states fit into one list of Transform<unknown>.
  init<P>(this: void, params: P): For<P, S>;
  // P comes from the updates and parameters: of a masked state it would be guessed wrongly.
  update<P>(
    this: void,
    updates: P,
    state: NoInfer<For<P, S>>,
    params: P,
    extra?: Extra<P>,
  ): readonly [updates: P, state: For<P, S>];
}

/** A transform of which nothing is known: what combinators work with inside, where a type of states cannot be folded over. */
export interface Untyped {
  init(this: void, params: unknown): unknown;
  update(
    this: void,
    updates: unknown,
    state: unknown,
    params: unknown,
    extra?: Extra<unknown>,
  ): readonly [unknown, unknown];
}

/** A transform without a state, by its function of the updates and the parameters. */
export const stateless = (f: <P>(updates: P, params: P, extra: Extra<P>) => P): Transform<null> => ({
  init: () => null,
  update: (updates, state, params, extra = {}) => [f(updates, params, extra), state],
});

/**
 * The parameters after their updates: leaf by leaf, p + u.
 *
 * @throws TreeError when the trees differ, ShapeError when two leaves do, with the path
 * @example
 * import { array } from "@gradfold/core";
 * import { applyUpdates } from "@gradfold/optim";
 * applyUpdates({ w: array([1, 2]) }, { w: array([0.5, -1]) }); // => { w: float64 [2] [1.5, 1. ] }
 */
export const applyUpdates = <P>(params: P, updates: NoInfer<P>): P =>
  leafwise((p, u) => [add(p, u)], params, updates)[0];
