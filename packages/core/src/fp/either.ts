/*
 * The name space `either`: what came of something that may fail for reasons outside the program.
 *
 * The files under fp-ts/lib load everywhere; the bare "fp-ts/Either" type-checks but dies in Node. They are CommonJS, of
 * which browsers' bundlers see single names but no name space: so the words that are used are named here.
 */
export { flatMap, getOrElse, isLeft, isRight, left, map, mapLeft, match, right } from "fp-ts/lib/Either.js";
