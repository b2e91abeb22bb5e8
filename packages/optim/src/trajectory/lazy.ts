import { typed } from "@gradfold/core/library";

const makersOf: unique symbol = Symbol("makers");

type Makers = Readonly<Record<string, () => unknown>>;

interface Lazily<Names extends string> {
  <M extends Readonly<Record<Names, () => unknown>>, Plain extends object>(
    makers: M,
    plain: Plain,
  ): Plain & { readonly [N in keyof M]: ReturnType<M[N]> };
}

/** What has a symbol for its name is for this package alone, and not for who prints or copies an object. */
const unlisted = { enumerable: false };

/**
 * Frozen objects with properties that are made when they are asked for. The accessors are inherited: with accessors of its own
 * each object would have a hidden class, which outlives it and keeps alive all that the accessors refer to.
 */
export const lazily = <Names extends string>(...names: readonly Names[]): Lazily<Names> => {
  const inherited = {};
  for (const name of names)
    Object.defineProperty(inherited, name, {
      get(this: { readonly [makersOf]: Makers }) {
        return this[makersOf][name]?.();
      },
    });
  return typed<Lazily<Names>>((makers: Makers, plain: object) => {
    const made = Object.assign(Object.create(inherited) as object, plain, { [makersOf]: makers });
    for (const symbol of Object.getOwnPropertySymbols(made)) Object.defineProperty(made, symbol, unlisted);
    return Object.freeze(made);
  });
};
