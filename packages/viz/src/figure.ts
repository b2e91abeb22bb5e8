import {
  between,
  bool,
  type Check,
  finite,
  isObject,
  listOf,
  number,
  oneOf,
  optional,
  pair,
  record,
  refuse,
  text,
} from "./check.ts";
import { prefix } from "./options.ts";
import { type Color, color, type Theme, themeOf } from "./theme.ts";

/** A position in data units. */
export type Point = readonly [x: number, y: number];

/** The points of a line in their order; `null` is a gap. */
export type Path = readonly (Point | null)[];

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

/** What is drawn, in the order given. A mark with an `id` can be found again in the SVG, as `idPrefix-id`. */
export type Mark = (
  | {
      /** Points, each drawn as a disc. */
      readonly kind: "dots";
      /** Where they are, in the units of the axes. */
      readonly points: readonly Point[];
      /** In pixels. */
      readonly radius: number;
      /** From 0, not to be seen, to 1. */
      readonly opacity: number;
    }
  | {
      /** A line through points. */
      readonly kind: "line";
      /** Its points, in the units of the axes; null is a gap. */
      readonly path: Path;
      /** In pixels. */
      readonly width: number;
      /** Lengths of strokes and gaps in pixels, as "6 5"; empty for a whole line. */
      readonly dash: string;
    }
  | {
      /** An upright line across the whole height. */
      readonly kind: "rule";
      /** Where it is on the horizontal axis. */
      readonly x: number;
      /** Lengths of strokes and gaps in pixels, as "6 5"; empty for a whole line. */
      readonly dash: string;
    }
  | {
      /** Words. */
      readonly kind: "text";
      /** The point beside which they are, in the units of the axes. */
      readonly at: Point;
      /** What they say. */
      readonly text: string;
      /** Which part of the text is at the point. */
      readonly anchor: "start" | "middle" | "end";
      /** Whether they are in bold type. */
      readonly bold: boolean;
      /** Pixels to the right and downwards. */
      readonly offset: readonly [right: number, down: number];
    }
) & {
  /** Its colour. */
  readonly color: Color;
  /** By which it is found in the SVG, behind `idPrefix-`. */
  readonly id?: string;
};

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

const point = pair(number, "[x, y]");

const points = listOf(point);

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

const named = { color, id: optional(prefix) };

const marks = {
  dots: record<Mark & { kind: "dots" }>({ kind: oneOf("dots"), points, radius: finite, opacity: finite, ...named }),
  line: record<Mark & { kind: "line" }>({
    kind: oneOf("line"),
    path: listOf((value, place) => (value === null ? null : point(value, place))),
    width: finite,
    dash: text,
    ...named,
  }),
  rule: record<Mark & { kind: "rule" }>({ kind: oneOf("rule"), x: finite, dash: text, ...named }),
  text: record<Mark & { kind: "text" }>({
    kind: oneOf("text"),
    at: point,
    text,
    anchor: oneOf("start", "middle", "end"),
    bold: bool,
    offset: pair(finite, "[right, down]"),
    ...named,
  }),
};

const mark: Check<Mark> = (value, place) => {
  const kinds = oneOf("dots", "line", "rule", "text");
  const given = isObject(value) ? value : refuse(place, "an object", value);
  return marks[kinds(given["kind"], () => `${place()}.kind`)](value, place);
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
