/* The name space `option`: a value that may not be there, such as the step before the first. See `either.ts`. */
export {
  flatMap,
  fromNullable,
  getOrElse,
  isNone,
  isSome,
  map,
  match,
  none,
  some,
  toUndefined,
} from "fp-ts/lib/Option.js";
