import {
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
import { type Color, color } from "./theme.ts";

/** A position in data units. */
export type Point = readonly [x: number, y: number];

/** The points of a line in their order; `null` is a gap. */
export type Path = readonly (Point | null)[];

/** What is drawn at each point: without one, a disc. */
export type Glyph = "disc" | "ring" | "square" | "triangle" | "diamond" | "star";

/** A level of a contour mark. */
export interface Level {
  /** Where the isoline runs: between the values below it and the values at least as high. */
  readonly value: number;
  /** The colour of all that is at least as high, up to the next level. */
  readonly fill: Color;
}

/** What is drawn, in the order given. A mark with an `id` can be found again in the SVG, as `idPrefix-id`. */
export type Mark = (
  | {
      /** Points, each drawn as a small form. */
      readonly kind: "dots";
      /** Where they are, in the units of the axes. */
      readonly points: readonly Point[];
      /** In pixels. */
      readonly radius: number;
      /** From 0, not to be seen, to 1. */
      readonly opacity: number;
      /** Their form; a disc by default. */
      readonly glyph?: Glyph;
      /** The colour of an edge around each; none by default. */
      readonly halo?: Color;
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
      /** Filled shapes, such as a band or the bars of a histogram. */
      readonly kind: "area";
      /** The corners of each shape in turn, in the units of the axes; null begins the next. */
      readonly path: Path;
      /** From 0, not to be seen, to 1. */
      readonly opacity: number;
    }
  | {
      /** The isolines of a function of two variables, with the ranges between them filled. */
      readonly kind: "contour";
      /** How many cells the width between the axes is cut into. */
      readonly columns: number;
      /** How many cells the height between the axes is cut into. */
      readonly rows: number;
      /**
       * The function at the middle of each cell, row by row from the lowest: those of the axes' area, with one more
       * column on either side, and one more row below and above. Null is no value, and stays bare.
       */
      readonly values: readonly (number | null)[];
      /** From the lowest on; nothing is painted below it. The colour of the mark is that of the lines. */
      readonly levels: readonly Level[];
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
      /** The colour of an edge around the letters, that keeps them legible over lines; none by default. */
      readonly halo?: Color;
    }
) & {
  /** Its colour. */
  readonly color: Color;
  /** By which it is found in the SVG, behind `idPrefix-`. */
  readonly id?: string;
};

const point = pair(number, "[x, y]");

const points = listOf(point);

const path: Check<Path> = listOf((value, place) => (value === null ? null : point(value, place)));

const named = { color, id: optional(prefix) };

/** The most cells of a contour mark in either direction: more are finer than the eye. */
const FINEST = 512;

const cells: Check<number> = (value, place) =>
  Number.isInteger(value) && Number(value) >= 2 && Number(value) <= FINEST
    ? Number(value)
    : refuse(place, `a whole number from 2 to ${FINEST}`, value);

type Contour = Mark & { readonly kind: "contour" };

const anyContour = record<Contour>({
  kind: oneOf("contour"),
  columns: cells,
  rows: cells,
  values: listOf((value, place) => (value === null ? null : finite(value, place))),
  levels: listOf(record<Level>({ value: finite, fill: color })),
  ...named,
});

const contour: Check<Contour> = (value, place) => {
  const made = anyContour(value, place);
  const wanted = (made.columns + 2) * (made.rows + 2);
  return made.values.length === wanted
    ? made
    : refuse(() => `${place()}.values`, `${wanted} values, (columns + 2) × (rows + 2)`, made.values);
};

const marks = {
  dots: record<Mark & { kind: "dots" }>({
    kind: oneOf("dots"),
    points,
    radius: finite,
    opacity: finite,
    glyph: optional(oneOf("disc", "ring", "square", "triangle", "diamond", "star")),
    halo: optional(color),
    ...named,
  }),
  line: record<Mark & { kind: "line" }>({ kind: oneOf("line"), path, width: finite, dash: text, ...named }),
  area: record<Mark & { kind: "area" }>({ kind: oneOf("area"), path, opacity: finite, ...named }),
  contour,
  rule: record<Mark & { kind: "rule" }>({ kind: oneOf("rule"), x: finite, dash: text, ...named }),
  text: record<Mark & { kind: "text" }>({
    kind: oneOf("text"),
    at: point,
    text,
    anchor: oneOf("start", "middle", "end"),
    bold: bool,
    offset: pair(finite, "[right, down]"),
    halo: optional(color),
    ...named,
  }),
};

/** A mark, which may have been made or changed by hand. */
export const mark: Check<Mark> = (value, place) => {
  const kinds = oneOf("dots", "line", "area", "contour", "rule", "text");
  const given = isObject(value) ? value : refuse(place, "an object", value);
  return marks[kinds(given["kind"], () => `${place()}.kind`)](value, place);
};
