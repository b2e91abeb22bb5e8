import { isNDArray } from "../array/array.ts";
import { DTypeError } from "../error/error.ts";

/* Calls that NumPy's users write, refused in the words of static/apart.ts: what is meant as a list comes one by one. */

const isNumber = (x: unknown): x is number => typeof x === "number";

/**
 * What is said of numbers that come one by one.
 *
 * @param given - all of them; others among them are left out
 * @param before - what comes before the list
 */
export const apart = (name: string, what: string, given: readonly unknown[], before = "x, "): DTypeError =>
  new DTypeError(`${name}: the ${what} come as a list: ${name}(${before}[${given.filter(isNumber).join(", ")}])`);

/** The same of sizes before a value: the last one is taken to be it. */
export const apartFromValue = (name: string, given: readonly unknown[]): DTypeError => {
  const numbers = given.filter(isNumber);
  const [sizes, value] = numbers.length > 1 ? [numbers.slice(0, -1), numbers.at(-1)] : [numbers, 0];
  return new DTypeError(`${name}: the sizes come as a list: ${name}([${sizes.join(", ")}], ${value})`);
};

/** Throws where arrays come one by one. */
export const checkTogether = (name: string, given: unknown, call: string): void => {
  if (isNDArray(given)) throw new DTypeError(`${name}: the arrays come as a list: ${call}`);
};
