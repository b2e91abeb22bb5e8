/* The door to fp-ts. */

export { pipe } from "fp-ts/lib/function.js";
export type { Either } from "fp-ts/lib/Either.js";
export type { Option } from "fp-ts/lib/Option.js";
export * as either from "./either.ts";
export * as option from "./option.ts";
