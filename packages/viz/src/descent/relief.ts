import type { Figure, Mark, Point } from "../figure.ts";
import { TEXT, textWidth } from "../label.ts";
import type { Color } from "../theme.ts";
import type { Levels } from "./level.ts";
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
