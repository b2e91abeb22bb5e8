import type { Figure, Mark, Path, Point } from "../figure.ts";
import { position } from "../position.ts";
import type { Color, Theme } from "../theme.ts";
import { placed, type Placement, type Words } from "./beside.ts";

type Base = Omit<Figure, "marks">;

/** Words beside a point of the picture. */
export interface Caption {
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

/** Places on a line, about as far apart as a letter is high; fewer on a line of many points. */
const along = (path: Path): readonly Point[] =>
  path.flatMap((end, i): readonly Point[] => {
    const start = path[i - 1] ?? end;
    if (start === null || end === null) return [];
    const steps = path.length > 500 ? 1 : Math.ceil(Math.hypot(end[0] - start[0], end[1] - start[1]) / 8) || 1;
    return Array.from({ length: steps }, (_, step): Point => {
      const part = (step + 1) / steps;
      return [start[0] * (1 - part) + end[0] * part, start[1] * (1 - part) + end[1] * part];
    });
  });

/** The captions, each where it is beside its point and over no other. */
export const captionMarks = (base: Base, captions: readonly Caption[], paths: readonly Path[]): readonly Mark[] => {
  const forms = captions.map(({ at }) => position(base, at));
  const { width, height, margin, theme } = base;
  const area = { left: margin.left, right: width - 4, top: margin.top, bottom: height - margin.bottom };
  const words = captions.map(({ at, text }): Words => ({ at: position(base, at), text }));
  const obstacles = paths.flatMap((path) => along(path.map((point) => point && position(base, point))));
  return placed(words, forms, obstacles, area).flatMap((placement, i) => {
    const caption = captions[i];
    return placement === undefined || caption === undefined ? [] : [textMark(theme, caption, placement)];
  });
};
