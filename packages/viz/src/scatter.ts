import { DomainError } from "@gradfold/core";
import { optionsOf } from "@gradfold/core/library";
import { captions, captionWidth, type FittedPath } from "./caption.ts";
import { reading, text } from "./check.ts";
import { finitePoints, type Numbers, type Points } from "./column.ts";
import { roomy, stretched } from "./domain.ts";
import type { Figure, Mark, Point } from "./figure.ts";
import { absenceOf, endsOf, equationOf, type Fit, fitOf, pathOf } from "./fit.ts";
import { counted, sentences } from "./label.ts";
import { arranged } from "./layout.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "./options.ts";
import type { Theme } from "./theme.ts";

/** Straight lines, each as `[slope, intercept]`. */
export interface Lines {
  /** Before training. */
  readonly before?: Numbers;
  /** After training. */
  readonly after?: Numbers;
}

export interface ScatterOptions extends FigureOptions {
  /** Names of the axes; default "x" and "y". */
  readonly xLabel?: string;
  /** The name of the vertical axis; "y" by default. */
  readonly yLabel?: string;
}

/**
 * A figure of points with the line before and after the fit.
 *
 * Points are rows `[{ x, y }, …]` or columns `{ x, y }` of equal length; those that are missing or not finite are left
 * out and counted. A line is `[slope, intercept]`; it is clipped to the picture, which stays close to the points.
 * Throws a DomainError if no point is finite, if columns differ in length, or for a bad option.
 *
 * @example
 * import { scatterFit } from "gradfold/viz";
 * const figure = scatterFit({ x: [0, 1, 2], y: [1, 3, 5], before: [0.5, 0.75], after: [2, 1] });
 * figure.description; // => '3 points. Before: y = 0.5x + 0.75. After: y = 2x + 1.'
 */
export const scatterFit = (data: Points & Lines, options?: ScatterOptions): Figure => {
  const op = "scatterFit";
  const [{ given, points, lost }, fits, settings] = reading(op, () => [
    finitePoints(op, "data", data),
    [...fitOf(op, "before", data.before), ...fitOf(op, "after", data.after)],
    checkedOptions(op, optionsOf(op, options, defaults), { ...commonChecks, xLabel: text, yLabel: text }),
  ]);
  if (points.length === 0) throw new DomainError(`${op}: no finite point: ${given} given. Give at least one.`);
  const { theme, width } = settings;
  const x = roomy(points.map((point) => point[0]));
  const y = stretched(
    roomy(points.map((point) => point[1])),
    fits.flatMap((fit) => endsOf(fit, x)).map((end) => end[1]),
  );
  const lines = fits.map((fit) => ({ fit, path: pathOf(fit, x, y) }));
  const base = arranged({
    options: settings,
    name: "Data and fitted line",
    description: sentences([counted(points.length, "point"), ...fits.map(describe), ...lost]),
    note: [...lines.filter((line) => line.path.length === 0).map(({ fit }) => absenceOf(fit)), ...lost].join("; "),
    x: { label: settings.xLabel, scale: "linear", domain: x, minStep: 0 },
    y: { label: settings.yLabel, scale: "linear", domain: y, minStep: 0 },
    right: captionWidth(lines, width),
  });
  return {
    ...base,
    marks: [dots(points, theme), ...lines.map((line) => lineMark(line, theme)), ...captions(base, lines, theme)],
  };
};

const defaults = { ...common, idPrefix: "scatter", xLabel: "x", yLabel: "y" };

const describe = (fit: Fit): string => `${fit.name}: ${equationOf(fit)}`;

/** The points as a mark: larger when they are few, fainter when they are many, so that crowds show. */
export const dots = (points: readonly Point[], theme: Theme): Mark => ({
  kind: "dots",
  points,
  radius: points.length < 30 ? 4.5 : 3,
  opacity: points.length > 500 ? 0.4 : 0.9,
  color: theme.data,
});

const lineMark = ({ fit, path }: FittedPath, theme: Theme): Mark => ({
  kind: "line",
  path,
  width: 2.5,
  dash: fit.name === "before" ? "6 5" : "",
  color: theme[fit.name],
});
