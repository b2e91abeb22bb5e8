import type { Domain, Figure, Mark, Point } from "../figure.ts";
import { label, TEXT } from "../label.ts";
import type { Glyph } from "../mark.ts";
import type { Color, Theme } from "../theme.ts";
import { type Caption, captionMarks } from "./caption.ts";
import { type Look, lookOf } from "./look.ts";
import type { Route } from "./route.ts";

type Base = Omit<Figure, "marks">;

/** More steps than this are a line. */
const MOST_STEPS = 120;

/** The line of a run over a wider one in the background's colour, and a dot at each step, where they are few. */
const lineMarks = (base: Base, { path, steps }: Route, { color, dash }: Look): readonly Mark[] => {
  return [
    { kind: "line", path, width: 4.5, dash: "", color: base.theme.background },
    { kind: "line", path, width: 2, dash, color },
    ...(steps.length === 0 || steps.length > MOST_STEPS
      ? []
      : [{ kind: "dots", points: steps, radius: 2.5, opacity: 1, halo: base.theme.background, color } as const]),
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

/** Names of runs are not longer than this, in pixels. */
const NAME = 130;

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
  return [
    ...routes.flatMap((route, i) => lineMarks(base, route, look(i))),
    ...apart.flatMap((start) => startMarks(base, start)),
    ...star.map((at) => formMark(theme, at, "star", theme.ink, 7)),
    ...routes.flatMap(({ end }, i) =>
      end === undefined ? [] : [formMark(theme, end, look(i).glyph, look(i).color, 4.5)],
    ),
    ...captionMarks(
      base,
      captions,
      routes.map(({ path }) => path),
    ),
  ];
};

const inDomain = ([x, y]: Point, [left, right]: Domain, [bottom, top]: Domain): boolean =>
  x >= left && x <= right && y >= bottom && y <= top;
