import { clipped } from "./clip.ts";
import { isList, number, type Place, refuse } from "./check.ts";
import { column, type Numbers } from "./column.ts";
import type { Domain, Path, Point } from "./figure.ts";
import { numberText } from "./number.ts";
import { isPoint, stopsOf, type Track } from "./track.ts";

/** A fit: a straight line as `[slope, intercept]`, or a curve by its points, in any order. */
export type Line = Numbers | Track;

/** A line that was fitted, or is to be. */
export type Fit = {
  readonly name: "before" | "after";
  /** What is written beside it. */
  readonly word: string;
} & (
  | { readonly kind: "straight"; readonly slope: number; readonly intercept: number }
  | { readonly kind: "curve"; readonly path: Path }
);

/** The fit as it was given; none if it is left out. */
export const fitOf = (op: string, name: Fit["name"], word: string, line: unknown): readonly Fit[] => {
  if (line === undefined) return [];
  const place: Place = () => `${op}: ${name}`;
  if (!isList(line) || typeof line[0] === "object")
    return [{ name, word, kind: "curve", path: curveOf(stopsOf(op, name, line)) }];
  const [slope, intercept, ...more] = column(number)(line, place);
  if (slope === undefined || intercept === undefined || more.length > 0)
    return refuse(place, "[slope, intercept]", line, "A curve is given by its points: { x, y }.");
  return [{ name, word, kind: "straight", slope, intercept }];
};

/** The points from left to right, as a curve goes through them; a gap where the height is not finite. */
const curveOf = (stops: ReturnType<typeof stopsOf>): Path =>
  stops
    .flatMap((stop) => (stop[0] !== null && Number.isFinite(stop[0]) ? [{ x: stop[0], stop }] : []))
    .toSorted((a, b) => a.x - b.x)
    .map(({ stop }) => (isPoint(stop) ? stop : null));

/** The points of the fit by which the picture is made large enough: a straight line's ends over a domain. */
export const endsOf = (fit: Fit, [low, high]: Domain): readonly Point[] => {
  if (fit.kind === "curve") return fit.path.filter((point) => point !== null);
  return [
    [low, fit.slope * low + fit.intercept],
    [high, fit.slope * high + fit.intercept],
  ];
};

const isFinite = (fit: Fit): boolean =>
  fit.kind === "curve"
    ? fit.path.some((point) => point !== null)
    : Number.isFinite(fit.slope) && Number.isFinite(fit.intercept);

/** The part of the fit inside the domains. */
export const pathOf = (fit: Fit, x: Domain, y: Domain): Path => {
  if (!isFinite(fit)) return [];
  return fit.kind === "curve" ? clipped(fit.path, x, y) : straightPath(fit, x, y);
};

/**
 * The part of a straight line inside the domains, worked out from the heights at which it comes in and leaves: its ends
 * over a domain may be beyond the numbers.
 */
const straightPath = (
  { slope, intercept }: Fit & { readonly kind: "straight" },
  [left, right]: Domain,
  [bottom, top]: Domain,
): Path => {
  const heightAt = (x: number): number => Math.min(Math.max(slope * x + intercept, bottom), top);
  if (slope === 0) {
    const inside = intercept >= bottom && intercept <= top;
    return inside
      ? [
          [left, intercept],
          [right, intercept],
        ]
      : [];
  }
  const [entry, exit] = slope > 0 ? [bottom, top] : [top, bottom];
  const [entersAt, leavesAt] = [(entry - intercept) / slope, (exit - intercept) / slope];
  const start: Point = entersAt > left ? [entersAt, entry] : [left, heightAt(left)];
  const end: Point = leavesAt < right ? [leavesAt, exit] : [right, heightAt(right)];
  return start[0] <= end[0] ? [start, end] : [];
};

/** The heights of the fit: between two points of a curve on the line through both; NaN beyond its ends. */
export const heightsOf = (fit: Fit): ((x: number) => number) => {
  if (fit.kind === "straight") return (x) => fit.slope * x + fit.intercept;
  const points = fit.path.filter((point) => point !== null);
  return (x) => {
    const at = firstNotLeftOf(points, x);
    const [before, after] = [points[at - 1], points[at]];
    if (after?.[0] === x) return after[1];
    if (before === undefined || after === undefined) return NaN;
    const part = (x / 2 - before[0] / 2) / (after[0] / 2 - before[0] / 2);
    return before[1] * (1 - part) + after[1] * part;
  };
};

/** Where among points from left to right the first is that is not left of x, by halving. */
const firstNotLeftOf = (points: readonly Point[], x: number): number => {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? NaN) < x) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The line in letters: "y = 0.5x − 0.75", or its two numbers in words if they are not finite; none for a curve. */
export const equationOf = (fit: Fit): string => {
  if (fit.kind === "curve") return "";
  const [slope, intercept] = [numberText(fit.slope, 3), numberText(fit.intercept, 3)];
  if (!isFinite(fit)) return `slope ${slope}, intercept ${intercept}`;
  const factor = slope === "1" ? "" : slope === "−1" ? "−" : slope;
  return `y = ${factor}x ${intercept.startsWith("−") ? `− ${intercept.slice(1)}` : `+ ${intercept}`}`;
};

/** The fit in words: "before: y = 0.5x − 0.75". */
export const fitWords = (fit: Fit): string => {
  if (fit.kind === "straight") return `${fit.word}: ${equationOf(fit)}`;
  const points = fit.path.filter((point) => point !== null);
  const [start, end] = [points[0], points.at(-1)];
  if (start === undefined || end === undefined) return `${fit.word}: a curve without a finite point`;
  const words = ([x, y]: Point): string => `(${numberText(x, 3)}, ${numberText(y, 3)})`;
  return `${fit.word}: a curve from ${words(start)} to ${words(end)}`;
};

/** Why the fit is not in the picture. */
export const absenceOf = (fit: Fit): string => {
  const word = fit.kind === "curve" ? "curve" : "line";
  const name = fit.word === fit.name ? `the ${word} ${fit.name}` : `the fitted ${word}`;
  if (!isFinite(fit)) return `${name} is not finite`;
  const isOne = fit.kind === "curve" && fit.path.length < 2;
  return `${name} ${isOne ? "has one point only" : "is outside the picture"}`;
};
