import { attempt, DomainError, either, orThrow, describe, isForeign, isNDArray, nearest } from "@gradfold/core/library";

/** Where a value stands, beginning with the public name: asked only when something is wrong there. */
export type Place = () => string;

/** What comes in, as plain data of our own; throws a DomainError that names the place. */
export type Check<A> = (value: unknown, place: Place) => A;

/** More values than this are not taken: the memory for drawing them would run out. */
const MOST = 10_000_000;

export const refuse = (place: Place, expected: string, value: unknown, hint = ""): never => {
  throw new DomainError(`${place()} is not ${expected}: ${describe(value)}.${hint === "" ? "" : ` ${hint}`}`);
};

/**
 * What `read` gives. Getters and proxies among the caller's data run while they are read, and may throw anything: that
 * comes out as a typed error as well.
 */
export const reading = <const A>(op: string, read: () => A, doing = "reading what was given"): A => {
  const guarded = () => {
    try {
      return attempt(read);
    } catch (cause) {
      return either.left(new DomainError(`${op}: ${doing} threw an error: see its cause.`, { cause }));
    }
  };
  return orThrow(guarded());
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Whether something is an array of gradfold's, of any copy. */
export const isArray = (value: unknown): boolean => isNDArray(value) || isForeign(value);

/** Whether something is an array or a typed array, or like one that is not empty: of any realm. */
export const isList = (value: unknown): value is ArrayLike<unknown> => {
  if (Array.isArray(value)) return true;
  if (!isObject(value)) return false;
  const { length } = value;
  return Number.isInteger(length) && (ArrayBuffer.isView(value) || (Number(length) > 0 && 0 in value));
};

/** The list, unless it is too long. */
export const bounded = (list: ArrayLike<unknown>, place: Place): ArrayLike<unknown> => {
  const { length } = list;
  if (length <= MOST) return list;
  throw new DomainError(`${place()} is too long to draw: ${length} is more than ${MOST}. Give every tenth, say.`);
};

/** The elements, read by their indices: holes are undefined, and no iterator of the caller's runs. */
export const elements = <A>(list: ArrayLike<unknown>, place: Place, read: Check<A>): readonly A[] => {
  const { length } = bounded(list, place);
  // A loop, and one place for all: this runs for millions of numbers.
  const made: A[] = [];
  const at: Place = () => `${place()}[${made.length}]`;
  for (let i = 0; i < length; i++) made.push(read(list[i], at));
  return made;
};

export const listOf =
  <A>(check: Check<A>): Check<readonly A[]> =>
  (value, place) =>
    elements(isList(value) ? value : refuse(place, "a list", value), place, check);

export const text: Check<string> = (value, place) =>
  typeof value === "string" ? value : refuse(place, "a string", value);

export const bool: Check<boolean> = (value, place) =>
  typeof value === "boolean" ? value : refuse(place, "true or false", value);

export const number: Check<number> = (value, place) =>
  typeof value === "number" ? value : refuse(place, "a number", value);

export const finite: Check<number> = (value, place) =>
  typeof value === "number" && Number.isFinite(value) ? value : refuse(place, "a finite number", value);

/** A number in a range, both ends included. */
export const between =
  (low: number, high: number, unit: string, hint = ""): Check<number> =>
  (value, place) =>
    typeof value === "number" && value >= low && value <= high
      ? value
      : refuse(place, `from ${low} to ${high} ${unit}`, value, hint);

export const oneOf =
  <A extends string>(...names: readonly A[]): Check<A> =>
  (value, place) =>
    names.find((name) => name === value) ??
    refuse(place, names.map((name) => JSON.stringify(name)).join(" or "), value);

/** Two of the same. */
export const pair =
  <A>(check: Check<A>, words: string): Check<readonly [A, A]> =>
  (value, place) => {
    if (!isList(value) || value.length !== 2) return refuse(place, words, value);
    return [check(value[0], () => `${place()}[0]`), check(value[1], () => `${place()}[1]`)];
  };

export const optional =
  <A>(check: Check<A>): Check<A | undefined> =>
  (value, place) =>
    value === undefined ? undefined : check(value, place);

export type Checks<T> = { readonly [Key in keyof T]-?: Check<T[Key]> };

/** The fields that the checks name, as a new object; a field of undefined is left out. */
export const fields = <T extends object>(
  checks: Checks<T>,
  given: Readonly<Record<string, unknown>>,
  placeOf: (name: string) => string,
): T => {
  const checked = Object.entries<Check<unknown>>(checks)
    .map(([name, check]) => [name, check(given[name], () => placeOf(name))] as const)
    .filter(([, field]) => field !== undefined);
  // The one cast: each field is what its check gives.
  return Object.fromEntries(checked) as T;
};

/** An object with these fields and no others. */
export const record =
  <T extends object>(checks: Checks<T>): Check<T> =>
  (value, place) => {
    const given = isObject(value) ? value : refuse(place, "an object", value);
    const names = Object.keys(checks);
    const unknown = Object.keys(given).find((name) => !names.includes(name));
    if (unknown === undefined) return fields(checks, given, (name) => `${place()}.${name}`);
    const meant = nearest(unknown, names);
    throw new DomainError(
      `${place()} has no ${unknown.slice(0, 40)}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
    );
  };
