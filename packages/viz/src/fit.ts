import { number, type Place, refuse } from "./check.ts";
import { column } from "./column.ts";
import type { Domain, Path, Point } from "./figure.ts";
import { numberText } from "./number.ts";

/** A fitted straight line. */
export interface Fit {
  readonly name: "before" | "after";
  readonly slope: number;
  readonly intercept: number;
}

/** The line given as `[slope, intercept]`; none if it is left out. */
export const fitOf = (op: string, name: Fit["name"], line: unknown): readonly Fit[] => {
  if (line === undefined) return [];
  const place: Place = () => `${op}: ${name}`;
  const [slope, intercept, ...more] = column(number)(line, place);
  if (slope === undefined || intercept === undefined || more.length > 0)
    return refuse(place, "[slope, intercept]", line);
  return [{ name, slope, intercept }];
};

/** The line's two ends over a domain. */
export const endsOf = ({ slope, intercept }: Fit, [low, high]: Domain): readonly [Point, Point] => [
  [low, slope * low + intercept],
  [high, slope * high + intercept],
];

const isFinite = ({ slope, intercept }: Fit): boolean => Number.isFinite(slope) && Number.isFinite(intercept);

/**
 * The part of the line inside the domains, worked out from the heights at which it comes in and leaves: its ends over a
 * domain may be beyond the numbers.
 */
export const pathOf = (fit: Fit, [left, right]: Domain, [bottom, top]: Domain): Path => {
  const { slope, intercept } = fit;
  const heightAt = (x: number): number => Math.min(Math.max(slope * x + intercept, bottom), top);
  if (!isFinite(fit)) return [];
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

/** The line in letters: "y = 0.5x − 0.75", or its two numbers in words if they are not finite. */
export const equationOf = (fit: Fit): string => {
  const [slope, intercept] = [numberText(fit.slope, 3), numberText(fit.intercept, 3)];
  if (!isFinite(fit)) return `slope ${slope}, intercept ${intercept}`;
  const factor = slope === "1" ? "" : slope === "−1" ? "−" : slope;
  return `y = ${factor}x ${intercept.startsWith("−") ? `− ${intercept.slice(1)}` : `+ ${intercept}`}`;
};

/** Why the line is not in the picture. */
export const absenceOf = (fit: Fit): string =>
  `the line ${fit.name} is ${isFinite(fit) ? "outside the picture" : "not finite"}`;
