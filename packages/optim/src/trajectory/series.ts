/**
 * Adds a part to a sequence kept in parts, each longer than the next: an element is copied about log₂(n) times while a
 * sequence grows to n, and older versions stay as they are.
 */
export const grow = <T extends { readonly length: number }>(
  parts: readonly T[],
  part: T,
  join: (a: T, b: T) => T,
): readonly T[] => {
  const last = parts.at(-1);
  if (part.length === 0) return parts;
  if (last === undefined || last.length > part.length) return [...parts, part];
  return grow(parts.slice(0, -1), join(last, part), join);
};

export const lengthOf = (parts: readonly { readonly length: number }[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0);

/** The first of some values. */
export const firstOf = <A>(values: Iterable<A>): A | undefined => {
  for (const value of values) return value;
  return undefined;
};
