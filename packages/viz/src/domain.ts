import { extent } from "./column.ts";
import type { Domain } from "./figure.ts";

/** Values closer together than this part of their size are drawn as one: tick labels could not tell them apart. */
const RESOLUTION = 1e-9;

/** Below this the arithmetic of ticks loses its digits. */
const TINY = 1e-290;

/** A domain with some air around the values; one that is not empty even when they are all equal. */
export const roomy = (values: readonly number[]): Domain => {
  const [low, high] = extent(values);
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (values.length === 0 || size < TINY) return [-1, 1];
  const air = high - low < RESOLUTION * size ? size / 10 : (high - low) / 25;
  return [low - air, high + air];
};

/**
 * The domain stretched to the values that are no further off than its own size: a line that shoots away from the data
 * must not squeeze them to a dot.
 */
export const stretched = ([low, high]: Domain, values: readonly number[]): Domain => {
  const size = high - low;
  return extent([low, high, ...values.filter((value) => value >= low - size && value <= high + size)]);
};

/** A domain for a logarithmic axis with air in proportion, kept inside the range of numbers. */
export const roomyLog = (values: readonly number[]): Domain => {
  const [low, high] = extent(values);
  const air = Math.exp((Math.log(high) - Math.log(low)) / 25);
  return [Math.max(low / air, Number.MIN_VALUE), Math.min(high * air, Number.MAX_VALUE)];
};
