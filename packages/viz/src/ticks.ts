import type { Axis, Domain, Tick } from "./figure.ts";
import { TEXT, textWidth } from "./label.ts";
import { scientific, signed } from "./number.ts";

/** An axis before its ticks are chosen. */
export interface AxisDraft extends Omit<Axis, "ticks"> {
  /** The least distance of two ticks, where two fit: 1 where only whole numbers mean anything. */
  readonly minStep: number;
  /** Ticks that stand for names: of these it has as many as there is room for, and no others. */
  readonly ticks?: readonly Tick[];
}

/** 1, 2 or 5 times a power of ten, in decimal, since few of its multiples are doubles. */
interface Step {
  readonly digit: number;
  readonly exponent: number;
}

/** A number of steps from zero: the nearest double. */
const multiple = ({ digit, exponent }: Step, times: number): number => Number(`${times * digit}e${exponent}`);

/** The least step that is not below the value. */
const roundUp = (value: number): Step => {
  const exponent = Math.floor(Math.log10(value));
  const steps = [1, 2, 5].map((digit) => ({ digit, exponent }));
  return steps.find((step) => multiple(step, 1) >= value * (1 - 1e-9)) ?? { digit: 1, exponent: exponent + 1 };
};

/** How many steps the value is from zero. A step among the least of all doubles has too few digits, and is lifted. */
const stepsTo = (value: number, { digit, exponent }: Step): number => {
  const lift = exponent < -280 ? 200 : 0;
  return (value * Number(`1e${lift}`)) / multiple({ digit, exponent: exponent + lift }, 1);
};

/** About `count` round values across the domain, no closer than `minStep`; none where the numbers have no room for them. */
const linearTicks = ([low, high]: Domain, count: number, minStep: number): readonly Tick[] => {
  const wanted = high / count - low / count;
  if (wanted === 0) return [];
  const step = wanted < minStep ? { digit: minStep, exponent: 0 } : roundUp(wanted);
  const first = Math.ceil(stepsTo(low, step) - 1e-9);
  const last = Math.floor(stepsTo(high, step) + 1e-9);
  const size = Math.max(Math.abs(low), Math.abs(high));
  const decimals = Math.max(0, -step.exponent);
  const digits = Math.min(Math.max(1, Math.floor(Math.log10(size)) - step.exponent + 1), 17);
  const rounds = Array.from({ length: last - first + 1 }, (_, i) => multiple(step, first + i));
  // A round value just beyond an end stands at the end; zero is written as such wherever it stands.
  const places = rounds
    .map((round) => ({ round, value: Math.min(Math.max(round, low), high) }))
    .filter(({ value }, i, all) => value !== all[i - 1]?.value);
  const fixed = places.map(({ value }) => signed(value.toFixed(Math.min(decimals, 100))));
  const powers = places.map(({ round, value }) => (round === 0 ? "0" : scientific(value, digits)));
  const isPlain = (size < 1e6 && decimals <= 4) || (size < 1e12 && longest(fixed) < longest(powers));
  return places.map(({ round, value }, i) => ({
    value,
    text: (round === 0 ? "0" : (isPlain ? fixed : powers)[i]) ?? "",
  }));
};

const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));

/** Powers of ten across the domain, at most about `count`; with their doubles and fives when there are few. */
const logTicks = ([low, high]: Domain, count: number): readonly Tick[] => {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, multiple(roundUp((last - first + 1) / count), 1));
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

/** Whole numbers from 1 to `most`. */
const upTo = (most: number): readonly number[] => Array.from({ length: most }, (_, i) => i + 1);

/** At least two ticks, with values and texts of their own. */
const isLegible = (ticks: readonly Tick[]): boolean =>
  ticks.length >= 2 &&
  [ticks.map(({ text }) => text), ticks.map(({ value }) => value)].every(
    (column) => new Set<unknown>(column).size === ticks.length,
  );

/** The two ends of the domain, with two digits more than tell them apart. */
const ends = (domain: Domain): readonly Tick[] => {
  const ticks = (digits: number): readonly Tick[] =>
    domain.map((value) => ({ value, text: value === 0 ? "0" : scientific(value, digits) }));
  const tooFew = upTo(17).findLast((digits) => !isLegible(ticks(digits))) ?? 0;
  return ticks(Math.min(tooFew + 3, 17));
};

const widthOf = (ticks: readonly Tick[]): number =>
  ticks.reduce((sum, tick) => sum + textWidth(tick.text, TEXT) + TEXT, 0);

const outermost = (ticks: readonly Tick[]): readonly Tick[] => [...ticks.slice(0, 1), ...ticks.slice(-1)];

/** The first of the ticks that are right; tried one after the other, for most are right at once. */
const firstOf = (
  counts: readonly number[],
  ticksOf: (count: number) => readonly Tick[],
  isRight: (ticks: readonly Tick[]) => boolean,
): readonly Tick[] | undefined => {
  for (const count of counts) {
    const ticks = ticksOf(count);
    if (isRight(ticks)) return ticks;
  }
  return undefined;
};

/** Names one below the other may stand closer together than numbers: so many in the place of one. */
const DENSE = 2.5;

/** Every tick, or every second, third and so on, as many as there may be and as have room. */
const someOf = (ticks: readonly Tick[], most: number, room: number): readonly Tick[] =>
  firstOf(
    upTo(ticks.length),
    (every) => ticks.filter((_, i) => i % every === 0),
    (some) => some.length <= most && widthOf(some) <= room,
  ) ?? ticks.slice(0, 1);

/** The most ticks that are tried; then the ends of the domain are. */
const FINEST = 40;

/**
 * The axis with about `count` of the ticks that have a place: fewer if their texts would be wider than `room` pixels
 * together, but always two. Where round values are too far apart for that, they are taken closer together; where the
 * texts of two would still be too wide, they are the first and the last.
 */
export const axis = (
  { label, scale, domain, minStep, ticks: given }: AxisDraft,
  count: number,
  room = Infinity,
  hasPlace: (tick: Tick) => boolean = () => true,
): Axis => {
  if (given !== undefined) return { label, scale, domain, ticks: someOf(given, Math.max(count * DENSE, 2), room) };
  const asked = (n: number): readonly Tick[] =>
    (scale === "log" ? logTicks(domain, n) : linearTicks(domain, n, minStep)).filter(hasPlace);
  const closer = (n: number): readonly Tick[] => linearTicks(domain, n, 0).filter(hasPlace);
  const fits = (ticks: readonly Tick[]): boolean => isLegible(ticks) && widthOf(ticks) <= room;
  const counts = [...upTo(count).toReversed(), ...upTo(FINEST)];
  const ticks =
    firstOf(counts, asked, fits) ??
    firstOf(counts, closer, fits) ??
    firstOf(counts, (n) => outermost(asked(n)), isLegible) ??
    firstOf(counts, (n) => outermost(closer(n)), isLegible) ??
    ends(domain);
  return { label, scale, domain, ticks };
};
