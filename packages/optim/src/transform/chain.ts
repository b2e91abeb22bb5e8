import { DomainError, DTypeError, mul, type Scalar, tree, TreeError } from "@gradfold/core";
import { describe, isList, isRecord, typed } from "@gradfold/core/library";
import { received } from "./updates.ts";
import { given } from "./given.ts";
import type { Transform, Untyped } from "./transform.ts";

/** Nothing to train is a mistake; leaves that a mask took away are null, and no mistake. */
const checkParams = (name: string, params: unknown): void => {
  const isBare = ({ kind, ...rest }: tree.Structure): boolean =>
    kind !== "leaf" && kind !== "empty" && "children" in rest && rest.children.every(isBare);
  if (isBare(tree.structure(params))) throw new TreeError(`${name}: there are no parameters: the tree holds no array.`);
};

/** Transforms in turn, each with a part of the state: how the parts are one, and how that comes apart again. */
interface Joint {
  readonly join: (states: readonly unknown[]) => unknown;
  readonly parts: (state: unknown) => readonly unknown[];
}

/** The learning rates of all that have one, multiplied. */
const rateInTurn = (transforms: readonly Untyped[], before: readonly unknown[], after: readonly unknown[]) =>
  transforms.reduce<Scalar | undefined>((so, { learningRate }, i) => {
    const rate = learningRate?.(before[i], after[i]);
    return so === undefined || rate === undefined ? (rate ?? so) : mul(so, rate);
  }, undefined);

const inTurn = (name: string, transforms: readonly Untyped[], { join, parts }: Joint): Untyped => ({
  reaches: transforms.at(-1)?.reaches ?? false,
  learningRate: (before, after) => rateInTurn(transforms, parts(before), parts(after)),
  init: (params) => {
    checkParams(name, params);
    return join(transforms.map((each) => each.init(params)));
  },
  update: (updates, state, params, extra) => {
    let current = received(name, "the updates", updates, params);
    // Of where the updates lead to only the last one can tell.
    let reached: unknown;
    const states = parts(state);
    const next = transforms.map((each, i) => {
      const [changed, after, found] = each.update(current, states[i], params, extra);
      [current, reached] = [changed, found];
      return after;
    });
    return reached === undefined ? [current, join(next)] : [current, join(next), reached];
  },
});

const inList = (name: string, transforms: readonly Untyped[]): Untyped =>
  inTurn(name, transforms, {
    join: (states) => states,
    parts: (state) => {
      if (isList(state) && state.length === transforms.length) return state;
      const found = isList(state) ? `a state of ${state.length} parts` : describe(state);
      throw new TreeError(`${name}: the state is of another optimizer: ${found} for ${transforms.length} transforms.`);
    },
  });

type Chained = <S extends readonly unknown[]>(
  name: string,
  ...transforms: { readonly [K in keyof S]: Transform<S[K]> }
) => Transform<S>;

/** {@link chain} by the name of the optimizer that it is. */
export const chained = typed<Chained>((name: string, ...transforms: readonly Untyped[]) => inList(name, transforms));

/**
 * Several transforms, one after another; the state is the tuple of theirs.
 *
 * @throws DTypeError for what is no transform; TreeError when there are no parameters, a state is another optimizer's, or
 *   a transform gives no updates like the parameters
 * @example
 * import { array, chain, transform } from "gradfold";
 * const { init, update } = chain(transform.trace({ decay: 0.9 }), transform.scaleByLearningRate(0.5));
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.5, -1. ]
 */
export const chain = typed<
  <S extends readonly unknown[]>(...transforms: { readonly [K in keyof S]: Transform<S[K]> }) => Transform<S>
>((...transforms: readonly unknown[]) =>
  inList(
    "chain",
    transforms.map((each, i) => given("chain", `transform ${i}`, each)),
  ),
);

/** A transform and its name. */
export type Entry = readonly [key: string, transform: Untyped];

export const givenByName = (name: string, transforms: unknown): readonly Entry[] => {
  if (!isRecord(transforms))
    throw new DTypeError(
      `${name}: transforms by name are needed, { first: …, second: … }, not ${describe(transforms)}.`,
    );
  return Object.entries(transforms).map(([key, each]) => [key, given(name, `transform "${key}"`, each)]);
};

/** Transforms in turn, whose states lie in a record by their names. */
export const inRecord = (name: string, transforms: readonly Entry[]): Untyped => {
  const keys = transforms.map(([key]) => key);
  return inTurn(
    name,
    transforms.map(([, each]) => each),
    {
      join: (states) => Object.fromEntries(keys.map((key, i) => [key, states[i]])),
      parts: (state) => {
        const record = isRecord(state) ? state : {};
        const missing = keys.find((key) => !Object.hasOwn(record, key));
        if (missing !== undefined) throw new TreeError(`${name}: the state has no part "${missing}".`);
        const strange = Object.keys(record).find((key) => !keys.includes(key));
        if (strange !== undefined) throw new TreeError(`${name}: the state's part "${strange}" is of no transform.`);
        return keys.map((key) => record[key]);
      },
    },
  );
};

/**
 * Several transforms, one after another in the order of their keys' writing; the state is a record of theirs.
 *
 * @throws DTypeError for what is no transform; DomainError for keys that are numbers, whose order JavaScript changes;
 *   TreeError when there are no parameters, a state lacks a part, or a transform gives no updates like the parameters
 * @example
 * import { array, namedChain, transform } from "gradfold";
 * const { init, update } = namedChain({ velocity: transform.trace({ decay: 0.9 }), step: transform.scale(-0.5) });
 * const g = array([1, 2]);
 * update(g, init(g), g)[1].velocity; // => { trace: float64 [2] [1, 2] }
 */
export const namedChain = typed<
  <S extends Readonly<Record<string, unknown>>>(transforms: {
    readonly [K in keyof S]: Transform<S[K]>;
  }) => Transform<S>
>((transforms: unknown) => {
  const entries = givenByName("namedChain", transforms);
  const index = entries.find(([key]) => /^(0|[1-9]\d*)$/.test(key));
  if (index !== undefined)
    throw new DomainError(
      `namedChain: "${index[0]}" is no name: JavaScript puts keys that are numbers first. Use chain.`,
    );
  return inRecord("namedChain", entries);
});
