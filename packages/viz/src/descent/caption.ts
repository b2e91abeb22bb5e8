import type { Figure, Mark, Point } from "../figure.ts";
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

/** The captions, each where it is beside its point and over no other. */
export const captionMarks = (base: Base, captions: readonly Caption[], points: readonly Point[]): readonly Mark[] => {
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
