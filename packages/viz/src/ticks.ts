import type { Axis, Domain, Tick } from "./figure.ts";
import { TEXT, textWidth } from "./label.ts";
import { scientific, signed } from "./number.ts";

/** An axis before its ticks are chosen. */
export interface AxisDraft extends Omit<Axis, "ticks"> {
  /** The least distance of two ticks: 1 where only whole numbers mean anything. */
  readonly minStep: number;
}

/** The least of 1, 2, 5 times a power of ten that is not below the value. */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5].map((digit) => digit * power).find((step) => step >= value * (1 - 1e-9)) ?? 10 * power;
};

/** About `count` round values across the domain, no closer than `minStep`. */
const linearTicks = ([low, high]: Domain, count: number, minStep: number): readonly Tick[] => {
  const step = Math.max(minStep, roundUp((high - low) / count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const values = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  const size = Math.max(Math.abs(low), Math.abs(high));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const digits = Math.max(1, Math.floor(Math.log10(size)) - Math.floor(Math.log10(step) + 1e-9) + 1);
  const fixed = values.map((value) => signed(value.toFixed(Math.min(decimals, 100))));
  const powers = values.map((value) => (value === 0 ? "0" : scientific(value, digits)));
  const isPlain = (size < 1e6 && decimals <= 4) || (size < 1e12 && longest(fixed) < longest(powers));
  return values.map((value, i) => ({ value, text: (value === 0 ? "0" : (isPlain ? fixed : powers)[i]) ?? "" }));
};

const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));

/** Powers of ten across the domain, at most about `count`; with their doubles and fives when there are few. */
const logTicks = ([low, high]: Domain, count: number): readonly Tick[] => {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, roundUp((last - first + 1) / count));
  const digits = last - first < 2 ? [1, 2, 5] : [1];
  const short = low >= 1e-3 && high < 1e5;
  return (
    Array.from({ length: last - first + 2 }, (_, i) => first - 1 + i)
      .filter((power) => digits.length > 1 || power % every === 0)
      // Not 10 ** power: that is a little off for some powers, and a golden picture should not hang on it.
      .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
      .filter((value) => value >= low && value <= high)
      .map((value) => ({ value, text: short ? String(value) : scientific(value, 1) }))
  );
};

/** The axis with about `count` ticks, or fewer if their texts would be wider than `room` pixels together. */
export const axis = (draft: AxisDraft, count: number, room = Infinity): Axis => {
  const { label, scale, domain, minStep } = draft;
  const ticks = scale === "log" ? logTicks(domain, count) : linearTicks(domain, count, minStep);
  const width = ticks.reduce((sum, tick) => sum + textWidth(tick.text, TEXT) + TEXT, 0);
  return width > room && count > 1 ? axis(draft, count - 1, room) : { label, scale, domain, ticks };
};
