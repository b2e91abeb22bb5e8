/*
 * What a value is, whichever realm it was made in: another window, worker or `vm` context has built-in objects of its own,
 * and so have tests under Jest or jsdom. So nothing that comes from outside is asked for its class.
 */

/** The kind of a built-in object: `Float64Array`, `ArrayBuffer`, `RangeError` is an `Error`; `Object` for most others. */
export const kindOf = (x: unknown): string => Object.prototype.toString.call(x).slice("[object ".length, -1);

/** Whether something is a plain object, such as a literal: a node of trees. */
export const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => {
  if (typeof x !== "object" || x === null) return false;
  const parent: unknown = Object.getPrototypeOf(x);
  if (parent === Object.prototype || parent === null) return true;
  // The prototype of another realm's literals has none itself, as ours.
  return typeof parent === "object" && Object.getPrototypeOf(parent) === null && Object.hasOwn(parent, "isPrototypeOf");
};

/** Whether something is a list, which nobody here writes to. */
export const isList = (x: unknown): x is readonly unknown[] => Array.isArray(x);

/** Whether something is an error of a name, such as `RangeError`. */
export const isErrorOf = (x: unknown, name: string): boolean =>
  kindOf(x) === "Error" && typeof x === "object" && x !== null && "name" in x && x.name === name;

/** Text as it would stand in a program, cut where it is long. */
export const inQuotes = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
