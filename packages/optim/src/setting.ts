import { DomainError, DTypeError, type Key, type Scalar } from "@gradfold/core";
import { describe, optionsOf, typed } from "@gradfold/core/library";
import { isKey } from "./argument.ts";
import { isScalar } from "./form.ts";

/** What an option may be, in words and as a test, and what it is where it is left out. */
export interface Setting<A> {
  /** What `typeof` says of what it may be. */
  readonly type: string;
  readonly must: string;
  readonly holds: (x: unknown) => boolean;
  readonly isNeeded: boolean;
  readonly fallback: A | undefined;
}

/** By default it is what is given here; without that it is needed. */
type Kind<A> = (fallback?: A) => Setting<A>;

export const kind =
  <A>(must: string, holds: (x: unknown) => boolean, type = "object"): Kind<A> =>
  (fallback) => ({ type, must, holds, isNeeded: fallback === undefined, fallback });

const numeric = (must: string, holds: (x: number) => boolean): Kind<number> =>
  kind<number>(must, (x) => typeof x === "number" && holds(x), "number");

/** Decay rates: parts of what was there before. */
export const decay = numeric("from 0 to below 1", (x) => x >= 0 && x < 1);
/** Factors that make smaller, and leave something. */
export const shrinking = numeric("above 0 and below 1", (x) => x > 0 && x < 1);
export const fraction = numeric("from 0 to 1", (x) => x >= 0 && x <= 1);
export const finite = numeric("a finite number", Number.isFinite);
export const fromZero = numeric("a finite number from 0 on", (x) => x >= 0 && x < Infinity);
export const positive = numeric("a number above 0", (x) => x > 0);
export const finitePositive = numeric("a finite number above 0", (x) => x > 0 && x < Infinity);
export const count = numeric("a whole number from 1 on", (x) => Number.isSafeInteger(x) && x >= 1);
export const countFromZero = numeric("a whole number from 0 on", (x) => Number.isSafeInteger(x) && x >= 0);

export const flag = kind<boolean>("true or false", (x) => typeof x === "boolean");

/** One of a few words. */
export const oneOf = <A extends string>(...words: readonly A[]): Kind<A> =>
  kind<A>(words.map((word) => JSON.stringify(word)).join(" or "), (x) => words.some((word) => word === x), "string");

/** A number, or a scalar array. */
export const factor = kind<number | Scalar>(
  "a number or a scalar array",
  (x) => isScalar(x) && !Number.isNaN(x),
  "number",
);

export const randomKey = kind<Key>("a key, as random.key(seed) makes it", isKey);

/** What is looked at where it is used. */
export const anything = <A>(): Kind<A> => kind<A>("given", () => true);

/** What may be left out, and is undefined then. */
export const optional = <A>(setting: Setting<A>): Setting<A | undefined> => ({ ...setting, isNeeded: false });

/** What may be null, as it is by default. */
export const orNull = <A>(setting: Setting<A>, fallback: A | null = null): Setting<A | null> => ({
  ...setting,
  must: `${setting.must}, or null`,
  holds: (x) => x === null || setting.holds(x),
  isNeeded: false,
  fallback,
});

/** Throws unless an argument is as its setting says. */
export const check = <A>(name: string, what: string, { type, must, holds }: Setting<A>, x: unknown): void => {
  if (holds(x)) return;
  const words = `${name}: ${what} must be ${must}, not ${describe(x)}.`;
  throw typeof x === type ? new DomainError(words) : new DTypeError(words);
};

/** The settings of all options O of a function, or of some functions alike. */
export type Settings<O> = { readonly [K in keyof O]-?: Setting<O[K]> };

/** Reads the options of the function that is named. */
type Read<O> = (name: string, given: O | undefined) => Required<O>;

type Bag = Readonly<Record<string, unknown>>;

const door = typed<(name: string, given: unknown, defaults: Bag, needed?: readonly string[]) => Bag>(optionsOf);

/** Options are read through the one door, and then each that is not its default is looked at. */
export const settings = typed<<O extends object>(of: Settings<O>) => Read<O>>(
  (of: Readonly<Record<string, Setting<unknown>>>) => {
    const entries = Object.entries(of);
    const needed = entries.filter(([, { isNeeded }]) => isNeeded).map(([key]) => key);
    const optional = entries.filter(([, { isNeeded }]) => !isNeeded);
    const defaults: Bag = Object.fromEntries(optional.map(([key, { fallback }]) => [key, fallback]));
    const asked = needed.length === 0 ? undefined : needed;
    return (name: string, given: unknown): Bag => {
      const values = door(name, given, defaults, asked);
      if (values === defaults) return values;
      for (const [key, setting] of entries) if (values[key] !== defaults[key]) check(name, key, setting, values[key]);
      return values;
    };
  },
);
