import { optionsOf } from "@gradfold/core/library";
import { reading, text } from "../check.ts";
import { extent } from "../column.ts";
import { roomy } from "../domain.ts";
import type { Domain, Figure, Path } from "../figure.ts";
import { counted, sentences } from "../label.ts";
import { arranged } from "../layout.ts";
import { numberText } from "../number.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "../options.ts";
import { axis } from "../ticks.ts";
import { type Residuals, spreadOf, spreadWords } from "./read.ts";

export interface HistogramOptions extends FigureOptions {
  /** The name of the horizontal axis; "residual" by default. */
  readonly xLabel?: string;
}

/**
 * A figure of how many residuals are how large: a bar for each range of values, and an upright line at zero.
 *
 * Errors of many small causes make a bell about zero. The ranges have round ends; there are about as many as the square
 * root of the number of residuals.
 *
 * @throws DomainError if no residual is finite, if columns differ in length or one is missing; for a bad option
 *
 * @example
 * import { residualHistogram } from "gradfold/viz";
 * residualHistogram([-1.5, -0.5, 0.25, 0.5, 0.75, 1.25]).description;
 * // => '6 residuals: mean 0.125, root mean square 0.907, 4 above zero, 2 below. Most often from 0 to 1.'
 */
export const residualHistogram = (data: Residuals, options?: HistogramOptions): Figure => {
  const op = "residualHistogram";
  const [{ points, lost }, settings] = reading(op, () => [
    spreadOf(op, data, "order"),
    checkedOptions(op, optionsOf(op, options, defaults), { ...commonChecks, xLabel: text }),
  ]);
  const { theme } = settings;
  const bars = barsOf(points.map((point) => point[1]));
  const most = bars.reduce((most, { count }) => Math.max(most, count), 0);
  const tallest = bars.find(({ count }) => count === most);
  const x = roomy([0, ...bars.flatMap(({ ends }) => ends)]);
  const peak =
    tallest === undefined ? [] : [`most often from ${tallest.ends.map((end) => numberText(end, 3)).join(" to ")}`];
  const base = arranged({
    options: settings,
    name: "Histogram of residuals",
    description: sentences([`${counted(points.length, "residual")}: ${spreadWords(points)}`, ...peak, ...lost]),
    note: lost.join("; "),
    x: { label: settings.xLabel, scale: "linear", domain: x, minStep: 0 },
    y: { label: "count", scale: "linear", domain: [0, most * 1.05], minStep: 1 },
    right: 20,
  });
  const shapes = bars
    .filter(({ count }) => count > 0)
    .flatMap(({ ends, count }): Path => [...barShape(ends, count), null]);
  return {
    ...base,
    marks: [
      { kind: "area", path: shapes.slice(0, -1), opacity: 1, color: theme.data },
      { kind: "rule", x: 0, dash: "3 4", color: theme.ink },
    ],
  };
};

const defaults = { ...common, idPrefix: "histogram", xLabel: "residual" };

interface Bar {
  readonly ends: Domain;
  readonly count: number;
}

/** The values counted in ranges between round numbers: each holds its lower end. */
const barsOf = (values: readonly number[]): readonly Bar[] => {
  const [low, high] = extent(values);
  const domain = low < high ? ([low, high] as const) : roomy(values);
  const wanted = Math.min(Math.max(Math.round(Math.sqrt(values.length)), 5), 30);
  const ticks = axis({ label: "", scale: "linear", domain, minStep: 0 }, wanted).ticks.map(({ value }) => value);
  const [first = low, second = high] = ticks;
  const last = ticks.at(-1) ?? high;
  const step = second - first;
  const edges = [
    ...(low < first ? [Math.max(first - step, -Number.MAX_VALUE)] : []),
    ...ticks,
    ...(high >= last ? [Math.min(last + step, Number.MAX_VALUE)] : []),
  ];
  const counts = values.reduce((counts, value) => {
    // A loop over few edges; the last range takes what the numbers leave no room for.
    const after = edges.findIndex((edge) => edge > value);
    const at = (after < 0 ? edges.length - 1 : after) - 1;
    return counts.set(at, (counts.get(at) ?? 0) + 1);
  }, new Map<number, number>());
  return edges.slice(1).map((end, i): Bar => ({ ends: [edges[i] ?? end, end], count: counts.get(i) ?? 0 }));
};

/** How much of a range is left free on either side, so that neighbours are seen apart. */
const FREE = 0.03;

const barShape = ([low, high]: Domain, count: number): Path => {
  const left = low * (1 - FREE) + high * FREE;
  const right = low * FREE + high * (1 - FREE);
  return [
    [left, 0],
    [left, count],
    [right, count],
    [right, 0],
  ];
};
