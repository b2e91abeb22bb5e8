/**
 * The version of the numbers' definition, docs/numbers.md: it changes whenever any result of any operation does.
 *
 * @example
 * import { numerics } from "@gradfold/core";
 * numerics; // => 2
 */
export const numerics = 2;
