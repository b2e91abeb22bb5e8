import { DomainError, optionsOf } from "@gradfold/core/library";
import { aboveMarks } from "../above.ts";
import { isArray, isObject, listOf, pair, reading, refuse, text } from "../check.ts";
import { notDrawn, sameLength } from "../column.ts";
import { type Landscape, landscapeOf, sampled, shownOf } from "../descent/surface.ts";
import { roomy } from "../domain.ts";
import type { Domain, Figure, Point } from "../figure.ts";
import { counted, sentences } from "../label.ts";
import { arranged } from "../layout.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "../options.ts";
import { planeChecks, planeDefaults } from "../plane.ts";
import { faultOf, stopsOf, type Track } from "../track.ts";
import type { Probability } from "./grid.ts";
import { isoline } from "./isoline.ts";
import { classLabel, dotMarks, isSeen, type Labelled, onlyWords, pointWords } from "./point.ts";
import { bounded, classLooks, groundMarks } from "./tint.ts";

/** A classifier of two classes over two features, and the points that it was to tell apart. */
export interface Boundary {
  /** How probable the second class is. */
  readonly probability: Probability;
  /** Points, in any order. */
  readonly points?: Track | undefined;
  /** The class of each point: 0 or false is the first, 1 or true the second. */
  readonly labels?: ArrayLike<number | boolean> | undefined;
}

export interface BoundaryOptions extends FigureOptions {
  /** The name of the first feature; "x" by default. */
  readonly xLabel?: string;
  /** The name of the second feature; "y" by default. */
  readonly yLabel?: string;
  /** What the classes are called; by default "0" and "1". */
  readonly classes?: readonly [first: string, second: string];
  /** From where to where the first feature is shown; by default around the points, or the whole grid. */
  readonly xDomain?: Domain;
  /** From where to where the second feature is shown; by default around the points, or the whole grid. */
  readonly yDomain?: Domain;
  /** Into how many cells the picture is cut in either direction, 8 to 256; default 48. A function is asked once for each. */
  readonly cells?: number;
}

/**
 * A figure of where a classifier draws the line: how probable the second class is as colours, a line where it is 0.5, and
 * the points of each class with a colour and a form of their own.
 *
 * The description counts the points on the wrong side. Points that are missing, not finite or outside of the picture are
 * counted in the note; where the probability is not finite, the ground stays bare.
 *
 * @throws DomainError for what is no probability, for points without labels, for labels that are neither 0 nor 1; where
 *   nothing says which part to show; for a bad option
 *
 * @example
 * import { boundary } from "gradfold/viz";
 * const probability = (x: number, y: number) => 1 / (1 + Math.exp(-4 * (x + y)));
 * const figure = boundary({ probability, points: [[-1, 0], [1, 1], [0.5, 0]], labels: [0, 1, 0] });
 * figure.description; // => '3 points over x and y: 2 of 0, 1 of 1, 1 on the wrong side.'
 */
export const boundary = (data: Boundary, options?: BoundaryOptions): Figure => {
  const [{ landscape, points }, settings] = reading(op, () => [
    partsOf(data),
    checkedOptions(op, optionsOf(op, options, defaults), checks),
  ]);
  const { theme, xLabel, yLabel, classes } = settings;
  const finite = points.filter(isSeen);
  const [x, y] = windowOf(
    landscape,
    finite.map(({ stop }) => stop),
    settings,
  );
  const samples = bounded(sampled(landscape, x, y, settings.cells));
  const shown = finite.filter(({ stop: [px, py] }) => px >= x[0] && px <= x[1] && py >= y[0] && py <= y[1]);
  const line = isoline(samples, x, y, 0.5);
  const outside = finite.length - shown.length;
  const remarks = [
    ...notDrawn(points.filter((one) => !isSeen(one)).map(({ stop }) => faultOf(stop))),
    ...(outside === 0 ? [] : [`${counted(outside, "point")} outside the picture`]),
    ...(line.length > 0 ? [] : [onlyWords(shownOf(samples), classes)]),
  ];
  const base = arranged({
    options: settings,
    name: "Decision boundary",
    description: sentences([pointWords(landscape, finite, settings), ...remarks]),
    note: remarks.join("; "),
    x: { label: xLabel, scale: "linear", domain: x, minStep: 0 },
    y: { label: yLabel, scale: "linear", domain: y, minStep: 0 },
    right: 20,
  });
  const names = classLooks(theme).map(({ sign }, i) => `${sign} ${classes[i]}`);
  return {
    ...base,
    marks: [
      ...groundMarks(theme, samples),
      { kind: "line", path: line, width: 2, dash: "", color: theme.ink },
      ...dotMarks(shown, settings),
      ...aboveMarks(base, [`${names.join(", ")}, line at 0.5`, names.join(", ")]),
    ],
  };
};

const op = "boundary";

const defaults = { ...common, ...planeDefaults, idPrefix: "boundary", classes: ["0", "1"] as const };

const checks = { ...commonChecks, ...planeChecks, classes: pair(text, "[first, second]") };

const partsOf = (data: unknown) => {
  const { probability, points, labels } =
    isObject(data) && !isArray(data) ? data : refuse(() => `${op}: data`, "an object with a probability", data);
  const stops = points === undefined ? [] : stopsOf(op, "points", points);
  const given = labels === undefined ? [] : listOf(classLabel)(labels, () => `${op}: labels`);
  sameLength(op, { points: stops, labels: given });
  const labelled = stops.map((stop, i): Labelled => ({ stop, label: given[i] ?? 0 }));
  return { landscape: landscapeOf(op, "probability", "probability", probability), points: labelled };
};

/** The margin around the points, as a part of their extent. */
const AIR = 8;

/** Which part of the plane to show. */
const windowOf = (
  { known }: Landscape,
  points: readonly Point[],
  { xDomain, yDomain }: { readonly xDomain: Domain | undefined; readonly yDomain: Domain | undefined },
): readonly [Domain, Domain] => {
  const [x, y] = [xDomain ?? known?.x, yDomain ?? known?.y];
  if (points.length === 0 && (x === undefined || y === undefined))
    throw new DomainError(
      `${op}: nothing says which part of the plane to show. Give a finite point, or the options xDomain and yDomain.`,
    );
  const around = (axis: 0 | 1): Domain =>
    roomy(
      points.map((point) => point[axis]),
      AIR,
    );
  return [x ?? around(0), y ?? around(1)];
};
