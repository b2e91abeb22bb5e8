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
  readonly value: number;
  readonly text: string;
}

export interface Axis {
  readonly label: string;
  readonly scale: "linear" | "log";
  readonly domain: Domain;
  readonly ticks: readonly Tick[];
}

/** What is drawn, in the order given. A mark with an `id` can be found again in the SVG, as `idPrefix-id`. */
export type Mark = (
  | { readonly kind: "dots"; readonly points: readonly Point[]; readonly radius: number; readonly opacity: number }
  | { readonly kind: "line"; readonly path: Path; readonly width: number; readonly dash: string }
  | { readonly kind: "rule"; readonly x: number; readonly dash: string }
  | {
      readonly kind: "text";
      readonly at: Point;
      readonly text: string;
      readonly anchor: "start" | "middle" | "end";
      readonly bold: boolean;
      /** Pixels to the right and downwards. */
      readonly offset: readonly [right: number, down: number];
    }
) & { readonly color: Color; readonly id?: string };

/** Pixels around the area that the axes span. */
export interface Margin {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** The size of a picture in pixels and its two axes: all that it takes to place a point. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly margin: Margin;
  readonly x: Axis;
  readonly y: Axis;
}

/** A picture as plain data: it can be compared, saved as JSON and changed with a spread before it is drawn. */
export interface Figure extends Frame {
  /** Read out by screen readers: what this is, and what it shows. */
  readonly title: string;
  readonly description: string;
  /** Drawn above the axes; empty for none. */
  readonly heading: string;
  /** Drawn below the axes; empty for none. */
  readonly note: string;
  readonly theme: Theme;
  readonly idPrefix: string;
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
