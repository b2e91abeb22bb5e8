import { tree, TreeError } from "@gradfold/core";
import { typed } from "@gradfold/core/transform";
import type { Transform, Untyped } from "./transform.ts";

/** Nothing to train is a mistake; leaves that a mask took away are null, and no mistake. */
const checkParams = (name: string, params: unknown): void => {
  const isBare = ({ kind, ...rest }: tree.Structure): boolean =>
    kind !== "leaf" && kind !== "empty" && "children" in rest && rest.children.every(isBare);
  if (isBare(tree.structure(params))) throw new TreeError(`${name}: there are no parameters: the tree holds no array.`);
};

const inTurn = (
  name: string,
  transforms: readonly (readonly [string, Untyped])[],
  stateOf: (states: readonly unknown[]) => unknown,
  partOf: (state: unknown, key: string) => unknown,
): Untyped => ({
  init: (params) => {
    checkParams(name, params);
    return stateOf(transforms.map(([, each]) => each.init(params)));
  },
  update: (updates, state, params, extra) => {
    let current = updates;
    const next = transforms.map(([key, each]) => {
      const [changed, after] = each.update(current, partOf(state, key), params, extra);
      current = changed;
      return after;
    });
    return [current, stateOf(next)];
  },
});

type Chain = <S extends readonly unknown[]>(
  ...transforms: { readonly [K in keyof S]: Transform<S[K]> }
) => Transform<S>;

/**
 * Several transforms, one after another; the state is the tuple of theirs.
 *
 * @throws TreeError when there are no parameters
 * @example
 * import { array } from "@gradfold/core";
 * import { chain, transform } from "@gradfold/optim";
 * const { init, update } = chain(transform.trace({ decay: 0.9 }), transform.scaleByLearningRate(0.5));
 * const g = array([1, 2]);
 * update(g, init(g), g)[0]; // => float64 [2] [-0.5, -1. ]
 */
export const chain = typed<Chain>((...transforms: readonly Untyped[]) =>
  inTurn(
    "chain",
    transforms.map((each, i) => [String(i), each] as const),
    (states) => states,
    (state, key) => {
      const list = Array.isArray(state) ? (state as readonly unknown[]) : [];
      if (list.length !== transforms.length)
        throw new TreeError(`chain: a state of ${list.length} parts for ${transforms.length} transforms`);
      return list[Number(key)];
    },
  ),
);

type NamedChain = <S extends Readonly<Record<string, unknown>>>(transforms: {
  readonly [K in keyof S]: Transform<S[K]>;
}) => Transform<S>;

/**
 * Several transforms, one after another in the order of their keys' writing; the state is a record of theirs.
 *
 * @throws TreeError when there are no parameters, or a state lacks a part
 * @example
 * import { array } from "@gradfold/core";
 * import { namedChain, transform } from "@gradfold/optim";
 * const { init, update } = namedChain({ velocity: transform.trace({ decay: 0.9 }), step: transform.scale(-0.5) });
 * const g = array([1, 2]);
 * update(g, init(g), g)[1].velocity; // => { trace: float64 [2] [1, 2] }
 */
export const namedChain = typed<NamedChain>((transforms: Readonly<Record<string, Untyped>>) => {
  const entries = Object.entries(transforms);
  return inTurn(
    "namedChain",
    entries,
    (states) => Object.fromEntries(entries.map(([key], i) => [key, states[i]])),
    (state, key) => {
      const parts = typeof state === "object" && state !== null ? state : {};
      if (!Object.hasOwn(parts, key)) throw new TreeError(`namedChain: the state has no part "${key}"`);
      return (parts as Readonly<Record<string, unknown>>)[key];
    },
  );
});
