import type * as Plot from "@observablehq/plot";
import type { Drawing } from "./align.ts";
import type { Axis, Figure, Mark, Point } from "./figure.ts";
import { HEADING, TEXT } from "./label.ts";
import type { Level } from "./mark.ts";
import { along } from "./position.ts";
import type { Color } from "./theme.ts";

/** Pixels between words and the edge of the picture. */
const EDGE = 16;

/** The figure as Observable Plot draws it in the document: the only place that touches one. */
export const plotted = (figure: Figure, document: Document, plot: Drawing): Element => {
  const { width, height, margin, x, y, theme } = figure;
  return plot.plot({
    document,
    width,
    height,
    marginTop: margin.top,
    marginRight: margin.right,
    marginBottom: margin.bottom,
    marginLeft: margin.left,
    // Values come as shares of the axis, for Plot's own scales overflow at the end of the numbers.
    x: { type: "linear", domain: [0, 1], axis: null },
    y: { type: "linear", domain: [0, 1], axis: null },
    marks: [
      plot.gridX(sharesOf(x), { stroke: theme.grid, strokeOpacity: 1 }),
      plot.gridY(sharesOf(y), { stroke: theme.grid, strokeOpacity: 1 }),
      plot.axisX(sharesOf(x), axisOptions(x, figure)),
      words(plot, x.label, "bottom", { lineAnchor: "bottom", dy: 40, fill: theme.muted }),
      plot.axisY(sharesOf(y), axisOptions(y, figure)),
      ...figure.marks.map((mark) => plottedMark(plot, figure, mark)),
      ...wordsOf(plot, figure),
    ],
  });
};

/** Shares of an axis further off than this are not drawn: browsers draw nothing sensible out there. */
const FAR = 1e6;

const share = (axis: Axis, value: number): number => {
  const place = along(axis, value);
  return Math.abs(place) <= FAR ? place : NaN;
};

const sharesOf = (axis: Axis): readonly number[] => axis.ticks.map((tick) => share(axis, tick.value));

const axisOptions = ({ ticks }: Axis, { theme }: Figure) =>
  ({
    // Not tickFormat: Plot passes that on to d3 on a log scale, which leaves labels out.
    text: (_: number, i: number) => ticks[i]?.text ?? "",
    tickSize: 0,
    tickPadding: 8,
    fontSize: TEXT,
    color: theme.muted,
    // Labels are words like others.
    label: null,
  }) as const;

/** What stands outside the axes, placed from the corners of the area that they span. */
const wordsOf = (plot: Drawing, { heading, note, y, margin, theme }: Figure): readonly Plot.Markish[] => [
  words(plot, heading, "top-left", {
    dx: EDGE - margin.left,
    dy: EDGE - margin.top,
    fontSize: HEADING,
    fontWeight: "bold",
    fill: theme.ink,
  }),
  words(plot, y.label, "top-left", { dx: EDGE - margin.left, dy: -24, fill: theme.muted }),
  words(plot, note, "bottom-left", { dx: EDGE - margin.left, dy: margin.bottom - 10, fill: theme.alarm }),
];

const words = (
  plot: Drawing,
  text: string,
  frameAnchor: "top-left" | "bottom-left" | "bottom",
  options: Plot.TextOptions,
): Plot.Markish => plot.text(text === "" ? [] : [text], { frameAnchor, fontSize: TEXT, ...options });

const plottedMark = (plot: Drawing, { x, y }: Figure, mark: Mark): Plot.Markish => {
  const named = mark.id === undefined ? {} : { render: withId(mark.id) };
  const at = {
    x: (point: Point | null) => (point === null ? NaN : share(x, point[0])),
    y: (point: Point | null) => (point === null ? NaN : share(y, point[1])),
  };
  switch (mark.kind) {
    case "dots":
      return plot.dot(mark.points, {
        ...named,
        ...at,
        ...glyphOf(mark),
        r: mark.radius,
        fillOpacity: mark.opacity,
      });
    case "line":
      return plot.line(mark.path, {
        ...named,
        ...at,
        stroke: mark.color,
        strokeWidth: mark.width,
        ...(mark.dash === "" ? {} : { strokeDasharray: mark.dash }),
      });
    case "area":
      return plot.line(mark.path, {
        ...named,
        ...at,
        curve: "linear-closed",
        fill: mark.color,
        fillOpacity: mark.opacity,
        stroke: "none",
      });
    case "contour":
      return mark.levels.map((level) => plottedLevel(plot, mark, level));
    case "rule":
      return plot.ruleX([share(x, mark.x)], { ...named, stroke: mark.color, strokeDasharray: mark.dash });
    case "text":
      return plot.text([mark.at], {
        ...named,
        ...at,
        text: () => mark.text,
        textAnchor: mark.anchor,
        dx: mark.offset[0],
        dy: mark.offset[1],
        ...edge(mark.halo, 4),
        fill: mark.color,
        fontSize: TEXT,
        ...(mark.bold ? { fontWeight: "bold" } : {}),
      });
  }
};

type MarkOf<Kind extends Mark["kind"]> = Mark & { readonly kind: Kind };

/** An edge around letters or glyphs, behind them. */
const edge = (color: Color | undefined, strokeWidth: number) =>
  color === undefined ? {} : { stroke: color, strokeWidth, strokeLinejoin: "round", paintOrder: "stroke" };

const glyphOf = ({ glyph, color, halo }: MarkOf<"dots">): Plot.DotOptions => {
  if (glyph === "ring") return { fill: "none", stroke: color, strokeWidth: 2 };
  return { fill: color, symbol: glyph === undefined || glyph === "disc" ? "circle" : glyph, ...edge(halo, 3) };
};

/**
 * All that is at least as high as a level. Plot takes the values for those at the middles of cells, and closes the shapes
 * half a cell further out: so there is a cell more on every side, and what is outside the axes' area is cut away.
 */
const plottedLevel = (plot: Drawing, { columns, rows, values, color }: MarkOf<"contour">, level: Level): Plot.Markish =>
  plot.contour(
    values.map((value) => value ?? NaN),
    {
      x: null,
      y: null,
      width: columns + 2,
      height: rows + 2,
      x1: -1 / columns,
      x2: 1 + 1 / columns,
      y1: -1 / rows,
      y2: 1 + 1 / rows,
      value: Number,
      thresholds: [level.value],
      fill: level.fill,
      stroke: color,
      clip: true,
    },
  );

/** Plot has no option for an id: its render transform is the documented way to reach the element. */
const withId =
  (id: string): Plot.RenderFunction =>
  (index, scales, values, dimensions, context, next) => {
    const element = next?.(index, scales, values, dimensions, context) ?? null;
    element?.setAttribute("id", id);
    return element;
  };
