import { extent } from "../column.ts";
import { numberText } from "../number.ts";
import { axis } from "../ticks.ts";
import { isTooFine } from "./island.ts";
import { type Samples, shownOf } from "./surface.ts";

/** Which isolines a surface has. */
export interface Levels {
  /**
   * The surface's heights, or the roots of how far they are above the base, where the levels are spaced by logarithms:
   * beside a valley the roots are about straight, so that isolines between them are smooth. Null is no height.
   */
  readonly values: readonly (number | null)[];
  /** Where among the values the isolines are, from the lowest on. */
  readonly thresholds: readonly number[];
  /** What stands for each. */
  readonly texts: readonly string[];
  /** What the texts are counted from: zero, or the lowest height. */
  readonly base: number;
  /** Whether they are spaced by their logarithms. */
  readonly isLog: boolean;
}

/** About so many isolines show a form, and do not crowd. */
const COUNT = 10;

/**
 * Where the lowest tenth of the picture lies within this part of the range, even levels would leave the valley bare. Where
 * logarithms can only be taken of how far a loss is above the lowest, which is harder to read, it has to be a smaller part.
 */
const STEEP = { zero: 1 / 30, lowest: 1 / 100 };

/** Powers of ten further below the highest level than this are floating-point noise around a minimum. */
const DECADES = 12;

/** Round values at least as high as `low` and at most `high`, about so many, evenly spaced by their logarithms. */
const roundLogs = (low: number, high: number): readonly number[] => {
  const first = Math.floor(Math.log10(low));
  const last = Math.floor(Math.log10(high));
  const digits = last - first <= 3 ? [1, 2, 5] : last - first <= 5 ? [1, 3] : [1];
  const every = Math.max(1, Math.ceil((last - first) / COUNT));
  return Array.from({ length: last - first + 1 }, (_, i) => last - i)
    .filter((_, i) => i % every === 0)
    .toReversed()
    .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
    .filter((value) => value >= low && value < high);
};

/** Round values inside a range, evenly spaced. */
const roundSteps = (low: number, high: number): readonly number[] =>
  axis({ label: "", scale: "linear", domain: [low, high], minStep: 0 }, COUNT)
    .ticks.map(({ value }) => value)
    .filter((value) => value > low && value < high);

/** The levels that show the form of a surface: round, spaced by their logarithms where it asks for that. */
export const levelsOf = (samples: Samples): Levels => {
  const finite = shownOf(samples)
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  // Without a finite height there is a ground where there is any, and no isoline.
  const [low, high] = finite.length === 0 ? [0, 0] : extent(finite);
  const base = low >= 0 && low <= high / 100 ? 0 : low;
  // In halves, since the distance of two heights may be beyond the numbers.
  const range = high / 2 - base / 2;
  const tenth = (finite[Math.floor(finite.length / 10)] ?? NaN) / 2 - base / 2;
  const isLog = range > 0 && tenth < range * (base === 0 ? STEEP.zero : STEEP.lowest);
  const bounded = samples.values.map((value) => (Number.isNaN(value) ? NaN : Math.min(Math.max(value, low), high)));
  const excess = isLog ? bounded.map((value) => Math.min(value - base, Number.MAX_VALUE)) : bounded;
  const least = isLog ? leastOf(excess) : low;
  const most = isLog ? Math.min(high - base, Number.MAX_VALUE) : high;
  const round = range > 0 ? (isLog ? roundLogs(least, most) : roundSteps(low, high)) : [];
  const whole = round.filter((level) => !isTooFine({ ...samples, values: excess }, level));
  const chosen = whole.length > 0 ? whole : round;
  const scaled = (value: number): number => (isLog ? Math.sqrt(Math.max(value, 0)) : value);
  return {
    values: excess.map((value) => (Number.isNaN(value) ? null : scaled(value))),
    thresholds: chosen.map(scaled),
    texts: chosen.map((level) => numberText(level, 3)),
    base: isLog ? base : 0,
    isLog,
  };
};

/** The least of the heights above zero that is more than rounding. */
const leastOf = (excess: readonly number[]): number => {
  const positive = excess.filter((value) => value > 0 && Number.isFinite(value));
  const [least, most] = extent(positive);
  return Math.max(least, most / Number(`1e${DECADES}`), Number.MIN_VALUE);
};
