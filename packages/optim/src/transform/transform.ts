import { add, cast, type Scalar } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { checkFloats } from "../argument.ts";
import { errorOf } from "../form.ts";
import { leafwise } from "./leafwise.ts";
import { none, type Part, type Parts, partsOf } from "./state.ts";
import type { For } from "./static.ts";
import { checkUpdates, received } from "./updates.ts";

/** What a loss is at some parameters: its value, its gradient, and what `lossAndGrad` gave beside them. */
export type Evaluated<P> = readonly [value: Scalar, gradient: P, beside?: unknown];

/** What some transforms need beside the gradient. `trainStep` gives it; who has no use for it takes no notice. */
export interface Extra<P> {
  /** The loss at the parameters. */
  readonly value?: Scalar;
  /** The gradient of the loss at the parameters, whatever transforms before have made of the updates. */
  readonly gradient?: P;
  /** What `lossAndGrad` gives at the parameters beside the loss and its gradient. */
  readonly beside?: unknown;
  /** Whether `update` may say as third result what the loss is where its updates lead. */
  readonly wantsReached?: boolean;
  /** The loss and its gradient at any parameters: for line searches, second derivatives and the like. */
  readonly lossAndGrad?: (params: P) => Evaluated<P>;
  readonly [name: string]: unknown;
}

/**
 * One step on the way from gradients to updates, as two pure functions. Optimizers are chains of transforms.
 *
 * S is the type of the state, written once with the marker {@link Params}: `Transform<{ velocity: Params }>`.
 */
export interface Transform<S> {
  // Methods, so that transforms of different states fit into one list of Transform<unknown>.
  /** The state at the start, for parameters. */
  init<P>(this: void, params: P): For<P, S>;
  // P comes from the updates and parameters: of a masked state it would be guessed wrongly.
  /**
   * The updates as the transform changes them, and the next state. A transform that has evaluated the loss at the very
   * parameters to which its updates lead gives what it is there as a third result, where `extra` says that it is wanted:
   * `trainStep` does not evaluate there again.
   */
  update<P>(
    this: void,
    updates: P,
    state: NoInfer<For<P, S>>,
    params: P,
    extra?: Extra<P>,
  ): readonly [updates: P, state: For<P, S>, reached?: Evaluated<P> | undefined];
  /** Whether the updates come with what the loss is where they lead, if that is wanted; a loop of steps asks before. */
  readonly reaches?: boolean;
  /**
   * What an update multiplied its direction by, told by the states before and after it. A transform that has no learning rate
   * has no such function, or one that gives undefined.
   */
  learningRate?<P>(this: void, before: For<P, S>, after: For<P, S>): Scalar | undefined;
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
  ): readonly [unknown, unknown, unknown?];
  readonly reaches?: boolean;
  learningRate?(this: void, before: unknown, after: unknown): Scalar | undefined;
}

const watched = (name: string, part: Part, { init, update, ...rest }: Untyped): Untyped => ({
  ...rest,
  init: (params) => {
    checkFloats(name, params);
    return init(params);
  },
  update: (updates, state, params, extra) => {
    const given = received(name, "the updates", updates, params);
    const clash = part(state, params);
    if (clash !== undefined)
      throw errorOf(
        clash,
        (at, found, wanted) =>
          `${name}: the state is of another optimizer or of other parameters: at ${at} is ${found}, not ${wanted}.`,
      );
    return update(given, state, params, extra ?? {});
  },
});

interface Stateful {
  <S>(name: string, parts: { readonly [K in keyof S]: Part }, body: Transform<S>): Transform<S>;
  (name: string, parts: Parts, body: Untyped): Untyped;
}

/**
 * A transform by the name that its errors bear, what its state is made of, and its two functions. These see updates in the
 * parameters' structure, shapes and dtypes, and states only if they are their own.
 */
export const stateful = typed<Stateful>((name: string, parts: Parts, body: Untyped) =>
  watched(name, partsOf(parts), body),
);

/** A transform without a state, by its name and its function of the updates and the parameters. */
export const stateless = typed<(name: string, f: <P>(updates: P, params: P, extra: Extra<P>) => P) => Transform<null>>(
  (name: string, f: (updates: unknown, params: unknown, extra: Extra<unknown>) => unknown) =>
    watched(name, none, {
      init: () => null,
      update: (updates, state, params, extra) => [f(updates, params, extra ?? {}), state],
    }),
);

/** {@link applyUpdates} by the name of whoever applies them; `what` says which updates they are. */
export const applied = <P>(name: string, what: string, params: P, updates: unknown): P => {
  checkUpdates(name, what, updates, params);
  return leafwise(
    (p, u) => {
      const sum = add(p, u);
      return [sum.dtype === p.dtype ? sum : cast(sum, p.dtype)];
    },
    params,
    updates as P, // which was looked at
  )[0];
};

/**
 * The parameters after their updates: leaf by leaf, p + u, in the parameter's dtype whatever that of the update is.
 *
 * @throws TreeError when the trees differ, ShapeError when two leaves do, with the path; DTypeError when a parameter is no
 *   float
 * @example
 * import { applyUpdates, array } from "gradfold";
 * applyUpdates({ w: array([1, 2]) }, { w: array([0.5, -1]) }); // => { w: float64 [2] [1.5, 1. ] }
 */
export const applyUpdates = <P>(params: P, updates: NoInfer<P>): P =>
  applied("applyUpdates", "the updates", params, updates);
