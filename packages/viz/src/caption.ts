import type { Frame, Mark, Path } from "./figure.ts";
import { equationOf, type Fit } from "./fit.ts";
import { TEXT, textWidth } from "./label.ts";
import { position } from "./position.ts";
import type { Theme } from "./theme.ts";

/** A line of the fit as far as it is inside the picture. */
export interface FittedPath {
  readonly fit: Fit;
  readonly path: Path;
}

const LINE = 15;

/** What is written beside a line: its name and, where there is room, its equation. */
const wordsOf = (fit: Fit, width: number): readonly string[] =>
  width < 420 ? [fit.name] : [fit.name, equationOf(fit)];

/** How many pixels to the right of the axes the captions take. */
export const captionWidth = (lines: readonly FittedPath[], width: number): number => {
  const words = lines.flatMap(({ fit, path }) => (path.length === 0 ? [] : wordsOf(fit, width)));
  return Math.max(20, ...words.map((text) => 20 + textWidth(text, TEXT)));
};

/** The heights moved downwards, then back up from the bottom, until they are a gap apart. Sorted in, sorted out. */
const spread = (heights: readonly number[], gap: number, bottom: number): readonly number[] => {
  const down = heights.reduce<readonly number[]>(
    (placed, y) => [...placed, Math.max(y, (placed.at(-1) ?? -Infinity) + gap)],
    [],
  );
  return down.reduceRight<readonly number[]>(
    (placed, y) => [Math.min(y, (placed[0] ?? bottom + gap) - gap), ...placed],
    [],
  );
};

/** Captions in the right margin, each at the height where its line ends. */
export const captions = (frame: Frame, lines: readonly FittedPath[], theme: Theme): readonly Mark[] => {
  const ends = lines
    .flatMap(({ fit, path }) => {
      const end = path.findLast((point) => point !== null);
      return end ? [{ fit, y: end[1], height: position(frame, end)[1] }] : [];
    })
    .toSorted((a, b) => a.height - b.height);
  const bottom = frame.height - frame.margin.bottom - LINE;
  const heights = spread(
    ends.map((end) => end.height),
    2.5 * LINE,
    bottom,
  );
  return ends.flatMap(({ fit, y, height }, i) =>
    wordsOf(fit, frame.width).map((text, row, rows): Mark => ({
      kind: "text",
      at: [frame.x.domain[1], y],
      text,
      anchor: "start",
      bold: row === 0,
      offset: [10, (heights[i] ?? height) - height + LINE * (row - (rows.length - 1) / 2)],
      color: theme[fit.name],
    })),
  );
};
