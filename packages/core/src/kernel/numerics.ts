/**
 * The version of the numbers' definition, docs/numbers.md: it changes whenever any result of any operation does.
 *
 * @example
 * import { numerics } from "gradfold";
 * numerics; // => 3
 */
export const numerics = 3;
