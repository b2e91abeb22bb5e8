import { DomainError, optionsOf } from "@gradfold/core/library";
import {
  type Band,
  bandAbsence,
  bandMarks,
  bandName,
  bandWords,
  boundsOf,
  type Sheet,
  sheetOf,
  type Strip,
  stripOf,
} from "./band.ts";
import { type Caption, captionMarks, captionWidth } from "./caption.ts";
import { bool, type Check, isObject, optional, reading, refuse, text } from "./check.ts";
import { clipped } from "./clip.ts";
import { finitePoints, type Points } from "./column.ts";
import { roomy, stretched } from "./domain.ts";
import type { Domain, Figure, Mark, Path, Point } from "./figure.ts";
import { absenceOf, endsOf, equationOf, type Fit, fitOf, fitWords, heightsOf, type Line, pathOf } from "./fit.ts";
import { counted, sentences } from "./label.ts";
import { arranged } from "./layout.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "./options.ts";
import type { Theme } from "./theme.ts";
import { thinned } from "./thin.ts";

/** What is drawn with the points: the fit, and how sure it is. */
export interface Lines {
  /** Before training: a straight line as `[slope, intercept]`, or a curve by its points. */
  readonly before?: Line;
  /** After training, likewise. */
  readonly after?: Line;
  /** Between which bounds the fit lies: how sure it is. */
  readonly confidence?: Band;
  /** Between which bounds further points lie. */
  readonly prediction?: Band;
}

export interface ScatterOptions extends FigureOptions {
  /** Names of the axes; default "x" and "y". */
  readonly xLabel?: string;
  /** The name of the vertical axis; "y" by default. */
  readonly yLabel?: string;
  /** How sure the bands are, as a share: of 0.95 they are called "95 % confidence" and "95 % prediction". */
  readonly level?: number;
  /** Whether a thin line goes from each point to the fit; default false. */
  readonly residuals?: boolean;
}

/**
 * A figure of points with the fit before and after training, and with the bands around it.
 *
 * Points are rows `[{ x, y }, …]` or columns `{ x, y }` of equal length; those that are missing or not finite are left
 * out and counted. A fit is a straight line, `[slope, intercept]`, or the points of a curve; a band is `{ x, lower, upper }`.
 * Curves and bands are drawn from left to right, whatever the order of their points. All of them are cut at the edges of the
 * picture, which stays close to the points.
 * Throws a DomainError if no point is finite, if columns differ in length, if a lower bound is above the upper one, or for
 * a bad option.
 *
 * @example
 * import { scatterFit } from "gradfold/viz";
 * const figure = scatterFit({ x: [0, 1, 2], y: [1, 3, 5], before: [0.5, 0.75], after: [2, 1] });
 * figure.description; // => '3 points. Before: y = 0.5x + 0.75. After: y = 2x + 1.'
 *
 * const curve = { x: [0, 1, 2], y: [1, 2.5, 5.5] };
 * const confidence = { x: [0, 1, 2], lower: [0.5, 2.2, 5], upper: [1.5, 2.8, 6] };
 * scatterFit({ x: [0, 1, 2], y: [1, 3, 5], after: curve, confidence }, { level: 0.95 }).description.slice(10);
 * // => 'Fit: a curve from (0, 1) to (2, 5.5). 95 % confidence band: 0.6 to 1 wide.'
 */
export const scatterFit = (data: Points & Lines, options?: ScatterOptions): Figure => {
  const [{ given, points, lost }, { fits, strips }, settings] = reading(op, () => [
    finitePoints(op, "data", data),
    linesOf(data),
    checkedOptions(op, optionsOf(op, options, defaults), checks),
  ]);
  if (points.length === 0) throw new DomainError(`${op}: no finite point: ${given} given. Give at least one.`);
  const { theme, width, level } = settings;
  const [x, y] = domainsOf(points, fits, strips);
  const lines = fits.map((fit): FittedPath => ({ fit, path: thinned(pathOf(fit, x, y), 2 * width) }));
  const sheets = strips.map((strip) => sheetOf(strip, x, y, width));
  const captions = captionsOf(lines, sheets, settings);
  const absences = [
    ...lines.filter(({ path }) => path.length === 0).map(({ fit }) => absenceOf(fit)),
    ...sheets.filter(({ shape }) => shape.length === 0).map(bandAbsence),
  ];
  const base = arranged({
    options: settings,
    name: "Data and fitted line",
    description: sentences([
      counted(points.length, "point"),
      ...fits.map(fitWords),
      ...strips.map((strip) => bandWords(strip, level)),
      ...lost,
    ]),
    note: [...absences, ...lost].join("; "),
    x: { label: settings.xLabel, scale: "linear", domain: x, minStep: 0 },
    y: { label: settings.yLabel, scale: "linear", domain: y, minStep: 0 },
    right: captionWidth(captions),
  });
  return {
    ...base,
    marks: [
      // The wider band is behind the narrower one.
      ...sheets.toReversed().flatMap((sheet) => bandMarks(sheet, theme)),
      ...(settings.residuals ? stickMarks(points, fits, y, theme) : []),
      dots(points, theme),
      ...lines.map((line) => lineMark(line, theme)),
      ...captionMarks(base, captions),
    ],
  };
};

const op = "scatterFit";

const defaults = { ...common, idPrefix: "scatter", xLabel: "x", yLabel: "y", level: undefined, residuals: false };

const share: Check<number> = (value, place) =>
  typeof value === "number" && value > 0 && value < 1
    ? value
    : refuse(place, "between 0 and 1", value, "Give 0.95 for 95 %.");

const checks = { ...commonChecks, xLabel: text, yLabel: text, level: optional(share), residuals: bool };

/** The fits and bands that were given. The fit is called "after" where there is one before. */
const linesOf = (data: unknown) => {
  const { before, after, confidence, prediction }: Readonly<Record<string, unknown>> = isObject(data) ? data : {};
  return {
    fits: [
      ...fitOf(op, "before", "before", before),
      ...fitOf(op, "after", before === undefined ? "fit" : "after", after),
    ],
    strips: [...stripOf(op, "confidence", confidence), ...stripOf(op, "prediction", prediction)],
  };
};

/** The axes: around the points, and what of the fits and bands is near. */
const domainsOf = (
  points: readonly Point[],
  fits: readonly Fit[],
  strips: readonly Strip[],
): readonly [x: Domain, y: Domain] => {
  const bounds = strips.flatMap(boundsOf);
  const curves = fits.flatMap((fit) => (fit.kind === "curve" ? endsOf(fit, [0, 0]) : []));
  const x = stretched(
    roomy(points.map((point) => point[0])),
    [...curves, ...bounds].map((point) => point[0]),
  );
  const seen = [...fits.flatMap((fit) => endsOf(fit, x)), ...bounds].filter(([at]) => at >= x[0] && at <= x[1]);
  return [
    x,
    stretched(
      roomy(points.map((point) => point[1])),
      seen.map((point) => point[1]),
    ),
  ];
};

/** A fit as far as it is inside the picture. */
interface FittedPath {
  readonly fit: Fit;
  readonly path: Path;
}

const endOf = (path: Path): Point | undefined => path.findLast((point) => point !== null) ?? undefined;

/** What is written beside the fits and bands: all of it, or their names, as there is room. */
const captionsOf = (
  lines: readonly FittedPath[],
  sheets: readonly Sheet[],
  { theme, width, level }: { readonly theme: Theme; readonly width: number; readonly level: number | undefined },
): readonly Caption[] => [
  ...lines.flatMap(({ fit, path }): readonly Caption[] => {
    const equation = width < 420 ? "" : equationOf(fit);
    const rows = [fit.word, ...(equation === "" ? [] : [equation])];
    const end = endOf(path);
    return end === undefined ? [] : [{ y: end[1], rows, isBold: true, color: theme[fit.name] }];
  }),
  ...sheets.flatMap(({ strip, edges: [, upper] }): readonly Caption[] => {
    const end = endOf(upper ?? []);
    const rows = [width < 420 ? strip.name : bandName(strip, level)];
    return end === undefined || width < 320 ? [] : [{ y: end[1], rows, isBold: false, color: theme.after }];
  }),
];

/** The points as a mark: larger when they are few, smaller and fainter when they are many, so that crowds show. */
export const dots = (points: readonly Point[], theme: Theme): Mark => ({
  kind: "dots",
  points,
  radius: points.length < 30 ? 4.5 : points.length > 500 ? 2.2 : 3,
  opacity: points.length > 500 ? 0.55 : 0.9,
  color: theme.data,
});

/** A thin line from each point to the last of the fits. */
const stickMarks = (points: readonly Point[], fits: readonly Fit[], y: Domain, theme: Theme): readonly Mark[] => {
  const fit = fits.at(-1);
  if (fit === undefined)
    throw new DomainError(`${op}: residuals go from the points to a fit, and there is none. Give after.`);
  const heightAt = heightsOf(fit);
  const ends = points.flatMap(([x, y]): Path => [[x, y], [x, heightAt(x)], null]);
  const path = clipped(ends, [-Number.MAX_VALUE, Number.MAX_VALUE], y);
  return path.length === 0 ? [] : [{ kind: "line", path, width: 1, dash: "", color: theme.data }];
};

const lineMark = ({ fit, path }: FittedPath, theme: Theme): Mark => ({
  kind: "line",
  path,
  width: 2.5,
  dash: fit.name === "before" ? "6 5" : "",
  color: theme[fit.name],
});
