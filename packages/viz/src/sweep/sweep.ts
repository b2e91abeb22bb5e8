import { optionsOf } from "@gradfold/core/library";
import { aboveMarks } from "../above.ts";
import { oneOf, reading, text } from "../check.ts";
import type { Figure } from "../figure.ts";
import { counted, label, sentences, TEXT } from "../label.ts";
import { arranged } from "../layout.ts";
import { numberText, tally } from "../number.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "../options.ts";
import type { AxisDraft } from "../ticks.ts";
import { cellMarks, type Good, isGood, type Shades, shadesOf } from "./cell.ts";
import { type Board, boardOf, type Setting, settingText, type Sweep } from "./read.ts";

export interface SweepOptions extends FigureOptions {
  /** The name of the first hyper-parameter; "x" by default. */
  readonly xLabel?: string;
  /** The name of the second hyper-parameter; "y" by default. */
  readonly yLabel?: string;
  /** The name of what came of the runs; "loss" by default. */
  readonly valueLabel?: string;
  /** Which value is the best; "lowest" by default. */
  readonly best?: "lowest" | "highest";
}

/**
 * A figure of runs over two hyper-parameters: a cell for each pair of settings, the better the stronger its colour, with
 * its value where there is room, and the best in a frame.
 *
 * Settings are numbers, which stand in their order and evenly spaced, or names. A run whose value is missing or not finite
 * is marked as diverged, and pairs without a run stay bare. Colours go by logarithms where positive values span a power of
 * ten.
 *
 * @throws DomainError without a run, for two runs with the same settings, for more than 2500 cells, if columns differ in
 *   length, or for a bad option
 *
 * @example
 * import { sweep } from "gradfold/viz";
 * const rows = [{ x: 0.1, y: 0, value: 0.5 }, { x: 0.1, y: 0.9, value: 0.2 }, { x: 1, y: 0, value: Infinity }];
 * sweep(rows).description.slice(0, 70); // => '3 runs over 2 × 2 settings: loss from 0.2 to 0.5, best at x 0.1, y 0.9'
 */
export const sweep = (data: Sweep, options?: SweepOptions): Figure => {
  const [board, settings] = reading(op, () => [
    boardOf(op, data),
    checkedOptions(op, optionsOf(op, options, defaults), checks),
  ]);
  const { xLabel, yLabel, valueLabel, width } = settings;
  const good = board.cells.filter(isGood);
  const isLowBest = settings.best === "lowest";
  const shades = shadesOf(good, isLowBest);
  const best = good.find(({ value }) => value === shades.range[isLowBest ? 0 : 1]);
  const lost = tally(board.cells.map(({ value }) => value));
  const remarks = lost === "" ? [] : [`diverged: ${lost}`];
  const base = arranged({
    options: settings,
    name: "Sweep over two hyper-parameters",
    description: sentences([wordsOf(board, best, shades, settings), ...remarks]),
    note: remarks.join("; "),
    x: settingAxis(board.x, xLabel, width),
    y: settingAxis(board.y, yLabel, width),
    right: 20,
  });
  const [low, high] = shades.range.map((value) => numberText(value, 3));
  const [strong, faint] = isLowBest ? [low, high] : [high, low];
  const legend =
    good.length === 0
      ? []
      : [`${valueLabel} from ${strong} (strong) to ${faint} (faint)`, `${valueLabel} ${low} to ${high}`];
  return { ...base, marks: [...cellMarks(base, board, shades, best), ...aboveMarks(base, [...legend, valueLabel])] };
};

const op = "sweep";

const defaults = {
  ...common,
  idPrefix: "sweep",
  xLabel: "x",
  yLabel: "y",
  valueLabel: "loss",
  best: "lowest" as const,
};

const checks = {
  ...commonChecks,
  xLabel: text,
  yLabel: text,
  valueLabel: text,
  best: oneOf("lowest", "highest"),
};

/** A name on an axis takes at most this part of the width. */
const WIDEST = 0.25;

/** An axis with a tick for each setting, evenly spaced. */
const settingAxis = (settings: readonly Setting[], name: string, width: number): AxisDraft => ({
  label: name,
  scale: "linear",
  domain: [-0.5, settings.length - 0.5],
  minStep: 1,
  ticks: settings.map((one, value) => ({ value, text: label(settingText(one), width * WIDEST, TEXT) })),
});

const wordsOf = (
  { x, y, cells }: Board,
  best: Good | undefined,
  { range }: Shades,
  { xLabel, yLabel, valueLabel }: { readonly xLabel: string; readonly yLabel: string; readonly valueLabel: string },
): string => {
  const runs = `${counted(cells.length, "run")} over ${x.length} × ${y.length} settings`;
  if (best === undefined) return runs;
  const [low, high] = range.map((value) => numberText(value));
  const place = `${xLabel} ${settingText(x[best.column] ?? "")}, ${yLabel} ${settingText(y[best.row] ?? "")}`;
  return `${runs}: ${valueLabel} from ${low} to ${high}, best at ${place}`;
};
