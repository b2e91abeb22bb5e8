import { DomainError } from "@gradfold/core/library";
import type { Place } from "./check.ts";
import { clipped, clippedShape } from "./clip.ts";
import { type Column, columnOf, extent, numberOrNull, type Numbers, sameLength } from "./column.ts";
import type { Domain, Mark, Path, Point } from "./figure.ts";
import { numberText } from "./number.ts";
import type { Theme } from "./theme.ts";
import { thinned } from "./thin.ts";

/**
 * Two bounds along x, as rows or as columns of equal length, in any order. Where a bound is missing or not finite, the
 * band has a gap.
 */
export type Band =
  | readonly {
      /** Where the bounds are. */
      readonly x: number;
      /** The lower bound there. */
      readonly lower: number | null | undefined;
      /** The upper bound there. */
      readonly upper: number | null | undefined;
    }[]
  | {
      /** Where the bounds are. */
      readonly x: Numbers;
      /** The lower bound at each of `x`. */
      readonly lower: Column;
      /** The upper bound at each of `x`. */
      readonly upper: Column;
    };

/** A band from left to right, its bounds point by point. */
export interface Strip {
  readonly name: "confidence" | "prediction";
  readonly lower: Path;
  readonly upper: Path;
}

/** The band as it was given; none if it is left out. */
export const stripOf = (op: string, name: Strip["name"], band: unknown): readonly Strip[] => {
  if (band === undefined) return [];
  const place: Place = () => `${op}: ${name}`;
  const [x, lower, upper] = ["x", "lower", "upper"].map((column) => columnOf(place, band, column, numberOrNull));
  const columns = { x: x ?? [], lower: lower ?? [], upper: upper ?? [] };
  sameLength(op, columns);
  const entries = columns.x
    .map((at, i) => ({ at: at ?? NaN, low: columns.lower[i] ?? NaN, high: columns.upper[i] ?? NaN, i }))
    .filter(({ at }) => Number.isFinite(at))
    .toSorted((a, b) => a.at - b.at);
  const crossed = entries.find(({ low, high }) => low > high);
  if (crossed !== undefined)
    throw new DomainError(
      `${op}: ${name} has its lower bound above the upper one at ${crossed.i}, x ${crossed.at}: ` +
        `${crossed.low} > ${crossed.high}. Give the lower one as lower.`,
    );
  const along = (bound: "low" | "high"): Path =>
    entries.map((entry): Point | null =>
      Number.isFinite(entry.low) && Number.isFinite(entry.high) ? [entry.at, entry[bound]] : null,
    );
  return [{ name, lower: along("low"), upper: along("high") }];
};

/** The parts of a path between its gaps. */
const stretches = (path: Path): readonly (readonly Point[])[] => {
  const gaps = [-1, ...path.flatMap((point, i) => (point === null ? [i] : [])), path.length];
  return gaps.slice(1).map((gap, i) => path.slice((gaps[i] ?? -1) + 1, gap).filter((point) => point !== null));
};

/** The bounds' points, by which the picture is made large enough. */
export const boundsOf = ({ lower, upper }: Strip): readonly Point[] =>
  [...lower, ...upper].filter((point) => point !== null);

/** The band as far as it is in the picture: its shape and its two bounds. */
export interface Sheet {
  readonly strip: Strip;
  readonly shape: Path;
  readonly edges: readonly Path[];
}

/** The band in the domains, with no more points than tell on so many pixels. */
export const sheetOf = (strip: Strip, x: Domain, y: Domain, width: number): Sheet => {
  const lower = stretches(strip.lower).map((part) => thinned(part, 2 * width));
  const upper = stretches(strip.upper).map((part) => thinned(part, 2 * width));
  const shapes = lower.map((part, i) => {
    const outline = [...part, ...(upper[i]?.toReversed() ?? [])].filter((point) => point !== null);
    return clippedShape(outline, x, y);
  });
  const joined = (parts: readonly Path[]): Path => parts.flatMap((part) => [...part, null]);
  const seen = shapes.filter((shape) => shape.length > 2);
  return {
    strip,
    shape: joined(seen).slice(0, -1),
    edges: [clipped(joined(lower), x, y), clipped(joined(upper), x, y)],
  };
};

/** What a band is called: "95 % confidence". */
export const bandName = ({ name }: Strip, level: number | undefined): string =>
  level === undefined ? name : `${numberText(100 * level)} % ${name}`;

/** The band in words. */
export const bandWords = (strip: Strip, level: number | undefined): string => {
  const widths = strip.upper.flatMap((point, i) => {
    const below = strip.lower[i];
    return point !== null && below !== null && below !== undefined ? [point[1] - below[1]] : [];
  });
  const [least, most] = extent(widths);
  const size = widths.length === 0 ? "nowhere finite" : `${numberText(least, 3)} to ${numberText(most, 3)} wide`;
  return `${bandName(strip, level)} band: ${size}`;
};

/** Why the band is not in the picture. */
export const bandAbsence = ({ strip }: Sheet): string =>
  `the ${strip.name} band is ${boundsOf(strip).length === 0 ? "not finite" : "outside the picture"}`;

const LOOKS = {
  confidence: { opacity: 0.3, dash: "" },
  prediction: { opacity: 0.15, dash: "3 3" },
};

/** The band as a faint area between two thin lines: what it means hangs on the lines, which stand out. */
export const bandMarks = ({ strip: { name }, shape, edges }: Sheet, theme: Theme): readonly Mark[] => {
  const { opacity, dash } = LOOKS[name];
  const color = theme.after;
  if (shape.length === 0) return [];
  return [
    { kind: "area", path: shape, opacity, color },
    ...edges.flatMap((path): readonly Mark[] =>
      path.length === 0 ? [] : [{ kind: "line", path, width: 1, dash, color }],
    ),
  ];
};
