import { DomainError } from "@gradfold/core";
import type { Numbers } from "./column.ts";
import type { Domain, Point } from "./figure.ts";
import { numberText } from "./number.ts";

/** A fitted straight line. */
export interface Fit {
  readonly name: "before" | "after";
  readonly slope: number;
  readonly intercept: number;
}

/** The line given as `[slope, intercept]`; none if it is left out. */
export const fitOf = (op: string, name: Fit["name"], line: Numbers | undefined): readonly Fit[] => {
  if (line === undefined) return [];
  const [slope, intercept, ...more] = Array.from(line);
  if (slope === undefined || intercept === undefined || more.length > 0)
    throw new DomainError(`${op}: ${name} is not [slope, intercept]: [${Array.from(line).join(", ")}].`);
  return [{ name, slope, intercept }];
};

/** The line's two ends over a domain. */
export const endsOf = ({ slope, intercept }: Fit, [low, high]: Domain): readonly [Point, Point] => [
  [low, slope * low + intercept],
  [high, slope * high + intercept],
];

const isFinite = ({ slope, intercept }: Fit): boolean => Number.isFinite(slope) && Number.isFinite(intercept);

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
