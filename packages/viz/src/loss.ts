import { optionsOf } from "@gradfold/core/library";
import { bounded, type Check, isList, number, optional, type Place, reading, refuse } from "./check.ts";
import {
  type Column,
  column,
  columnOf,
  extent,
  hasColumn,
  notDrawn,
  numberOrNull,
  sameLength,
  someRow,
} from "./column.ts";
import { roomy, roomyLog, tight } from "./domain.ts";
import type { Figure, Mark, Point } from "./figure.ts";
import { sentences, TEXT, textWidth } from "./label.ts";
import { arranged } from "./layout.ts";
import { inWords, numberText, type Value } from "./number.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "./options.ts";
import type { Color } from "./theme.ts";
import { thinned } from "./thin.ts";
import type { AxisDraft } from "./ticks.ts";

/**
 * Losses in the order of the steps: as rows, as columns, or by themselves. A step left out is the index; other columns
 * are ignored. A loss that is null, undefined or left out is missing.
 */
export type Losses =
  | readonly {
      /** The loss of the step. */
      readonly loss?: number | null | undefined;
      /** The number of the step; the index by default. */
      readonly step?: number | undefined;
    }[]
  | {
      /** The loss of every step. */
      readonly loss: Column;
      /** The number of every step; the index by default. */
      readonly step?: ArrayLike<number> | undefined;
    }
  | Column;

/** The loss at a step. */
type Entry = readonly [step: number, loss: Value];

/**
 * A figure of the loss at each step.
 *
 * The y axis is logarithmic if the losses are positive and span a power of ten, else linear. A loss that is missing or
 * not finite leaves a gap, and the note counts them; a run that ends with losses that are not finite is drawn up to the
 * first of them, which is marked and named.
 * Throws a DomainError if there is no loss among the columns, if columns differ in length, if a loss is no number or a
 * step is not finite, or for a bad option.
 *
 * @example
 * import { lossCurve } from "gradfold/viz";
 * lossCurve([8, 2, 0.5]).description; // => 'Loss 8 at step 0, 0.5 at step 2.'
 * lossCurve({ loss: [8, 1e9, Infinity] }).note; // => 'ended at step 2: the loss is infinite'
 */
export const lossCurve = (losses: Losses, options?: FigureOptions): Figure => {
  const op = "lossCurve";
  const [entries, settings] = reading(op, () => [
    entriesOf(op, losses),
    checkedOptions(op, optionsOf(op, options, defaults), commonChecks),
  ]);
  const { theme, width } = settings;
  const { drawn, last, end } = courseOf(entries);
  const value = last === undefined ? "" : numberText(last[1], 3);
  const ending = end === undefined ? [] : [`ended at step ${end[0]}: the loss is ${inWords(end[1])}`];
  const finite = drawn.filter(isFinitePoint);
  const lost = notDrawn(drawn.map(([, loss]) => loss));
  const shown = end === undefined ? drawn : [...drawn, end];
  const base = arranged({
    options: settings,
    name: "Loss curve",
    description: sentences([summary(finite), ...ending, ...lost]),
    note: [...(entries.length === 0 ? ["no step yet"] : []), ...ending, ...lost].join("; "),
    x: { label: "step", scale: "linear", domain: tight(shown.map(([step]) => step)), minStep: 1 },
    y: lossAxis(finite.map(([, loss]) => loss)),
    right: 24 + textWidth(value, TEXT),
  });
  const path = thinned(
    drawn.map((entry) => (isFinitePoint(entry) ? entry : null)),
    2 * width,
  );
  const marks: readonly Mark[] = [
    ...(end === undefined ? [] : [{ kind: "rule", x: end[0], dash: "3 4", color: theme.alarm } as const]),
    { kind: "line", path, width: 2, dash: "", color: theme.after },
    ...(last === undefined ? [] : endMarks(last, end === undefined ? last[0] : end[0], value, theme.after)),
  ];
  return { ...base, marks };
};

const defaults = { ...common, idPrefix: "loss" };

const step: Check<number | undefined> = (given, place) =>
  given === undefined || Number.isFinite(given)
    ? optional(number)(given, place)
    : refuse(place, "a finite number", given, "Leave steps out to count from 0.");

/** The losses and their steps. */
const entriesOf = (op: string, losses: unknown): readonly Entry[] => {
  const place: Place = () => `${op}: losses`;
  const isPlain = isList(losses) && !someRow(bounded(losses, place));
  const loss = isPlain ? column(numberOrNull)(losses, place) : columnOf(place, losses, "loss", numberOrNull);
  const steps = hasColumn(losses, "step") ? columnOf(place, losses, "step", step) : undefined;
  if (steps !== undefined) sameLength(op, { step: steps, loss });
  return loss.map((value, i) => [steps?.[i] ?? i, value]);
};

const isFinitePoint = (entry: Entry): entry is Point => Number.isFinite(entry[1]);

/**
 * What to draw, the last finite loss, and the step at which the run ended: the first after it whose loss is not finite.
 * Losses that are only missing do not end a run.
 */
const courseOf = (entries: readonly Entry[]) => {
  const lastIndex = entries.findLastIndex(isFinitePoint);
  const endIndex = entries.findIndex(([, loss], i) => i > lastIndex && loss !== null);
  return {
    drawn: endIndex < 0 ? entries : entries.slice(0, endIndex),
    last: entries.slice(lastIndex, lastIndex + 1).find(isFinitePoint),
    end: entries[endIndex],
  };
};

const summary = (finite: readonly Point[]): string => {
  const [first, last] = [finite[0], finite.at(-1)];
  if (first === undefined || last === undefined) return "no finite loss";
  const at = ([step, loss]: Point): string => `${numberText(loss)} at step ${step}`;
  return finite.length === 1 ? `loss ${at(first)}` : `loss ${at(first)}, ${at(last)}`;
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
