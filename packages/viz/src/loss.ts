import { optionsOf } from "@gradfold/core/library";
import { type Check, reading, refuse } from "./check.ts";
import { tight } from "./domain.ts";
import type { Figure } from "./figure.ts";
import { sentences, TEXT, textWidth } from "./label.ts";
import { arranged } from "./layout.ts";
import { lossAxis } from "./loss/axis.ts";
import { endRules, lineOf, lineWords, onlyMarks, rawMark, valueOf } from "./loss/line.ts";
import { courseOf, type Losses, remarksOf, runsOf } from "./loss/losses.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "./options.ts";
import { curveMarks, endsOf, nameMarks } from "./series/curve.ts";

export interface LossOptions extends FigureOptions {
  /**
   * The weight of what came before, at least 0 and below 1: of 0.9 the curve is the exponential mean of about the last 10
   * losses. Default 0, the losses themselves.
   */
  readonly smoothing?: number;
}

/**
 * A figure of the loss at each step, of one run or of several by name, `{ sgd: losses, adam: losses }`.
 *
 * The y axis is logarithmic if the losses are positive and span a power of ten, else linear. A loss that is missing or
 * not finite leaves a gap, and the note counts them; a run that ends with losses that are not finite is drawn up to the
 * first of them, which is marked and named. Several runs have their names at their ends. With `smoothing` the losses
 * themselves are faint behind their exponential mean, which is corrected for its beginning.
 * Throws a DomainError if there is no loss among the columns, if columns differ in length, if a loss is no number or a
 * step is not finite, for more than 16 runs, or for a bad option.
 *
 * @example
 * import { lossCurve } from "gradfold/viz";
 * lossCurve([8, 2, 0.5]).description; // => 'Loss 8 at step 0, 0.5 at step 2.'
 * lossCurve({ loss: [8, 1e9, Infinity] }).note; // => 'ended at step 2: the loss is infinite'
 * lossCurve([8, 4, 6], { smoothing: 0.5 }).description; // => 'Loss 8 at step 0, 6 at step 2, smoothed 5.7143.'
 * lossCurve({ sgd: [8, 3], adam: [8, Infinity] }).note; // => 'run adam ended at step 1: the loss is infinite'
 */
export const lossCurve = (losses: Losses | { readonly [run: string]: Losses }, options?: LossOptions): Figure => {
  const [runs, settings] = reading(op, () => [
    runsOf(op, losses),
    checkedOptions(op, optionsOf(op, options, defaults), { ...commonChecks, smoothing: weight }),
  ]);
  const courses = runs.map(courseOf);
  const lines = courses.map((course, i) => lineOf(course, i, settings));
  const shown = courses.flatMap(({ drawn, end }) => (end === undefined ? drawn : [...drawn, end]));
  const x = { label: "step", scale: "linear", domain: tight(shown.map(([step]) => step)), minStep: 1 } as const;
  const ends = endsOf(lines, x, settings);
  const only = lines.find(({ name }) => name === "");
  const remarks = courses.flatMap(remarksOf);
  const base = arranged({
    options: settings,
    name: lines.length > 1 ? "Loss curves" : "Loss curve",
    description: sentences([...lines.map((line) => lineWords(line, settings.smoothing)), ...remarks]),
    note: [...(shown.length === 0 ? ["no step yet"] : []), ...remarks, ...ends.remarks].join("; "),
    x,
    y: lossAxis(
      courses.flatMap(({ finite }) => finite.map(([, loss]) => loss)),
      settings,
    ),
    right: only === undefined ? ends.right : 24 + textWidth(valueOf(only), TEXT),
  });
  const faint = settings.smoothing === 0 ? [] : lines.map((line) => rawMark(line, settings));
  const drawn = only === undefined ? curveMarks(lines) : onlyMarks(only, valueOf(only));
  const names = only === undefined ? nameMarks(base, lines, ends) : [];
  return { ...base, marks: [...endRules(lines, settings.theme), ...faint, ...drawn, ...names] };
};

const op = "lossCurve";

const defaults = { ...common, idPrefix: "loss", smoothing: 0 };

const weight: Check<number> = (value, place) =>
  typeof value === "number" && value >= 0 && value < 1
    ? value
    : refuse(place, "at least 0 and below 1", value, "Give 0.9 for the mean of about 10 losses.");
