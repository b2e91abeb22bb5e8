/* The door to fp-ts. */

export { type LazyArg, pipe } from "fp-ts/lib/function.js";
export type { Either, Left, Right } from "fp-ts/lib/Either.js";
export type { None, Option, Some } from "fp-ts/lib/Option.js";
export * as either from "./either.ts";
export * as option from "./option.ts";
