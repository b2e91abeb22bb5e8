import { extent } from "./column.ts";
import type { Domain } from "./figure.ts";

/** Values closer together than this part of their size are drawn as one: tick labels could not tell them apart. */
const RESOLUTION = 1e-9;

/** Sizes below this count as 0: parts of them have few bits left, or none. */
const LEAST = 1e-300;

const sizeOf = (low: number, high: number): number => Math.max(Math.abs(low), Math.abs(high));

const isOne = (low: number, high: number): boolean => low === high || high - low < RESOLUTION * sizeOf(low, high);

/** The domain with air on both sides, kept inside the range of numbers. */
const widened = (low: number, high: number, air: number): Domain => [
  Math.max(low - air, -Number.MAX_VALUE),
  Math.min(high + air, Number.MAX_VALUE),
];

/** A domain with air around the values, a part of their range; one that is not empty even when they are all equal. */
export const roomy = (values: readonly number[], part = 25): Domain => {
  const [low, high] = extent(values);
  const size = sizeOf(low, high);
  if (values.length === 0 || size < LEAST) return [-1, 1];
  return widened(low, high, isOne(low, high) ? size / 10 : high / part - low / part);
};

/** A domain from the first step to the last, without air; from a single step to the one that would follow. */
export const tight = (steps: readonly number[]): Domain => {
  if (steps.length === 0) return [0, 1];
  const [low, high] = extent(steps);
  if (!isOne(low, high)) return [low, high];
  const size = sizeOf(low, high);
  return size < 1e8 ? [low, low + 1] : widened(low, high, size / 10);
};

/**
 * The domain stretched to the values that are no further off than its own size: a line that shoots away from the data
 * must not squeeze them to a dot.
 */
export const stretched = ([low, high]: Domain, values: readonly number[]): Domain => {
  const size = high - low;
  const near = values.filter((value) => Number.isFinite(value) && value >= low - size && value <= high + size);
  return extent([low, high, ...near]);
};

/** A domain for a logarithmic axis with air in proportion, kept inside the range of numbers; a value by itself in the middle. */
export const roomyLog = (values: readonly number[]): Domain => {
  const [low, high] = extent(values);
  const air = isOne(low, high) ? 10 : Math.exp((Math.log(high) - Math.log(low)) / 25);
  return [Math.max(low / air, Number.MIN_VALUE), Math.min(high * air, Number.MAX_VALUE)];
};
