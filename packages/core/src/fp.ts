/* The door to fp-ts. The bare "fp-ts/Either" type-checks but dies in Node; the files under lib work everywhere. */

export { pipe } from "fp-ts/lib/function.js";
export type { Either } from "fp-ts/lib/Either.js";
export type { Option } from "fp-ts/lib/Option.js";
export * as either from "fp-ts/lib/Either.js";
export * as option from "fp-ts/lib/Option.js";
