import leven from "leven";
import { describe } from "../array/description.ts";
import { DomainError, DTypeError } from "../error/error.ts";
import { inQuotes, isRecord } from "../error/plain.ts";
import { typed } from "../static/door.ts";

/* The one door for options: every public function that takes some reads them here. */

/** What options are once they are read: an option without a default may be undefined. */
type Settled<O extends object, D, N extends keyof O> = {
  readonly [K in keyof O]-?: K extends N
    ? O[K]
    : K extends keyof D
      ? undefined extends D[K]
        ? O[K] | undefined
        : O[K]
      : never;
};

/** Every option that may be left out, with its default; undefined where it has none. */
type Defaults<O extends object, N extends keyof O> = { readonly [K in Exclude<keyof O, N>]-?: O[K] | undefined };

export interface OptionsOf {
  /** Options with their defaults. */
  <O extends object, const D extends Defaults<O, never>>(
    name: string,
    given: O | undefined,
    defaults: D,
  ): Settled<O, D, never>;
  /** Options with their defaults, some of which are needed. */
  <O extends object, const N extends keyof O & string, const D extends Defaults<O, N>>(
    name: string,
    given: O,
    defaults: D,
    needed: readonly N[],
  ): Settled<O, D, N>;
}

type Bag = Readonly<Record<string, unknown>>;

const none: readonly string[] = [];

/**
 * The options of a public function. What is left out, or undefined, has its default; without options these are
 * `defaults` itself, so that such a call costs a comparison. Where a default is true or false, so is the option.
 *
 * @param needed - the names of options that may not be left out
 * @throws DTypeError for what is no plain object, and another value where true or false is meant; DomainError for an
 * option that there is not, naming the nearest, and one that is needed and missing
 */
export const optionsOf = typed<OptionsOf>(
  (name: string, given: unknown, defaults: Bag, needed: readonly string[] = none): Bag =>
    given === undefined && needed === none ? defaults : read(name, given === undefined ? {} : given, defaults, needed),
);

/** The same for a family of functions, whose defaults are a parameter and leave none out. */
export const completed: <D extends object>(name: string, given: Partial<D> | undefined, defaults: D) => D =
  typed(optionsOf);

const read = (name: string, given: unknown, defaults: Bag, needed: readonly string[]): Bag => {
  const known = [...needed, ...Object.keys(defaults)];
  if (!isRecord(given))
    throw new DTypeError(
      `${name}: options are an object such as ${example(defaults, needed)}, not ${describe(given)}.`,
    );
  const settled: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given)) {
    if (!known.includes(key)) throw unknownOption(name, key, known);
    if (value === undefined) continue;
    if (typeof defaults[key] === "boolean" && typeof value !== "boolean")
      throw new DTypeError(`${name}: ${key} is true or false, not ${describe(value)}.`);
    settled[key] = value;
  }
  const missing = needed.find((key) => settled[key] === undefined);
  if (missing !== undefined) throw new DomainError(`${name}: the option ${missing} is needed.`);
  return settled;
};

const example = (defaults: Bag, needed: readonly string[]): string => {
  const [key = "", value] = needed[0] === undefined ? (Object.entries(defaults)[0] ?? []) : [needed[0]];
  const shown = typeof value === "boolean" ? !value : JSON.stringify(value);
  return `{ ${key}: ${shown ?? "…"} }`;
};

const unknownOption = (name: string, key: string, known: readonly string[]): DomainError => {
  const meant = nearest(key, known);
  const list = known.length === 1 ? `Its one option is ${known[0]}.` : `Its options are ${known.join(", ")}.`;
  const hint = meant === undefined ? (known.length === 0 ? "It takes none." : list) : `Did you mean ${meant}?`;
  return new DomainError(`${name}: there is no option ${/^\w{1,40}$/.test(key) ? key : inQuotes(key)}. ${hint}`);
};

/** The letters of a name, without case and underscores: as other libraries may write it. */
const letters = (name: string): string =>
  name
    .slice(0, 40)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "");

/** Whether all letters of one word stand in another, in order. */
const isWithin = (short: string, long: string): boolean => {
  let found = 0;
  for (const letter of long) if (letter === short[found]) found += 1;
  return found === short.length;
};

/** How unlike two names are: 0 for the same letters; from 1 on nobody would take one for the other. */
const distance = (a: string, b: string): number => {
  const [short = "", long = ""] = [letters(a), letters(b)].toSorted((x, y) => x.length - y.length);
  if (short.length < 2) return short === long ? 0 : 1;
  const changed = (2 * leven(short, long)) / (long.length + 1);
  const part = short.length > 2 && long.includes(short) ? 0.6 : short[0] === long[0] && isWithin(short, long) ? 0.9 : 1;
  return Math.min(changed, part);
};

/** Which of several names is most like another one; undefined where none is like it. */
export const nearest = (name: string, candidates: readonly string[]): string | undefined => {
  const [first] = candidates
    .map((candidate) => ({ candidate, far: distance(name, candidate) }))
    .toSorted((a, b) => a.far - b.far);
  return first !== undefined && first.far < 1 ? first.candidate : undefined;
};
