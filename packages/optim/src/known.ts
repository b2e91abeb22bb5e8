import { isList, pairOf } from "@gradfold/core/library";

/** What a step or an update gave: two things, and a list of what is known of the place behind it, if it tells. */
export const withKnown = (
  name: string,
  rule: string,
  given: unknown,
): readonly [first: unknown, second: unknown, known: readonly unknown[] | undefined] => {
  const known: unknown = isList(given) && given.length === 3 ? given[2] : undefined;
  if (isList(given) && isList(known)) return [given[0], given[1], known];
  return [...pairOf(name, rule, given), undefined];
};
