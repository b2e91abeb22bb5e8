import type { Domain, Figure, Mark, Path, Point } from "../figure.ts";
import { label, TEXT, textWidth } from "../label.ts";
import type { Glyph } from "../mark.ts";
import { position } from "../position.ts";
import type { Color, Theme } from "../theme.ts";
import { placed, type Placement, type Words } from "./beside.ts";
import type { Levels } from "./level.ts";
import type { Route } from "./route.ts";
import { sparse } from "./sparse.ts";
import type { Samples } from "./surface.ts";

type Base = Omit<Figure, "marks">;

/** The colour between two, at a share of the way. */
const between = (from: Color, to: Color, share: number): Color => {
  const channel = (color: Color, i: number): number => Number.parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16);
  const hex = [0, 1, 2].map((i) =>
    Math.round(channel(from, i) * (1 - share) + channel(to, i) * share)
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${hex.join("")}`;
};

/** The surface as colours and isolines, and what the isolines stand for. */
export const surfaceMarks = (base: Base, { columns, rows }: Samples, levels: Levels): readonly Mark[] => {
  const { values, thresholds } = levels;
  const [lowest, highest] = base.theme.surface;
  const least = values.reduce<number>((least, value) => Math.min(least, value ?? Infinity), Infinity);
  if (least === Infinity) return [];
  // The ground, or nothing were painted below the first isoline.
  const ground = { value: least, fill: lowest };
  const steps = thresholds.map((value, i) => ({
    value,
    fill: between(lowest, highest, (i + 1) / thresholds.length),
  }));
  const color = between(highest, base.theme.muted, 0.25);
  return [{ kind: "contour", columns, rows, values, levels: [ground, ...steps], color }, ...legend(base, levels)];
};

/** The losses of the isolines, above the picture on the right: all of them, or the ends, or none, as there is room. */
const legend = ({ width, margin, x, y, theme }: Base, { texts, base, isLog }: Levels): readonly Mark[] => {
  const room = width - margin.left - margin.right - textWidth(y.label, TEXT) - 2 * TEXT;
  const above = isLog && base !== 0 ? " above the lowest" : "";
  const [first, last] = [texts[0], texts.at(-1)];
  if (first === undefined) return [];
  const versions = [`isolines at ${texts.join(", ")}`, `${texts.length} isolines from ${first} to ${last}`];
  const words = versions.map((text) => `${text}${above}`).find((text) => textWidth(text, TEXT) <= room);
  if (words === undefined) return [];
  const at: Point = [x.domain[1], y.domain[1]];
  return [{ kind: "text", at, text: words, anchor: "end", bold: false, offset: [0, -20], color: theme.muted }];
};

/** The lines and the forms at the ends are another for each run; where colours come again, dashes do not. */
const DASHES = ["", "7 4", "2 4", "10 4 2 4"];

const GLYPHS: readonly Glyph[] = ["disc", "square", "triangle", "diamond"];

interface Look {
  readonly color: Color;
  readonly dash: string;
  readonly glyph: Glyph;
}

const lookOf = ({ series }: Theme, i: number): Look => {
  const turn = i + Math.floor(i / series.length);
  return {
    color: series[i % series.length] ?? "#000000",
    dash: DASHES[turn % DASHES.length] ?? "",
    glyph: GLYPHS[turn % GLYPHS.length] ?? "disc",
  };
};

/** More steps than this are a line. */
const MOST_STEPS = 120;

/** The line of a run over a wider one in the background's colour, and a dot at each step, where they are few. */
const lineMarks = (base: Base, { path, steps }: Route, { color, dash }: Look): readonly Mark[] => {
  const line: Path = sparse(base, path);
  const seen = sparse(base, steps).filter((point) => point !== null);
  return [
    { kind: "line", path: line, width: 4.5, dash: "", color: base.theme.background },
    { kind: "line", path: line, width: 2, dash, color },
    ...(seen.length === 0 || seen.length > MOST_STEPS
      ? []
      : [{ kind: "dots", points: seen, radius: 2.5, opacity: 1, halo: base.theme.background, color } as const]),
  ];
};

/** A ring at a start. */
const startMarks = ({ theme }: Base, start: Point | undefined): readonly Mark[] =>
  start === undefined
    ? []
    : [
        { kind: "dots", points: [start], radius: 6, opacity: 1, color: theme.background },
        { kind: "dots", points: [start], radius: 5, opacity: 1, glyph: "ring", color: theme.ink },
      ];

const formMark = (theme: Theme, at: Point, glyph: Glyph, color: Color, radius: number): Mark => ({
  kind: "dots",
  points: [at],
  radius,
  opacity: 1,
  glyph,
  halo: theme.background,
  color,
});

/** Words beside a point of the picture. */
interface Caption {
  readonly at: Point;
  readonly text: string;
  readonly color: Color;
}

const textMark = (theme: Theme, { at, text, color }: Caption, { anchor, offset }: Placement): Mark => ({
  kind: "text",
  at,
  text,
  anchor,
  bold: true,
  offset,
  halo: theme.background,
  color,
});

/** Names of runs are not longer than this, in pixels. */
const NAME = 130;

/** The captions, each where it is beside its point and over no other. */
const captionMarks = (base: Base, captions: readonly Caption[], points: readonly Point[]): readonly Mark[] => {
  const forms = captions.map(({ at }) => position(base, at));
  const { width, height, margin, theme } = base;
  const area = { left: margin.left, right: width - 4, top: margin.top, bottom: height - margin.bottom };
  const words = captions.map(({ at, text }): Words => ({ at: position(base, at), text }));
  const obstacles = points.map((point) => position(base, point));
  return placed(words, forms, obstacles, area).flatMap((placement, i) => {
    const caption = captions[i];
    return placement === undefined || caption === undefined ? [] : [textMark(theme, caption, placement)];
  });
};

const isSame = (a: Point, b: Point): boolean => a[0] === b[0] && a[1] === b[1];

/** The runs, each from a ring at its start to a form and its name at its end, and a star where the loss is lowest. */
export const routeMarks = (base: Base, routes: readonly Route[], optimum: Point | undefined): readonly Mark[] => {
  const { theme, x, y } = base;
  const looks = routes.map((_, i) => lookOf(theme, i));
  const look = (i: number): Look => looks[i] ?? lookOf(theme, i);
  const starts = routes.flatMap(({ start }) => (start === undefined ? [] : [start]));
  const apart = starts.filter((start, i) => starts.findIndex((other) => isSame(other, start)) === i);
  const star = optimum !== undefined && inDomain(optimum, x.domain, y.domain) ? [optimum] : [];
  const lastOf = ({ path, steps, end }: Route): Point | undefined =>
    end ?? path.findLast((point) => point !== null) ?? steps.at(-1);
  const captions: readonly Caption[] = [
    ...routes.flatMap((route, i): readonly Caption[] => {
      const at = lastOf(route);
      return at === undefined ? [] : [{ at, text: label(route.name, NAME, TEXT), color: look(i).color }];
    }),
    ...star.map((at): Caption => ({ at, text: "minimum", color: theme.ink })),
    ...apart.map((at): Caption => ({ at, text: "start", color: theme.ink })),
  ];
  const along = routes.flatMap(({ path }) => sparse(base, path).filter((point) => point !== null));
  return [
    ...routes.flatMap((route, i) => lineMarks(base, route, look(i))),
    ...apart.flatMap((start) => startMarks(base, start)),
    ...star.map((at) => formMark(theme, at, "star", theme.ink, 7)),
    ...routes.flatMap(({ end }, i) =>
      end === undefined ? [] : [formMark(theme, end, look(i).glyph, look(i).color, 4.5)],
    ),
    ...captionMarks(base, captions, along),
  ];
};

const inDomain = ([x, y]: Point, [left, right]: Domain, [bottom, top]: Domain): boolean =>
  x >= left && x <= right && y >= bottom && y <= top;
