import { DomainError } from "@gradfold/core";
import { drawable, extent, isRows, type Numbers, sameLength } from "./column.ts";
import { roomy, roomyLog } from "./domain.ts";
import type { Domain, Figure, Mark, Point } from "./figure.ts";
import { sentences, TEXT, textWidth } from "./label.ts";
import { arranged } from "./layout.ts";
import { numberText } from "./number.ts";
import { type FigureOptions, settled } from "./options.ts";
import type { Color } from "./theme.ts";
import { thinned } from "./thin.ts";
import type { AxisDraft } from "./ticks.ts";

/** Losses in the order of the steps, as rows or as columns. A step left out is the index; other columns are ignored. */
export type Losses =
  readonly { readonly loss: number; readonly step?: number }[] | { readonly loss: Numbers; readonly step?: Numbers };

/**
 * A figure of the loss at each step.
 *
 * The y axis is logarithmic if the losses are positive and span a power of ten, else linear. A loss that is not finite
 * leaves a gap; a run that ends with such losses is drawn up to the first of them, which is marked and named.
 * Throws a DomainError if columns differ in length, if a step is not finite, or for a bad option.
 *
 * @example
 * import { lossCurve } from "@gradfold/viz";
 * lossCurve({ loss: [8, 2, 0.5] }).description; // => 'Loss 8 at step 0, 0.5 at step 2.'
 * lossCurve({ loss: [8, 1e9, Infinity] }).note; // => 'ended at step 2: the loss is infinite'
 */
export const lossCurve = (losses: Losses, options: FigureOptions = {}): Figure => {
  const settings = settled("lossCurve", options, "loss");
  const { theme, width } = settings;
  const { drawn, last, end } = courseOf(pointsOf(losses));
  const value = last === undefined ? "" : numberText(last[1], 3);
  const ending = end === undefined ? [] : [`ended at step ${end[0]}: the loss is ${numberText(end[1])}`];
  const finite = drawn.filter(isFinitePoint);
  const gaps = drawn.length - finite.length;
  const lost = gaps === 0 ? [] : [`${gaps} not finite, not drawn`];
  const base = arranged({
    options: settings,
    name: "Loss curve",
    description: sentences([summary(finite), ...ending, ...lost]),
    note: [...(drawn.length === 0 && end === undefined ? ["no step yet"] : []), ...ending, ...lost].join("; "),
    x: { label: "step", scale: "linear", domain: stepDomain(end === undefined ? drawn : [...drawn, end]), minStep: 1 },
    y: lossAxis(finite.map((point) => point[1])),
    right: 24 + textWidth(value, TEXT),
  });
  const path = thinned(
    drawn.map((point) => (isFinitePoint(point) ? point : null)),
    2 * width,
  );
  const marks: readonly Mark[] = [
    ...(end === undefined ? [] : [{ kind: "rule", x: end[0], dash: "3 4", color: theme.alarm } as const]),
    { kind: "line", path, width: 2, dash: "", color: theme.after },
    ...(last === undefined ? [] : endMarks(last, end === undefined ? last[0] : end[0], value, theme.after)),
  ];
  return { ...base, marks };
};

const isFinitePoint = (point: Point): boolean => Number.isFinite(point[1]);

/** The losses as points, the steps checked. */
const pointsOf = (losses: Losses): readonly Point[] => {
  const rows = isRows(losses) ? losses.map((row, i): Point => [row.step ?? i, row.loss]) : columns(losses);
  const bad = rows.find((row) => !drawable(row[0]));
  if (bad)
    throw new DomainError(`lossCurve: a step is not a finite number: ${bad[0]}. Leave steps out to count from 0.`);
  return rows;
};

const columns = ({ loss, step }: { readonly loss: Numbers; readonly step?: Numbers }): readonly Point[] => {
  if (step !== undefined) sameLength("lossCurve", { step, loss });
  return Array.from(loss, (value, i): Point => [step?.[i] ?? i, value]);
};

/** What to draw: all up to the last finite loss, and the step after it, where the run ended, if there is one. */
const courseOf = (points: readonly Point[]) => {
  const lastIndex = points.findLastIndex(isFinitePoint);
  return { drawn: points.slice(0, lastIndex + 1), last: points[lastIndex], end: points[lastIndex + 1] };
};

const summary = (finite: readonly Point[]): string => {
  const [first, last] = [finite[0], finite.at(-1)];
  if (first === undefined || last === undefined) return "no finite loss";
  const at = ([step, loss]: Point): string => `${numberText(loss)} at step ${step}`;
  return finite.length === 1 ? `loss ${at(first)}` : `loss ${at(first)}, ${at(last)}`;
};

const stepDomain = (points: readonly Point[]): Domain => {
  const [low, high] = points.length === 0 ? [0, 1] : extent(points.map((point) => point[0]));
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
};

const lossAxis = (values: readonly number[]): AxisDraft => {
  const [low, high] = extent(values);
  const isLog = low > 0 && high / low >= 10;
  if (isLog) return { label: "loss (log scale)", scale: "log", domain: roomyLog(values), minStep: 0 };
  return { label: "loss", scale: "linear", domain: values.length === 0 ? [0, 1] : roomy(values), minStep: 0 };
};

/** A dot on the last loss, and its value to the right of it, past the end of the run. */
const endMarks = (last: Point, x: number, text: string, color: Color): readonly Mark[] => [
  { kind: "dots", points: [last], radius: 3.5, opacity: 1, color },
  { kind: "text", at: [x, last[1]], text, anchor: "start", bold: true, offset: [8, 0], color },
];
