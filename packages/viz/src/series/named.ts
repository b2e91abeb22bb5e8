import { DomainError } from "@gradfold/core/library";
import { type Check, isArray, isList, isObject, type Place, refuse } from "../check.ts";

/** Something of a figure that has several of its kind. */
export interface Named<A> {
  readonly name: string;
  readonly value: A;
}

/** More lines than this cannot be told apart by colour and dash. */
const MOST = 16;

/** What stands under each name of an object, in its order: at least one and not too many. */
export const namedOf = <A>(
  op: string,
  noun: string,
  given: unknown,
  read: Check<A>,
): readonly [Named<A>, ...Named<A>[]] => {
  const place: Place = () => `${op}: ${noun}`;
  const words = `an object of ${noun} by name`;
  const object = isObject(given) && !isList(given) && !isArray(given) ? given : refuse(place, words, given);
  const entries = Object.entries(object);
  if (entries.length > MOST)
    throw new DomainError(`${op}: ${entries.length} ${noun} are too many to tell apart. Give at most ${MOST}.`);
  const [first, ...rest] = entries.map(([name, value]): Named<A> => ({
    name,
    value: read(value, () => `${place()}[${JSON.stringify(name.slice(0, 40))}]`),
  }));
  return first === undefined ? refuse(place, `${words}, with at least one`, given) : [first, ...rest];
};
