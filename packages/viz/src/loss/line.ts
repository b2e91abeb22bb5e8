import { blend } from "../blend.ts";
import { type Look, lookOf } from "../descent/look.ts";
import type { Mark, Path } from "../figure.ts";
import { numberText } from "../number.ts";
import { type Curve, endOf } from "../series/curve.ts";
import type { Theme } from "../theme.ts";
import { thinned } from "../thin.ts";
import { type Course, isFiniteEntry } from "./losses.ts";
import { smoothed } from "./smooth.ts";

/** A run as a curve. */
export interface Line extends Curve {
  readonly course: Course;
  /** The losses themselves. */
  readonly raw: Path;
}

interface Settings {
  readonly theme: Theme;
  readonly width: number;
  readonly smoothing: number;
}

/** The curve of a run: its losses, or their mean. */
export const lineOf = (course: Course, i: number, { theme, width, smoothing }: Settings): Line => {
  const raw = course.drawn.map((entry) => (isFiniteEntry(entry) ? entry : null));
  const path = thinned(smoothing === 0 ? raw : smoothed(raw, smoothing), 2 * width);
  const alone: Look = { color: theme.after, dash: "", glyph: "disc" };
  return { name: course.name, course, raw, path, look: course.name === "" ? alone : lookOf(theme, i) };
};

/** How much of its colour a line behind its mean has. */
const FAINT = 0.4;

/** The losses behind their mean. */
export const rawMark = ({ raw, look: { color } }: Line, { theme, width }: Settings): Mark => ({
  kind: "line",
  path: thinned(raw, 2 * width),
  width: 1,
  dash: "",
  color: blend(theme.background, color, FAINT),
});

/** A run in words: its first and its last loss, and where the mean ended. */
export const lineWords = ({ name, course: { finite }, path }: Line, smoothing: number): string => {
  const run = name === "" ? "" : `run ${name}: `;
  const [first, last] = [finite[0], finite.at(-1)];
  if (first === undefined || last === undefined) return `${run}no finite loss`;
  const at = ([step, loss]: readonly [number, number]): string => `${numberText(loss)} at step ${step}`;
  const mean = smoothing === 0 ? "" : `, smoothed ${numberText(endOf(path)?.[1] ?? NaN)}`;
  return `${run}loss ${at(first)}${finite.length === 1 ? "" : `, ${at(last)}`}${mean}`;
};

/** The last loss of a run that stands alone, to be written at its end. */
export const valueOf = ({ path }: Line): string => {
  const end = endOf(path);
  return end === undefined ? "" : numberText(end[1], 3);
};

/** A run that stands alone: its line, a dot on the last loss, and its value to the right of it, past the end of the run. */
export const onlyMarks = ({ path, course, look: { color } }: Line, text: string): readonly Mark[] => {
  const line: Mark = { kind: "line", path, width: 2, dash: "", color };
  const last = endOf(path);
  if (last === undefined) return [line];
  const at = [course.end === undefined ? last[0] : course.end[0], last[1]] as const;
  return [
    line,
    { kind: "dots", points: [last], radius: 3.5, opacity: 1, color },
    { kind: "text", at, text, anchor: "start", bold: true, offset: [8, 0], color },
  ];
};

/** An upright line where a run ended. */
export const endRules = (lines: readonly Line[], { alarm }: Theme): readonly Mark[] =>
  lines.flatMap(({ course: { end } }): readonly Mark[] =>
    end === undefined ? [] : [{ kind: "rule", x: end[0], dash: "3 4", color: alarm }],
  );
