import type { Figure, Margin, Tick } from "./figure.ts";
import { HEADING, label, TEXT, textWidth } from "./label.ts";
import type { FigureOptions } from "./options.ts";
import { along } from "./position.ts";
import { axis, type AxisDraft } from "./ticks.ts";

/** A figure before it has its sizes. */
export interface Draft {
  readonly options: Required<FigureOptions>;
  /** Stands for the title when the caller gives none; read out, not drawn. */
  readonly name: string;
  readonly description: string;
  readonly note: string;
  readonly x: AxisDraft;
  readonly y: AxisDraft;
  /** Pixels that the figure needs to the right of the axes. */
  readonly right: number;
}

/** Room for what stands around the axes, in whole pixels, so that the axes are crisp. */
const margins = (heading: string, note: string, ticks: readonly Tick[], right: number): Margin => ({
  top: heading === "" ? 36 : 64,
  right: Math.ceil(right),
  bottom: note === "" ? 46 : 70,
  left: Math.ceil(22 + Math.max(0, ...ticks.map((tick) => textWidth(tick.text, TEXT)))),
});

/** The figure without its marks: words cut to fit, ticks chosen, margins as wide as the tick labels ask for. */
export const arranged = ({ options, name, description, note, x, y, right }: Draft): Omit<Figure, "marks"> => {
  const { width, height, theme, idPrefix, title } = options;
  const fitted = (text: string, size: number): string => label(text, width - 32, size);
  const words = { heading: fitted(title, HEADING), note: fitted(note, TEXT) };
  const { top, bottom } = margins(words.heading, words.note, [], right);
  const yAxis = axis({ ...y, label: fitted(y.label, TEXT) }, Math.max(2, Math.floor((height - top - bottom) / 45)));
  const margin = margins(words.heading, words.note, yAxis.ticks, right);
  const inner = width - margin.left - margin.right;
  const isInside = ({ value, text }: Tick): boolean => {
    const middle = margin.left + along(x, value) * inner;
    const half = textWidth(text, TEXT) / 2;
    return middle - half > 0 && middle + half < width;
  };
  const xAxis = axis({ ...x, label: fitted(x.label, TEXT) }, Math.max(2, Math.floor(inner / 80)), inner, isInside);
  return {
    width,
    height,
    margin,
    x: xAxis,
    y: yAxis,
    ...words,
    title: title === "" ? name : title,
    description,
    theme,
    idPrefix,
  };
};
