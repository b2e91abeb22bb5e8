import { between, type Check, finite, listOf, oneOf, pair, record, refuse, text } from "./check.ts";
import { type Mark, mark } from "./mark.ts";
import { prefix } from "./options.ts";
import { type Theme, themeOf } from "./theme.ts";

export type { Mark, Path, Point } from "./mark.ts";

/** The lowest and the highest value that an axis shows. */
export type Domain = readonly [low: number, high: number];

export interface Tick {
  /** Where it is on the axis. */
  readonly value: number;
  /** What is written there. */
  readonly text: string;
}

export interface Axis {
  /** The name beside the axis; empty for none. */
  readonly label: string;
  /** How values are placed: by themselves or by their logarithm. */
  readonly scale: "linear" | "log";
  /** The lowest and the highest value shown. */
  readonly domain: Domain;
  /** Where there are marks on the axis. */
  readonly ticks: readonly Tick[];
}

/** Pixels around the area that the axes span. */
export interface Margin {
  /** Above. */
  readonly top: number;
  /** On the right. */
  readonly right: number;
  /** Below. */
  readonly bottom: number;
  /** On the left. */
  readonly left: number;
}

/** The size of a picture in pixels and its two axes: all that it takes to place a point. */
export interface Frame {
  /** The width of the whole picture in pixels. */
  readonly width: number;
  /** The height of the whole picture in pixels. */
  readonly height: number;
  /** The pixels around the axes' area. */
  readonly margin: Margin;
  /** The horizontal axis. */
  readonly x: Axis;
  /** The vertical axis. */
  readonly y: Axis;
}

/** A picture as plain data: it can be compared, saved as JSON and changed with a spread before it is drawn. */
export interface Figure extends Frame {
  /** Read out by screen readers: what this is, and what it shows. */
  readonly title: string;
  /** What it shows, in a sentence or more. */
  readonly description: string;
  /** Drawn above the axes; empty for none. */
  readonly heading: string;
  /** Drawn below the axes; empty for none. */
  readonly note: string;
  /** The colours. */
  readonly theme: Theme;
  /** What every id in the SVG begins with: several figures on one page need different ones. */
  readonly idPrefix: string;
  /** What is drawn, in this order. */
  readonly marks: readonly Mark[];
}

const domain: Check<Domain> = (value, place) => {
  const [low, high] = pair(finite, "[low, high]")(value, place);
  return low < high ? [low, high] : refuse(() => `${place()}[1]`, `above ${low}`, high);
};

const anyAxis = record<Axis>({
  label: text,
  scale: oneOf("linear", "log"),
  domain,
  ticks: listOf(record<Tick>({ value: finite, text })),
});

const axis: Check<Axis> = (value, place) => {
  const made = anyAxis(value, place);
  return made.scale === "linear" || made.domain[0] > 0
    ? made
    : refuse(() => `${place()}.domain[0]`, "positive, as a log scale needs it", made.domain[0]);
};

const pixels = between(1, 100_000, "pixels");

/** A figure, which may have been made or changed by hand. */
export const figureOf: Check<Figure> = record<Figure>({
  width: pixels,
  height: pixels,
  margin: record<Margin>({ top: finite, right: finite, bottom: finite, left: finite }),
  x: axis,
  y: axis,
  title: text,
  description: text,
  heading: text,
  note: text,
  theme: themeOf,
  idPrefix: prefix,
  marks: listOf(mark),
});
